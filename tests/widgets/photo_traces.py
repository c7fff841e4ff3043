"""Hand-made traces of photos in which every number is another one, so that a picture of the wrong part shows."""

import numpy as np

from models.traces import (
    Attribution,
    AttributionsTrace,
    ConvolutionSweepTrace,
    FieldsTrace,
    FieldTrace,
    PositionAblation,
    PositionAblationsTrace,
)

SIDE = 32
LABELS = ("cat", "church")


def pixels(seed: int, *shape: int) -> np.ndarray:
    """Noise as a photo."""
    return np.random.default_rng(seed).integers(0, 256, (*shape, SIDE, SIDE, 3)).astype(np.uint8)


def fields(position: tuple[float, float] = (0.5, 0.5), depths: tuple[int, ...] = (5, 3), random: bool = True):
    """A CNN with the first and a ViT with the second of these depths; two photos are averaged unless not `random`."""
    columns = tuple(_column(seed, depth, random) for seed, depth in enumerate(depths))
    return FieldsTrace(position, 2 if random else 0, columns)


def _column(seed: int, n_layer: int, random: bool) -> FieldTrace:
    draw = np.random.default_rng(seed)
    axes = (2, 2, n_layer) if random else (1, 1, n_layer)
    attends = seed > 0
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
        attention_distance=draw.uniform(0, 0.5, n_layer) if attends else np.full(n_layer, np.nan),
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
