"""What is drawn is what generate() draws, and every number beside it follows from the model."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from models.errors import InputError
from models.gpt.generate import trace as text_trace
from models.scenes import reading, train_codes
from models.scenes.captions import EMPTY, ROOM, encode
from models.scenes.generate import ALTERNATIVES, GROWS_BY, prompt, trace
from models.scenes.stream import first_code, write
from tests.models.scenes.conftest import CAPTION, CODES


def last(opened, coder, **asked):
    *_, found = trace(CAPTION, opened, coder, **asked)
    return found.written[0]


@pytest.fixture(scope="module")
def drawn(opened, coder):
    return last(opened, coder, seed=3)


@pytest.fixture(scope="module")
def whole(opened, drawn):
    """One pass over the finished stream, which has no cache."""
    codes = torch.tensor(drawn.code) + first_code(opened.model)
    with torch.inference_mode():
        return opened.model(torch.cat([prompt(opened, CAPTION)[0], codes])[None], output_attentions=True)


def test_numbers_are_those_of_one_pass_over_the_whole(opened, drawn, whole):
    log_prob = F.log_softmax(whole.logits[0, ROOM - 1 : -1, first_code(opened.model) :], -1).numpy()
    np.testing.assert_allclose(drawn.log_prob, log_prob[range(64), drawn.code], atol=1e-4)
    np.testing.assert_allclose(drawn.probability, np.exp(drawn.log_prob), rtol=1e-4)
    np.testing.assert_allclose(drawn.entropy, -(np.exp(log_prob) * log_prob).sum(-1) / np.log(2), atol=1e-4)
    best = np.sort(log_prob)[:, ::-1][:, :ALTERNATIVES]
    np.testing.assert_allclose(drawn.alternative_log_prob, best, atol=1e-4)
    assert (drawn.kept == CODES.n_code).all()


def test_attention_is_that_of_the_token_before_and_nothing_later_is_seen(drawn, whole):
    attention = torch.cat(whole.attentions)[:, :, ROOM - 1 : -1].permute(2, 0, 1, 3)
    np.testing.assert_allclose(drawn.attention, attention, atol=1e-5)
    np.testing.assert_allclose(drawn.attention.sum(-1), 1, atol=1e-5)
    for place in range(64):
        assert (drawn.attention[place, ..., : ROOM + place] > 0).all()
        assert (drawn.attention[place, ..., ROOM + place :] == 0).all()


def test_pictures_are_the_codes_decoded_with_paper_for_the_rest(coder, drawn):
    paper = coder.model.encode(torch.full((1, 64, 64, 3), 255, dtype=torch.uint8))[0].flatten()
    for place in (0, 20, 63):
        codes = torch.cat([torch.tensor(drawn.code[: place + 1]), paper[place + 1 :]])
        with torch.inference_mode():
            picture = coder.model.decode(codes.view(1, 8, 8))[0]
        np.testing.assert_array_equal(drawn.pictures[place], picture)
    assert {at for at, *_ in drawn.shows} == reading.read(drawn.pictures[-1]).keys()


def test_greedy_codes_are_those_that_are_measured(opened, coder, reader):
    found = last(opened, coder, method="greedy")
    assert found.code.tolist() == write(opened.model, torch.tensor(encode(reader, [CAPTION])))[0].tolist()
    assert np.isnan(found.probability).all()


def test_temperature_and_top_k_change_what_is_drawn_and_seeds_repeat_it(opened, coder, drawn):
    assert last(opened, coder, seed=3).code.tolist() == drawn.code.tolist()
    assert last(opened, coder, seed=4).code.tolist() != drawn.code.tolist()
    cut = last(opened, coder, seed=3, top_k=3, temperature=0.7)
    assert (cut.kept == 3).all()
    rank = (cut.alternative == cut.code[:, None]).argmax(1)
    chosen = cut.alternative_log_prob[:, :3] / 0.7
    shares = np.exp(chosen) / np.exp(chosen).sum(1, keepdims=True)
    np.testing.assert_allclose(cut.probability, shares[range(64), rank], rtol=1e-4)


def test_a_forced_code_stands_where_it_is_put_and_nothing_before_it_changes(opened, coder, drawn):
    other = int((drawn.code[10] + 1) % CODES.n_code)
    found = last(opened, coder, seed=3, forced=((10, other),))
    assert found.code[:10].tolist() == drawn.code[:10].tolist() and found.code[10] == other
    assert np.isnan(found.probability).nonzero()[0].tolist() == [10]
    same = last(opened, coder, seed=3, forced=((10, int(drawn.code[10])),))
    assert same.code.tolist() == drawn.code.tolist()


def test_traces_grow(opened, coder, drawn):
    found = list(trace(CAPTION, opened, coder, seed=3))
    assert [len(one.written[0].code) for one in found] == list(range(GROWS_BY, 65, GROWS_BY))
    assert [one.done for one in found] == [False] * 7 + [True]
    assert drawn.token[:2] == ("a", "large") and drawn.token[-1] == EMPTY and len(drawn.token) == ROOM


def test_another_caption_s_picture_comes_after_it_with_the_same_seed(opened, coder, drawn):
    other = CAPTION.replace("red", "green")
    found = list(trace(CAPTION, opened, coder, other, seed=3, forced=((10, 0),)))
    assert [len(one.written) for one in found] == [1] * 8 + [2] * 8
    assert [one.done for one in found] == [False] * 15 + [True]
    first, second = found[-1].written
    assert first.code[10] == 0 and first.code[:10].tolist() == drawn.code[:10].tolist()
    *_, alone = trace(other, opened, coder, seed=3)
    assert second.caption == other and second.code.tolist() == alone.written[0].code.tolist()


def test_what_is_asked_stands_beside_what_the_picture_has(drawn):
    assert [row[:2] for row in drawn.checks] == [
        ("places", "left right"),
        *(("size", "large"), ("colour", "red"), ("shape", "circle")),
        *(("size", "small"), ("colour", "blue"), ("shape", "square")),
    ]
    found = reading.read(drawn.pictures[-1])
    assert drawn.checks[0][2] == " ".join(sorted(found))
    assert drawn.checks[2][2] == (found["left"].colour if "left" in found else "")


def test_the_labs_own_text_generation_goes_on_with_the_same_codes(opened, coder, reader):
    said = " ".join(reader.convert_ids_to_tokens(encode(reader, [CAPTION])[0]))
    ids = prompt(opened, CAPTION)
    *_, found = text_trace(said, opened, "greedy", length=64)
    with torch.inference_mode():
        wanted = opened.model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=64, do_sample=False, pad_token_id=1
        )
    assert found.prompt.tolist() == encode(reader, [CAPTION])[0]
    assert found.continuations[0].token.tolist() == wanted[0, ROOM:].tolist()


@pytest.mark.parametrize(
    ("caption", "code"),
    [
        (" \n", "empty"),
        ("。", "empty"),
        ("a " * (ROOM + 1), "long"),
        ("a red dog", "unknown"),
        ("un cercle rouge", "unknown"),
        ("красный круг", "unknown"),
        ("大红狗", "unknown"),
        ("<5>", "unknown"),
    ],
)
def test_captions_that_cannot_be_used_are_refused(opened, coder, caption, code):
    with pytest.raises(InputError, match=rf"scenes\.{code}"):
        next(trace(caption, opened, coder))


def test_unknown_words_are_named(opened, coder):
    with pytest.raises(InputError) as caught:
        next(trace("A red Dog left of a 猫", opened, coder))
    assert caught.value.details == {"words": "Dog, 猫"}


@pytest.mark.parametrize("force", [(64, 0), (-1, 0), (0, CODES.n_code)])
def test_a_place_or_code_that_is_not_there_is_refused(opened, coder, force):
    with pytest.raises(InputError, match=r"scenes\.put"):
        next(trace(CAPTION, opened, coder, forced=(force,)))


def test_models_that_were_not_trained_for_each_other_are_refused(opened, coder):
    other = coder._replace(model=train_codes.build(replace(CODES, n_code=8)))
    with pytest.raises(InputError, match=r"scenes\.strangers"):
        next(trace(CAPTION, opened, other))
