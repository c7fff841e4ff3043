"""Hand-made traces of LayerNorms and of architectures."""

import numpy as np

from models.traces import ArchitectureSize, LayerNormTrace, PositionTablesTrace, SizesTrace, StreamTrace


def layer_norms() -> LayerNormTrace:
    """Two layers of two parts on five tokens of width 12."""
    generator = np.random.default_rng(0)
    stream = StreamTrace("marian", False, 30.0, 2e-7, np.array([[1.0, 2.0], [3.0, 5.0]]))
    return LayerNormTrace(
        model="marian",
        token=("▁a", "▁dog", "▁runs", ".", "</s>"),
        part=("self_attention", "feed_forward"),
        pre_norm=False,
        x=generator.normal(1, 2, size=(2, 2, 5, 12)).astype(np.float32),
        weight=generator.normal(1, 0.2, size=(2, 2, 12)).astype(np.float32),
        bias=generator.normal(0, 0.2, size=(2, 2, 12)).astype(np.float32),
        eps=1e-5,
        streams=(stream,),
    )


def position_tables(grid: tuple[int, int] = (3, 4), down: float = 0.15) -> PositionTablesTrace:
    """A ViT whose cosines fall with the distance: by 0.1 a column, and `down` a row."""
    rows, columns = grid
    row, column = np.divmod(np.arange(rows * columns), columns)
    cosine = 1 - 0.1 * abs(column[:, None] - column) - down * abs(row[:, None] - row)
    return PositionTablesTrace(
        translator="marian",
        vit="vit",
        table=np.eye(8),
        sinusoid_error=0.0,
        product=np.tile([1, 0.9, 0.8], (4, 1)),
        grid=grid,
        vit_table=np.ones((rows * columns, 5)),
        vit_cosine=cosine.astype(np.float32),
    )


def architectures() -> SizesTrace:
    """The original base model, as it is counted, and a decoder whose count is off by one."""
    none = {"positions": 0, "patch_values": 0, "labels": 0}
    base = ArchitectureSize(
        name="Transformer-base",
        encoder_layers=6,
        decoder_layers=6,
        width=512,
        heads=8,
        inner=2048,
        vocabulary=37000,
        pre_norm=False,
        source=64,
        target=64,
        parameters=np.array([18944000, 6303744, 12598272, 12288, 6303744, 6303744, 12598272, 18432, 0]),
        multiply_adds=4106485760,
        **none,
    )
    decoder = ArchitectureSize(
        name="GPT-2",
        encoder_layers=0,
        decoder_layers=12,
        width=768,
        heads=12,
        inner=3072,
        vocabulary=50257,
        pre_norm=True,
        source=0,
        target=1024,
        parameters=np.array([39383808, 0, 0, 0, 28348416, 0, 56669184, 38401, 0]),
        multiply_adds=145824153600,
        **none | {"positions": 1024},
    )
    return SizesTrace((base, decoder))
