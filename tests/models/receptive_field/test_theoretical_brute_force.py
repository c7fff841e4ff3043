"""Theoretical fields against brute force: each pixel of a small network's input is changed in turn."""

import numpy as np
import pytest
import torch
from torch import nn

from models.receptive_field.theoretical import Field, box, fields


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
    return nn.Conv2d(width[0], width[1], kernel, **options)


def pair(sides):
    """Down and across, as plain integers."""
    down, across = sides
    return int(down), int(across)


def random_layer(rng, gaps):
    """A window of any shape, its padding at most half of it, and a smooth activation."""
    kernel = pair(rng.integers(1, 6, 2))
    dilation = pair(rng.integers(1, 3, 2)) if gaps else (1, 1)
    stride = pair(rng.integers(1, 3, 2))
    if not gaps:
        stride = min(stride[0], kernel[0]), min(stride[1], kernel[1])
    padding = pair(rng.integers(0, side // 2 + 1) for side in kernel)
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


@pytest.mark.slow
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
        inside = sum(box(layer, *unit) == box(layer, *unit, size=24) for unit in np.ndindex(*layer.grid))
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
