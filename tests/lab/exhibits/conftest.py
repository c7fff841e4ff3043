"""The tiny models of tests/models, for a visitor who brings an own model."""

import pytest

from tests.models import single_stacks
from tests.models.conftest import saved_resnet, tiny_swin, tiny_translators, tiny_vit
from tests.models.translation.folders import folder_of

__all__ = ["saved_resnet", "tiny_swin", "tiny_translators", "tiny_vit"]


@pytest.fixture(scope="session")
def strangers(tmp_path_factory):
    """Folders of a BART, an M2M100 and a T5, as their owners save them, with rules of their own."""
    rules = {"no_repeat_ngram_size": 2, "num_beams": 6, "num_return_sequences": 2}
    made = {kind: tmp_path_factory.mktemp(kind) for kind in ("bart", "m2m100", "t5")}
    return {kind: folder_of(kind, folder, rules=rules) for kind, folder in made.items()}


@pytest.fixture(scope="session")
def single(tmp_path_factory):
    """Folders of a GPT-2, a Llama and a BERT."""
    kinds = {"gpt": "GPT2LMHeadModel", "llama": "LlamaForCausalLM", "bert": "BertForMaskedLM"}
    return {kind: single_stacks.folder_of(family, tmp_path_factory.mktemp(kind)) for kind, family in kinds.items()}
