"""Hand-made traces of photos in which every number is another one, so that a picture of the wrong part shows."""

import numpy as np

from models.swin.windows import region_ids, window_token
from models.traces import (
    Attribution,
    AttributionsTrace,
    ConvolutionSweepTrace,
    FieldsTrace,
    FieldTrace,
    MobileVitBlock,
    MobileVitTrace,
    PositionAblation,
    PositionAblationsTrace,
    RelevanceTrace,
    SwinBlock,
    SwinTrace,
    VitTrace,
)

SIDE = 32
LABELS = ("cat", "church")


def pixels(seed: int, *shape: int) -> np.ndarray:
    """Noise as a photo."""
    return np.random.default_rng(seed).integers(0, 256, (*shape, SIDE, SIDE, 3)).astype(np.uint8)


def fields(position: tuple[float, float] = (0.5, 0.5), depths: tuple[int, ...] = (5, 3), random: bool = True):
    """A CNN with the first of these depths, a ViT with the second whose first layer convolves.

    Two photos are averaged unless not `random`.
    """
    columns = tuple(_column(seed, depth, random) for seed, depth in enumerate(depths))
    return FieldsTrace(position, 2 if random else 0, columns)


def _column(seed: int, n_layer: int, random: bool) -> FieldTrace:
    draw = np.random.default_rng(seed)
    axes = (2, 2, n_layer) if random else (1, 1, n_layer)
    attends = seed > 0
    convolved = 1 if attends else n_layer
    side = np.linspace(0.2, 1, n_layer)
    return FieldTrace(
        model=("resnet", "vit")[seed],
        layer_name=("embedder", *(f"stage 1, layer {layer}" for layer in range(1, n_layer))),
        labels=LABELS,
        pixels=pixels(seed),
        probability=np.array([0.2, 0.8], np.float32),
        box=np.stack([0.5 - side / 2, 0.5 - side / 3, 0.5 + side / 2, 0.5 + side / 4], -1).astype(np.float32),
        field=np.exp(draw.normal(1, 2, (*axes, 8, 8))).astype(np.float32),
        area=draw.uniform(0.01, 0.9, (*axes, 4, 2)).astype(np.float32),
        square=np.sort(draw.uniform(0, 1, (*axes, 4)), axis=-1).astype(np.float32),
        radius=draw.uniform(0, 0.5, axes).astype(np.float32),
        box_radius=draw.uniform(0, 0.5, n_layer).astype(np.float32),
        attention_distance=np.where(np.arange(n_layer) < convolved, np.nan, draw.uniform(0, 0.5, n_layer)),
        rollout=draw.uniform(0, 1, (n_layer, 4, 4)) if attends else np.full((n_layer, 1, 1), np.nan),
    )


def position() -> PositionAblationsTrace:
    """A ViT, measured with and without its positions, and a CNN, which has none."""
    return PositionAblationsTrace((_moved("vit", 0, 2), _moved("resnet", 1, 1)))


def _moved(model: str, seed: int, n_setting: int) -> PositionAblation:
    draw = np.random.default_rng(seed)
    probability = draw.dirichlet(np.ones(len(LABELS)), (n_setting, 4)).astype(np.float32)
    similarity = draw.uniform(-1, 1, (n_setting, 4)).astype(np.float32)
    return PositionAblation(model, LABELS, 8, 4 + seed, pixels(seed, 4), probability, similarity)


def convolution(n_alpha: int = 4) -> ConvolutionSweepTrace:
    """Nine heads on a map of 12×10 whose error falls by ten powers of ten inside, and hardly at the border."""
    draw = np.random.default_rng(0)
    rows, columns = 12, 10
    interior = np.zeros((rows, columns), bool)
    interior[1:-1, 1:-1] = True
    alpha = np.array([0, 0.5, 1, 2, 4, 8][:n_alpha])
    scale = np.where(interior, 10.0 ** (-4 * np.arange(n_alpha))[:, None, None], 0.7)
    error = (draw.uniform(0.1, 0.9, (n_alpha, rows, columns)) * scale).astype(np.float32)
    attention = draw.dirichlet(np.full(rows * columns, 0.2), (n_alpha, 9)).reshape(n_alpha, 9, rows, columns)
    return ConvolutionSweepTrace("resnet", "stage 2, layer 2", 3, (64, 32), alpha, attention, error, interior, 2.0)


