"""What is written is what the library's generate() writes, and every number beside it follows from the model."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from models.errors import InputError
from models.gpt import next_token
from models.gpt.generate import trace
from models.gpt.prompt import SHOWN, encode
from models.gpt.sampling import Sampling

TEXT = "to be or "
WAYS = [
    {"method": "greedy"},
    {"method": "greedy", "repetition_penalty": 1.5},
    {"seed": 3},
    {"seed": 4, "temperature": 0.6, "top_k": 5},
    {"temperature": 1.4, "top_p": 0.8, "repetition_penalty": 1.2},
    {"min_p": 0.2, "top_k": 9, "top_p": 0.9, "seed": 8},
]


def whole(opened, **asked):
    *_, last = trace(TEXT, opened, **asked)
    return last


def library(opened, ids, length, asked):
    settings = Sampling(**asked)
    torch.manual_seed(settings.seed)
    found = opened.model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=length, pad_token_id=1, **settings.asked()
    )
    return found[0, ids.shape[1] :].tolist()


def plain(opened, ids):
    with torch.inference_mode():
        return F.log_softmax(opened.model(torch.tensor([ids])).logits[0, -1], -1).numpy()


def test_every_family_writes_what_its_library_writes(any_decoder):
    found = whole(any_decoder, length=8, seed=1)
    ids = encode(any_decoder, TEXT)
    assert found.continuations[0].token.tolist() == library(any_decoder, ids, 8, {"seed": 1})
    assert found.difference < 1e-4


@pytest.mark.parametrize("asked", WAYS)
def test_greedy_and_sampled_tokens_are_those_of_generate(decoder, asked):
    found = whole(decoder, length=20, **asked).continuations[0]
    wanted = library(decoder, encode(decoder, TEXT), 20, asked)
    assert found.token.tolist() == wanted and found.ended == (wanted[-1] == 0)


BEAMS = [{"beam_width": 3}, {"beam_width": 4, "repetition_penalty": 1.4}, {"beam_width": 2}]


def path(found, at):
    one = found.continuations[at]
    return [*(path(found, one.parent)[: one.leaves] if one.leaves else []), *one.token.tolist()]


@pytest.mark.parametrize("asked", BEAMS)
@pytest.mark.parametrize("length", [1, 4, 14])
def test_hypotheses_are_those_of_generate_in_its_order(decoder, asked, length):
    found = whole(decoder, method="beam", length=length, **asked)
    width, ids = asked["beam_width"], encode(decoder, TEXT)
    settings = Sampling(method="beam", **asked).asked() | {"max_new_tokens": length, "pad_token_id": 1}
    more = {"num_return_sequences": width, "return_dict_in_generate": True, "output_scores": True}
    wanted = decoder.model.generate(ids, attention_mask=torch.ones_like(ids), **settings, **more)
    rows = [row[ids.shape[1] :].tolist() for row in wanted.sequences]
    own = [path(found, at) for at in range(width)]
    assert own == [row[: len(one)] for row, one in zip(rows, own, strict=True)]
    assert all(set(row[len(one) :]) <= {1} for row, one in zip(rows, own, strict=True))
    if "repetition_penalty" not in asked:
        [best] = {float(found.continuations[0].log_prob.mean())}
        assert best == pytest.approx(float(wanted.sequences_scores[0]), abs=1e-4)


def test_hypotheses_leave_the_one_they_share_most_with_and_hold_what_a_plain_forward_says(decoder):
    found = whole(decoder, method="beam", beam_width=4, length=9)
    for at, one in enumerate(found.continuations[1:], 1):
        shared = [
            next((i for i, (a, b) in enumerate(zip(path(found, at), path(found, other), strict=False)) if a != b))
            for other in range(at)
        ]
        assert (one.parent, one.leaves) == (int(np.argmax(shared)), max(shared))
    for at, one in enumerate(found.continuations):
        ids = [*found.prompt.tolist(), *path(found, at)]
        first = len(ids) - len(one.token)
        wanted = [plain(decoder, ids[:end])[ids[end]] for end in range(first, len(ids))]
        np.testing.assert_allclose(one.log_prob, wanted, atol=1e-4)


def test_each_step_holds_what_a_plain_forward_says_and_what_was_left(decoder):
    found = whole(decoder, length=6, temperature=0.7, top_k=4, seed=2)
    ids, [written] = found.prompt.tolist(), found.continuations
    for step, token in enumerate(written.token):
        log_prob = plain(decoder, ids)
        best = np.argsort(-log_prob, kind="stable")
        assert written.log_prob[step] == pytest.approx(log_prob[token], abs=1e-4)
        assert written.alternative[step].tolist() == best[: written.alternative.shape[1]].tolist()
        assert written.alternative_kept[step].tolist() == [rank < 4 for rank in range(written.alternative.shape[1])]
        left = np.exp(log_prob[best[:4]] / 0.7)
        assert written.probability[step] == pytest.approx((left / left.sum())[list(best).index(token)], abs=1e-4)
        assert written.entropy[step] == pytest.approx(-(np.exp(log_prob) * log_prob).sum() / np.log(2), abs=1e-4)
        assert written.kept[step] == 4
        ids.append(int(token))


def test_a_branch_is_what_generate_writes_after_the_other_token(decoder):
    first = whole(decoder, length=10, seed=5)
    own = first.continuations[0].token.tolist()
    other = int(first.continuations[0].alternative[3][-1])
    branches = ((0, 3, other), (1, 4, 2))
    found = whole(decoder, length=10, seed=5, branches=branches)
    assert found.continuations[0].token.tolist() == own
    _, left, second = found.continuations
    assert (left.parent, left.leaves, left.token[0]) == (0, 3, other) and np.isnan(left.probability[0])
    prefix = torch.tensor([[*found.prompt, *own[:3], other]])
    assert left.token[1:].tolist() == library(decoder, prefix, 6, {"seed": 5})
    assert (second.parent, second.leaves, second.token[0]) == (1, 4, 2)
    prefix = torch.cat([prefix, torch.tensor([[2]])], 1)
    assert second.token[1:].tolist() == library(decoder, prefix, 5, {"seed": 5})


def test_traces_grow_and_only_the_last_is_whole(decoder):
    seen = list(trace(TEXT, decoder, length=9, seed=5))
    counts = [len(one.continuations[0].token) for one in seen]
    assert (
        counts == sorted(counts) and counts[0] == 1 and [one.done for one in seen] == [False] * (len(seen) - 1) + [True]
    )
    assert len(seen[-1].seconds) == len(seen[-1].length) == counts[-1] and (seen[-1].again_seconds > 0).all()


def test_the_next_token_has_the_plain_forwards_logits_and_the_text_its_surprise(decoder):
    found = next_token.trace(TEXT, decoder)
    ids = encode(decoder, TEXT)[0].tolist()
    logits = plain(decoder, ids)
    np.testing.assert_allclose(np.sort(logits)[::-1], found.logits - np.logaddexp.reduce(found.logits), atol=1e-4)
    assert found.piece[0] == decoder.reader.convert_ids_to_tokens(int(logits.argmax())).replace(" ", " ")
    wanted = [-plain(decoder, ids[:at])[ids[at]] for at in range(1, len(ids))]
    np.testing.assert_allclose(found.surprise[1:], wanted, atol=1e-4)
    order = np.argsort(-logits, kind="stable")
    assert np.isnan(found.surprise[0]) and found.seen.tolist() == [bool(one in ids) for one in order]


@pytest.mark.parametrize(
    ("text", "asked", "code"),
    [
        ("", {}, "empty"),
        ("x" * 39, {}, "unknown"),
        ("to be " * 8, {}, "long"),
        ("to be", {"length": 40}, "no_room"),
        ("to be", {"branches": ((1, 0, 2),)}, "branch"),
        ("to be", {"branches": ((0, 30, 2),)}, "branch"),
        ("to be", {"branches": ((0, 0, 999),)}, "branch"),
        ("to be", {"branches": ((0, 0, 2),), "method": "beam"}, "beam_branch"),
    ],
)
def test_what_cannot_be_used_is_refused(without_start, text, asked, code):
    with pytest.raises(InputError) as refused:
        list(trace(text, without_start, **{"length": 5} | asked))
    assert refused.value.code == f"generation.{code}"


def test_unknown_characters_are_named_and_a_start_stands_for_no_text(decoder, without_start):
    with pytest.raises(InputError) as refused:
        encode(without_start, "to 春风\u3000be 春")
    assert refused.value.details["characters"] == "春 风 ␣"
    with pytest.raises(InputError) as refused:
        encode(without_start, "".join(map(chr, range(0x4E00, 0x4E00 + 30))))
    assert str(refused.value.details["characters"]).count(" ") == SHOWN
    assert encode(decoder, "")[0].tolist() == [0]
