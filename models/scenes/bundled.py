"""The two models of the scenes that come with the lab, and captions to begin with. No torch."""

STREAM, CODES = "scenes", "scenes-codes"
CAPTIONS = {
    "en": ("a large red circle above a small blue square", "a large red star above a small blue square"),
    "zh": ("大红圆在小蓝方块的上面", "大红五角星在小蓝方块的上面"),
}
"""What each page opens with: a caption, and the same with one word changed, to a thing known only alone."""