def attribution() -> AttributionsTrace:
    """A CNN with a Grad-CAM and a lower logit, and a ViT without one."""
    return AttributionsTrace((_attribution("resnet", 0, -2.0, True), _attribution("vit", 1, 3.0, False)))


def _attribution(model: str, seed: int, difference: float, has_cam: bool) -> Attribution:
    draw = np.random.default_rng(seed)
    cam = draw.uniform(0, 5, (4, 4)) if has_cam else np.full((1, 1), np.nan)
    gradients = draw.normal(0, 1, (SIDE, SIDE - 4))
    return Attribution(model, pixels(seed)[:, : SIDE - 4], "church", 0.75, gradients, cam, difference, 0.25)


def vit(n_layer: int = 3) -> VitTrace:
    """Two heads over 4×4 patches and a CLS token."""
    draw = np.random.default_rng(2)
    patches, tokens = 16, 17
    return VitTrace(
        model="vit",
        patch_size=8,
        grid=(4, 4),
        prefix=("CLS",),
        labels=("cat", "church", "tench", "golf ball"),
        pixels=pixels(3),
        attention=draw.dirichlet(np.full(tokens, 0.2), (n_layer, 2, tokens)).astype(np.float32),
        lens_probability=draw.dirichlet(np.full(4, 0.5), n_layer + 1).astype(np.float32),
        patch_vector=draw.normal(0, 1, (patches, 192)).astype(np.float32),
        embedding=draw.normal(0, 2, (patches, 24)).astype(np.float32),
        position_similarity=np.array(np.corrcoef(draw.normal(0, 1, (tokens, 6))), np.float32),
    )


def relevance(n_layer: int = 3) -> RelevanceTrace:
    """Two classes over 4×4 patches."""
    draw = np.random.default_rng(4)
    return RelevanceTrace(
        model="vit",
        grid=(4, 4),
        labels=("cat", "church", "tench"),
        pixels=pixels(3),
        label=np.array([1, 2]),
        probability=np.array([0.7, 0.2], np.float32),
        attention=draw.dirichlet(np.full(16, 0.2), n_layer).astype(np.float32),
        rollout=draw.dirichlet(np.full(16, 0.2), n_layer).astype(np.float32),
        relevance=draw.gamma(0.3, 1e-5, (2, n_layer, 16)).astype(np.float32),
    )


def swin() -> SwinTrace:
    """Three stages of two blocks: maps of 8, 4 and 2 tokens a side; the last has no room for a shift."""
    blocks = tuple(_block(stage, 8 // 2**stage, shift) for stage in range(3) for shift in (0, int(stage < 2)))
    probability = np.array([0.3, 0.7], np.float32)
    return SwinTrace("swin", patch_size=4, labels=LABELS, pixels=pixels(4), probability=probability, blocks=blocks)


def _block(stage: int, side: int, shift: int) -> SwinBlock:
    grid = (side, side)
    attention = np.random.default_rng(side + shift).dirichlet(np.full(4, 0.5), (side**2 // 4, stage + 2, 4))
    return SwinBlock(
        stage, grid, 2, shift, window_token(grid, 2, shift), region_ids(grid, 2, shift), attention.astype(np.float32)
    )


def mobilevit() -> MobileVitTrace:
    """Two blocks with maps of 8 and 4 pixels a side in patches of 2; the first begins before any attention."""
    probability = np.array([0.3, 0.7], np.float32)
    blocks = (_mobile_block(3, 8, 2, False), _mobile_block(4, 4, 3, True))
    return MobileVitTrace("mobilevit", LABELS, pixels(5), probability, blocks)


def _mobile_block(stage: int, side: int, n_layer: int, everywhere: bool) -> MobileVitBlock:
    draw = np.random.default_rng(side)
    n_map, patches = n_layer + 3, side**2 // 4
    jump = SIDE // side
    reach = jump * np.array([1, *[2] * (n_layer + 1), 3])
    return MobileVitBlock(
        stage=stage,
        patch_size=2,
        kernel_size=3,
        jump=jump,
        size=draw.uniform(0, 3, (n_map, side, side)).astype(np.float32),
        attention=draw.dirichlet(np.full(patches, 0.3), (n_layer, 4, 2, patches)).astype(np.float32),
        left=-reach,
        right=reach + 1,
        everywhere=np.array([everywhere, everywhere, *[True] * (n_map - 2)]),
    )
