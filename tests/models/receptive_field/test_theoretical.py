import math

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models import alexnet, convnext_tiny, resnet18, resnet50, vgg11, vgg16
from torchvision.models.vgg import cfgs, make_layers
from transformers import ResNetConfig, ResNetForImageClassification, SwinConfig, SwinModel

from models.errors import InputError
from models.receptive_field.theoretical import Field, Layer, box, fields, swin_reach


class Join(nn.Module):
    """Two paths added, or put side by side."""

    def __init__(self, main, side, how="add"):
        super().__init__()
        self.main, self.side, self.how = main, side, how

    def forward(self, x):
        if self.how == "cat":
            return torch.cat([self.main(x), self.side(x)], dim=1)
        main = self.main(x)
        main += self.side(x)
        return main


def conv(kernel, width=(1, 1), **options):
    return nn.Conv2d(*width, kernel, **options)


def random_layer(rng, gaps):
    """A window of any shape, its padding at most half of it, and a smooth activation."""
    kernel = tuple(int(side) for side in rng.integers(1, 6, 2))
    dilation = tuple(int(side) for side in rng.integers(1, 3, 2)) if gaps else (1, 1)
    stride = tuple(
        int(side) if gaps else min(int(side), window)
        for side, window in zip(rng.integers(1, 3, 2), kernel, strict=True)
    )
    padding = tuple(int(rng.integers(0, side // 2 + 1)) for side in kernel)
    if rng.random() < 0.2:
        return nn.MaxPool2d(kernel, stride, padding)
    if rng.random() < 0.2:
        return nn.AvgPool2d(kernel, stride, padding)
    return nn.Sequential(conv(kernel, stride=stride, padding=padding, dilation=dilation), nn.Softplus())


def random_join(rng):
    """A join of a long and a short path that agree in stride and in the number of units."""
    stride = int(rng.integers(1, 3))
    wide, narrow = rng.permutation([1, 3, 5])[:2]
    main = nn.Sequential(
        conv(int(wide), stride=stride, padding=int(wide) // 2), nn.Softplus(), conv(3, padding=1), nn.BatchNorm2d(1)
    )
    return Join(main, conv(int(narrow), stride=stride, padding=int(narrow) // 2))


def random_network(seed):
    """Three layers; those of odd seeds may leave out places, by dilation or by strides beyond the kernel."""
    rng = np.random.default_rng(seed)
    gaps = seed % 2 == 1
    return nn.Sequential(*(random_layer(rng, gaps) if rng.random() < 0.7 else random_join(rng) for _ in range(3)))


def dense(network):
    """Whether no window leaves out a place: then a field is a full rectangle."""
    windows = [module for module in network.modules() if hasattr(module, "kernel_size")]
    return all(
        np.all(np.array(window.stride) <= window.kernel_size) and np.all(np.array(getattr(window, "dilation", 1)) == 1)
        for window in windows
        if np.max(window.kernel_size) > 1 or np.max(window.stride) > 1
    )


def influence(network, size, inputs=2):
    """Which pixels change which units: (row, column, pixel row, pixel column) of booleans, by changing each in turn.

    Weights are positive, so that a pixel raised far enough also wins every maximum; the union over a few inputs.
    """
    for number, parameter in enumerate(network.parameters()):
        torch.manual_seed(number)
        nn.init.uniform_(parameter, 0.5, 1)
    network = network.double().eval()
    touched = None
    with torch.no_grad():
        for seed in range(inputs):
            x = torch.rand(1, 1, size, size, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
            raised = x + 1e4 * torch.eye(size**2, dtype=torch.float64).reshape(-1, 1, size, size)
            changed = (network(raised) - network(x)).abs().amax(1).permute(1, 2, 0) > 1e-6
            changed = changed.reshape(*changed.shape[:2], size, size).numpy()
            touched = changed if touched is None else touched | changed
    return touched


def compare(layer, touched, full):
    """Units whose box is inside the picture see all of it, or at least its four edges; no unit sees a pixel outside."""
    size, inside = touched.shape[-1], 0
    assert layer.grid == touched.shape[:2]
    for row, column in np.ndindex(*layer.grid):
        top, left, bottom, right = edges = box(layer, row, column)
        seen = touched[row, column]
        clipped = box(layer, row, column, size)
        within = np.zeros_like(seen)
        within[clipped[0] : clipped[2], clipped[1] : clipped[3]] = True
        assert not (seen & ~within).any(), (row, column)
        if edges == clipped:
            inside += 1
            rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
            assert (rows[0], columns[0], rows[-1] + 1, columns[-1] + 1) == (top, left, bottom, right)
            assert not full or seen.sum() == layer.row.size * layer.column.size
    return inside


@pytest.mark.parametrize("seed", range(24))
def test_theory_equals_brute_force_on_random_networks(seed):
    network = random_network(seed)
    layer = fields(network, 24)[-1]
    compare(layer, influence(network, 24), dense(network))


def test_the_random_networks_have_units_inside_the_picture_full_and_with_gaps():
    counts = {True: 0, False: 0}
    for seed in range(24):
        network = random_network(seed)
        layer = fields(network, 24)[-1]
        inside = sum(box(layer, *unit) == box(layer, *unit, 24) for unit in np.ndindex(*layer.grid))
        counts[dense(network)] += inside > 0
    assert counts[True] >= 5
    assert counts[False] >= 5


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(
    "network",
    [
        nn.Sequential(conv(3, dilation=2), conv(3)),
        nn.Sequential(conv((2, 5), stride=(1, 2), padding=(1, 0)), nn.MaxPool2d(3, 2, 1), nn.Softplus()),
        nn.Sequential(conv(4, padding="same"), Join(conv(5, padding=2), conv(2, padding="same"))),
        nn.Sequential(Join(conv(4, padding="same"), nn.Identity()), conv(2, stride=2)),
        nn.Sequential(Join(nn.Sequential(conv(3, padding=1), conv(3, padding=1)), conv(1), "cat"), conv(3, (2, 1))),
        nn.Sequential(nn.MaxPool2d(3, 2, ceil_mode=True), nn.AvgPool2d(2, 1)),
        nn.Sequential(conv(3), nn.AdaptiveAvgPool2d(5)),
    ],
    ids=["dilation", "two axes", "asymmetric", "even kernel beside identity", "concatenation", "ceil mode", "adaptive"],
)
def test_theory_equals_brute_force(network):
    layer = fields(network, 17)[-1]
    assert compare(layer, influence(network, 17), dense(network)) > 0


def test_a_join_takes_the_outer_edges_of_its_paths():
    (joined,) = fields(nn.Sequential(Join(conv(4, padding="same"), conv(3, padding=1)), nn.ReLU()), 8)
    assert (joined.path, joined.row) == ("0", Field(-1, 3, 1))
    assert Field(-3, 2, 1).join(Field(-1, 4, 1)) == Field(-3, 4, 1)


def tiny_resnet(**options):
    config = ResNetConfig(embedding_size=16, hidden_sizes=[16, 24], depths=[2, 1], num_labels=3, **options)
    return ResNetForImageClassification(config)


def vgg():
    """VGG-11 with convolutions only: the two wide layers after them have no values."""
    with torch.device("meta"):
        model = vgg11()
    model.features = make_layers(cfgs["A"])
    return model


MODELS = {
    "basic": (lambda: tiny_resnet(layer_type="basic"), 96),
    "bottleneck": (lambda: tiny_resnet(layer_type="bottleneck"), 96),
    "bottleneck, early strides": (
        lambda: tiny_resnet(layer_type="bottleneck", downsample_in_first_stage=True, downsample_in_bottleneck=True),
        96,
    ),
    "resnet18": (resnet18, 112),
    "vgg11": (vgg, 64),
    "convnext_tiny": (convnext_tiny, 88),
}


def maps(model, paths, x):
    """The maps of the modules that `paths` name."""
    kept = {}
    for path in paths:
        model.get_submodule(path).register_forward_hook(
            lambda _module, _inputs, output, path=path: kept.setdefault(path, output)
        )
    getattr(model, "features", model)(x)
    return kept


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_is_zero_outside_the_box_and_reaches_its_edges(name):
    torch.manual_seed(0)
    build, size = MODELS[name]
    model = build().double().eval()
    layers = [layer for layer in fields(model, size) if box(layer, 0, 0, size) != (0, 0, size, size)]
    x = torch.rand(1, 3, size, size, dtype=torch.float64).requires_grad_()
    kept = maps(model, [layer.path for layer in layers], x)
    reached = 0
    for layer in layers:
        map_ = kept[layer.path][0]
        assert map_.shape[-2:] == layer.grid
        edges = np.zeros(4, bool)
        middle = layer.grid[0] // 2
        units = ((0, layer.grid[1] - 1), *((middle + row, middle + column) for row in (0, -1) for column in (0, -1)))
        for row, column in units:
            value = map_[:, row, column] @ torch.rand(len(map_), dtype=torch.float64)
            (gradient,) = torch.autograd.grad(value, x, retain_graph=True)
            seen = gradient[0].abs().sum(0).numpy() > 0
            top, left, bottom, right = clipped = box(layer, row, column, size)
            inside = seen[top:bottom, left:right].copy()
            seen[top:bottom, left:right] = False
            assert not seen.any(), (layer.path, row, column)
            if box(layer, row, column) == clipped:
                edges |= (inside[0].any(), inside[-1].any(), inside[:, 0].any(), inside[:, -1].any())
        reached += edges.all()
        assert edges.all() or layer.row.size > size / 2, layer.path
    assert reached >= 3


def hf_resnet(**options):
    with torch.device("meta"):
        return ResNetForImageClassification(ResNetConfig(**options))


@pytest.mark.parametrize(
    ("build", "path", "size", "jump", "side"),
    [
        (resnet18, "layer4.1", 435, 32, 7),
        (resnet50, "layer4.2", 427, 32, 7),
        (vgg16, "features.28", 196, 16, 14),
        (vgg16, "features.30", 212, 32, 7),
        (alexnet, "features.12", 195, 32, 6),
        (lambda: hf_resnet(layer_type="basic", depths=[2, 2, 2, 2]), "resnet.encoder.stages.3.layers.1", 435, 32, 7),
        (lambda: hf_resnet(), "resnet.encoder.stages.3.layers.2", 427, 32, 7),
        (lambda: hf_resnet(downsample_in_bottleneck=True), "resnet.encoder.stages.3.layers.2", 483, 32, 7),
    ],
)
def test_known_values(build, path, size, jump, side):
    """Araujo et al. 2019, table 1 (AlexNet 195, VGG-16 212, ResNet-50 483 with its strides in 1x1 convolutions)."""
    with torch.device("meta"):
        model = build()
    layer = next(layer for layer in fields(model, 224) if layer.path == path)
    assert layer.row == layer.column
    assert (layer.row.size, layer.row.jump, layer.grid) == (size, jump, (side, side))


def test_layers_of_a_resnet_in_order():
    layers = fields(tiny_resnet(layer_type="basic"), 64)
    assert [layer.name for layer in layers] == [
        "embedder convolution",
        "embedder pooling",
        "stage 1, layer 1",
        "stage 1, layer 2",
        "stage 2, layer 1",
        "pooler",
    ]
    assert [layer.path for layer in layers][:2] == ["resnet.embedder.embedder", "resnet.embedder.pooler"]
    assert [layer.grid[0] for layer in layers] == [32, 16, 16, 16, 8, 1]
    assert [layer.row.size for layer in layers] == [7, 11, 27, 43, 67, 64]
    assert [layer.row.jump for layer in layers] == [2, 4, 4, 4, 8, 0]
    assert [layer.row.start for layer in layers] == [0.5, 0.5, 0.5, 0.5, 0.5, 32]


def test_layers_of_convnext_are_its_stem_blocks_and_downsampling():
    with torch.device("meta"):
        layers = fields(convnext_tiny(), 224)
    stages = [
        f"features.{stage}.{block}" for stage, depth in ((1, 3), (3, 3), (5, 9), (7, 3)) for block in range(depth)
    ]
    assert {layer.path for layer in layers} == {
        "features.0",
        "features.2",
        "features.4",
        "features.6",
        "avgpool",
        *stages,
    }
    assert [layer.row.size for layer in layers[:6]] == [4, 28, 52, 76, 80, 128]


def test_the_model_is_left_as_it_is():
    model = tiny_resnet(layer_type="basic").train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    fields(model, 64)
    assert model.training
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


class Around(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


@pytest.mark.parametrize(
    "network",
    [
        nn.Upsample(scale_factor=2),
        nn.GroupNorm(1, 1),
        nn.LayerNorm(8),
        nn.Linear(8, 8),
        nn.BatchNorm2d(1, track_running_stats=False),
        conv(3, padding=1, padding_mode="circular"),
        Around(lambda x: x.roll(1, -1)),
        Around(lambda x: x.chunk(2, -1)[0]),
        Around(lambda x: torch.cat([x, x], -1)),
        Around(lambda x: x + x.permute(0, 1, 3, 2)),
        Around(lambda x: x + nn.functional.max_pool2d(x, 3, 1, 1)),
        Join(conv(1, stride=2), conv(5)),
    ],
)
def test_an_unknown_operation_is_named(network):
    with pytest.raises(InputError) as error:
        fields(nn.Sequential(conv(1), network), 8)
    assert error.value.code == "fields.unknown_layer"
    assert str(error.value.details["layer"]).startswith(f"1 {type(network).__name__}")


def test_after_global_pooling_a_unit_sees_the_whole_image():
    squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(1, 1, 1), nn.Sigmoid())
    layers = fields(nn.Sequential(conv(3), Join(nn.Identity(), squeeze), conv(3), nn.Flatten(), nn.Linear(16, 2)), 8)
    assert [(layer.path, layer.row) for layer in layers] == [("0", Field(0, 3, 1)), ("1", Field(0, 8, 0))]


def test_box_clips_and_refuses_units_off_the_map():
    layer = Layer("", "", (3, 2), Field(-1, 4, 2), Field(0, 6, 4))
    assert box(layer, 0, 1) == (-1, 4, 4, 10)
    assert box(layer, 0, 1, 8) == (0, 4, 4, 8)
    assert (layer.row.size, layer.row.start) == (5, 1.5)
    for row, column in ((3, 0), (0, 2), (-1, 0)):
        with pytest.raises(InputError, match="outside"):
            box(layer, row, column)


def test_swins_reach_is_where_its_gradient_goes():
    torch.manual_seed(0)
    options = {"image_size": 32, "patch_size": 2, "embed_dim": 8, "depths": [2, 2], "num_heads": [1, 1]}
    config = SwinConfig(**options, window_size=4, attn_implementation="eager")
    model = SwinModel(config).double().eval()
    reached = swin_reach(config, 32, 5, 10)
    assert reached.shape == (5, 16, 16)
    assert reached[0].sum() == 1
    x = torch.rand(1, 3, 32, 32, dtype=torch.float64).requires_grad_()
    state, grid = model.embeddings(x)
    depth = 0
    for stage in model.encoder.layers:
        for block in stage.blocks:
            state, _ = block(state, grid)
            depth += 1
            row, column = (place * grid[0] // 16 for place in (5, 10))
            unit = state[0, row * grid[1] + column] @ torch.arange(state.shape[-1], dtype=torch.float64)
            (gradient,) = torch.autograd.grad(unit, x, retain_graph=True)
            patches = gradient[0].abs().sum(0).reshape(16, 2, 16, 2).sum((1, 3)).numpy()
            np.testing.assert_array_equal(patches > 1e-25, reached[depth])
        if stage.downsample is not None:
            state, grid = stage.downsample(state, grid), (grid[0] // 2, grid[1] // 2)
    with pytest.raises(InputError, match="outside"):
        swin_reach(config, 32, 16, 0)


@pytest.mark.parametrize("n", [5, 10, 20])
def test_the_effective_field_of_a_linear_stack_is_as_wide_as_theory_says(n):
    """Luo et al. 2016: n uniform k x k windows have variance n (k^2 - 1) / 12 along an axis; sqrt(2n/3) for 3 x 3."""
    network = nn.Sequential(*(conv(3, padding=1, bias=False) for _ in range(n))).double()
    for parameter in network.parameters():
        nn.init.constant_(parameter, 1 / 9)
    size = 2 * n + 1
    x = torch.zeros(1, 1, size, size, dtype=torch.float64, requires_grad=True)
    network(x)[0, 0, n, n].backward()
    share = x.grad[0, 0].sum(1).numpy()
    assert fields(network, size)[-1].row.size == size == np.count_nonzero(share)
    assert math.sqrt(share @ np.arange(-n, n + 1) ** 2) == pytest.approx(math.sqrt(2 * n / 3), rel=1e-12)
