"""The stand-in for the Hub and tiny models, as tests of models have them."""

from tests.models.conftest import hub, tiny_deit, tiny_vit  # noqa: F401 (fixtures)
