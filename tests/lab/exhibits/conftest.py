"""The tiny models of tests/models, for a visitor who brings an own model."""

from tests.models.conftest import saved_resnet, tiny_swin, tiny_translators, tiny_vit

__all__ = ["saved_resnet", "tiny_swin", "tiny_translators", "tiny_vit"]
