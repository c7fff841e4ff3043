"""The tiny models of tests/models, for a visitor who brings an own model."""

from tests.models.conftest import tiny_swin, tiny_translators, tiny_vit

__all__ = ["tiny_swin", "tiny_translators", "tiny_vit"]
