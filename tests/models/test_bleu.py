"""BLEU from counts against sacrebleu's own of the whole."""

import pytest
from sacrebleu import corpus_bleu

from models import bleu


@pytest.mark.parametrize(
    ("written", "lowest", "highest"),
    [
        (["a dog runs in snow", "a black cat on the mat"], 20, 90),
        (["dog runs in a snow", "black cat a on the"], 5, 40),  # no four words in a row are anybody's
    ],
)
def test_bleu_from_counts_is_that_of_the_whole_test(written, lowest, highest):
    people = [["a dog runs in the snow", "a dog is running in snow"], ["a black cat on a mat", "the cat sleeps"]]
    counted = bleu.counts(written, people, "none")
    whole = corpus_bleu(written, [list(some) for some in zip(*people, strict=True)], tokenize="none")
    assert bleu.score(counted)["bleu"] == pytest.approx(whole.score, abs=0.005)
    assert lowest < whole.score < highest


def test_chinese_is_counted_by_its_characters():
    chinese = bleu.counts(["两只狗在雪地里"], [["两只狗在雪地里跑"]], "zh")
    assert chinese[0].tolist() == [7, 8, 7, 6, 5, 4, 7, 6, 5, 4]
