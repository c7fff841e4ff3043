"""The exhibits, grouped as a lecture is."""

from lab.exhibits import (
    anatomy,
    blocks,
    cnn_vs_attention,
    cost,
    decoding,
    fields,
    generation,
    graph,
    image_text,
    patches,
    strategies,
)

GROUPS = {
    "images": (patches.EXHIBIT, fields.EXHIBIT),
    "comparison": (cnn_vs_attention.EXHIBIT, cost.EXHIBIT, graph.EXHIBIT),
    "architecture": (anatomy.EXHIBIT, blocks.EXHIBIT),
    "language": (decoding.EXHIBIT, generation.EXHIBIT, strategies.EXHIBIT),
    "image_text": (image_text.EXHIBIT,),
}
EXHIBITS = tuple(exhibit for group in GROUPS.values() for exhibit in group)
"""In the order of the page."""
