"""The two models of the scenes that come with the lab, and captions to begin with. No torch."""

STREAM, CODES = "scenes", "scenes-codes"
CAPTIONS = {
    "en": ("a large red circle left of a small blue square", "a large red circle left of a small blue triangle"),
    "zh": ("大红圆在小蓝方块的左边", "大红圆在小蓝三角形的左边"),
}
"""What each page opens with: a caption, and the same with one word changed."""
