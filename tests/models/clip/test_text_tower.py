"""MiniLM's tokenizer and vectors, cut to what captions need, with Chinese characters added."""

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from models.clip import text_tower

TEXTS = {"en": ["a dog.", "Dogs run."], "zh": ["狗走。", "狗在走", "猫"]}


@pytest.fixture
def tokenizer(packages, monkeypatch):
    monkeypatch.setattr(text_tower, "FREQUENT", 0)
    return text_tower.cut_tokenizer(packages, TEXTS)


def test_pieces_of_captions_and_letters_are_kept_and_frequent_characters_are_added(tokenizer):
    kept = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    assert kept == [*text_tower.SPECIAL, "a", "dog", "##s", "run", "x", "##x", ".", "狗", "走"]


def test_the_cut_tokenizer_reads_captions_as_the_whole_one(packages, tokenizer):
    whole = Tokenizer.from_file(str(packages / text_tower.FOLDER / "tokenizer.json"))
    whole.no_padding()
    for text in TEXTS["en"]:
        assert tokenizer(text).tokens() == whole.encode(text).tokens
    assert tokenizer("狗走").tokens() == ["[CLS]", "狗", "走", "[SEP]"]
    assert tokenizer("zebra 猫").tokens() == ["[CLS]", "[UNK]", "[UNK]", "[SEP]"]


def test_a_tower_has_the_first_layers_and_the_vectors_of_the_pieces_that_are_kept(packages, tokenizer):
    tower = text_tower.open_tower(packages, tokenizer, 2)
    stored = load_file(packages / text_tower.FOLDER / "model.safetensors")
    own = Tokenizer.from_file(str(packages / text_tower.FOLDER / "tokenizer.json")).get_vocab()
    state = tower.state_dict()
    words = state.pop("embeddings.word_embeddings.weight")
    for piece in ("[CLS]", "dog", "##s", "走"):
        expected = stored["embeddings.word_embeddings.weight"][own[piece]]
        torch.testing.assert_close(words[tokenizer.convert_tokens_to_ids(piece)], expected, atol=0, rtol=0)
    assert len(tower.encoder.layer) == 2
    for name in [
        name for name in state if "attention.self" in name or "intermediate" in name or name.startswith("emb")
    ]:
        value = state[name]
        torch.testing.assert_close(value, stored[name][: len(value)], atol=0, rtol=0)


@torch.inference_mode()
def test_a_new_layer_changes_nothing_but_the_norm_of_what_is_below_it(packages, tokenizer):
    """What the embeddings' own norm has shifted and stretched is normalised again, and no more."""
    tower = text_tower.open_tower(packages, tokenizer, 2).eval()
    ids = torch.tensor([[2, 6, 8, 3]])
    below = tower.embeddings(ids)
    found = tower(ids).last_hidden_state
    expected = torch.nn.functional.layer_norm(below, below.shape[-1:], eps=tower.config.layer_norm_eps)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def test_words_are_those_before_they_are_cut_into_pieces(tokenizer):
    assert text_tower.words("Dogs run, 狗走。", tokenizer) == ["dogs", "run", ",", "狗", "走", "。"]
