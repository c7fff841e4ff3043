"""Every way in which a sentence can be wrong, and what is odd but readable."""

import pytest

from models.errors import InputError
from models.translation.sentence import clean, encode, unseen


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


def test_special_tokens_in_a_sentence_are_plain_text(translators):
    tokenizer = translators["autoregressive"].reader
    pieces = tokenizer.convert_ids_to_tokens(encode(tokenizer, "A dog <pad> runs </s> now.")[0].tolist())
    assert pieces.count("</s>") == 1 and pieces[-1] == "</s>" and "<pad>" not in pieces


def test_a_sentence_of_too_many_tokens_is_refused(translators):
    with pytest.raises(InputError) as error:
        encode(translators["autoregressive"].reader, "xq " * 100)
    assert error.value.code == "sentence.many_tokens" and error.value.details["maximum"] == 80


def test_words_that_training_never_saw_are_named(tiny_translators, tmp_path):
    marian = tiny_translators[0]
    assert unseen(str(marian), "A Small zebra runs, quickly.") == ("quickly", "zebra")
    assert unseen(str(tmp_path), "A zebra.") == (), "a model that lists no words"
