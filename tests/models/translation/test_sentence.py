"""Every way in which a sentence can be wrong, and what is odd but readable."""

from types import SimpleNamespace

import pytest
import torch

from models.checkpoint import OpenModel
from models.errors import InputError
from models.translation.bundled import AUTOREGRESSIVE
from models.translation.sentence import clean, encode, unseen
from tests.models.translation.families import WORDS, tiny


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        (None, "empty"),
        (7, "empty"),
        ("", "empty"),
        (" \n\t", "empty"),
        ("a" * 401, "long"),
        ("word " * 2_000, "long"),
        ("?!… — 123", "no_words"),
        ("🙂🙃", "no_words"),
        ("\x00\x07\u200b", "no_words"),
        ("一只小狗在跑。", "language"),
        ("الكلب يركض", "language"),
        ("Собака бежит", "language"),
    ],
)
def test_a_sentence_that_cannot_be_translated_is_refused(sentence, code):
    with pytest.raises(InputError) as error:
        clean(sentence)
    assert error.value.code == f"sentence.{code}"


@pytest.mark.parametrize(
    ("sentence", "cleaned"),
    [
        ("A small  dog\nruns.", "A small dog runs."),
        ("<b>A dog</b> & a man", "<b>A dog</b> & a man"),
        ("A dog 🙂 runs", "A dog 🙂 runs"),
        ("A dog\x00 runs\x1b", "A dog runs"),
        ("Un cafe\u0301, déjà vu", "Un café, déjà vu"),
        (" A dog\u200b runs. ", "A dog runs."),
    ],
)
def test_odd_but_readable_sentences_are_cleaned(sentence, cleaned):
    assert clean(sentence) == cleaned


def test_where_it_need_not_be_english_it_still_needs_a_word():
    assert clean(" 一只小狗\n在跑。", english=False) == "一只小狗 在跑。"
    with pytest.raises(InputError, match="no_words"):
        clean("？！", english=False)


def test_special_tokens_in_a_sentence_are_plain_text(translators):
    model = translators["autoregressive"]
    pieces = model.reader.convert_ids_to_tokens(encode(model, "A dog <pad> runs </s> now.")[0].tolist())
    assert pieces.count("</s>") == 1 and pieces[-1] == "</s>" and "<pad>" not in pieces


def test_a_sentence_of_too_many_tokens_is_refused(translators):
    with pytest.raises(InputError) as error:
        encode(translators["autoregressive"], "xq " * 100)
    assert error.value.code == "sentence.many_tokens" and error.value.details["maximum"] == 80


@pytest.mark.parametrize("family", AUTOREGRESSIVE)
def test_an_id_that_the_model_has_no_row_for_is_refused(family):
    class Tokenizer:
        def __len__(self):
            return WORDS + 5

        def __call__(self, sentence, **_):
            return SimpleNamespace(input_ids=torch.tensor([[int(sentence)]]))

    opened = OpenModel("a model", tiny(family), Tokenizer())
    assert encode(opened, str(WORDS - 1)).tolist() == [[WORDS - 1]]
    with pytest.raises(InputError) as error:
        encode(opened, str(WORDS))
    assert error.value.code == "sentence.no_row"
    assert error.value.details == {"reference": "a model", "token": WORDS, "tokens": WORDS + 5, "rows": WORDS}


def test_words_that_training_never_saw_are_named(tiny_translators, tmp_path):
    marian = tiny_translators[0]
    assert unseen(str(marian), "A Small zebra runs, quickly.") == ("quickly", "zebra")
    assert unseen(str(tmp_path), "A zebra.") == (), "a model that lists no words"
