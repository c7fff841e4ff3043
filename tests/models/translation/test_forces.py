"""A forced token: what came before stays, and the search goes on from it as the library's does."""

import pytest
import torch

from models.errors import InputError
from models.traces import FATES
from tests.models.translation.tiny import (
    EOS,
    START,
    WORDS,
    ancestry,
    beam,
    best,
    consistent,
    generate,
    marian,
    run,
    sentence,
    unchanged,
)


def test_a_force_does_not_change_what_later_calls_draw(uncounted):
    for seed in range(6):
        model, ids = marian(seed, eos_bias=1.0), sentence(seed)
        free = run(model, ids, method="sample", seed=seed, max_length=8)
        if len(free.steps) < 3:
            continue
        drawn = int(free.steps[1].token[free.steps[1].kept[0]])
        forced = run(model, ids, method="sample", seed=seed, max_length=8, force=(1, 0, drawn))
        assert best(forced).token.tolist() == best(free).token.tolist()
        return
    raise AssertionError("no seed gives three calls")


@pytest.mark.parametrize("token", [2, 9, 17, 22, START])
def test_a_forced_token_in_greedy_decoding(token, uncounted):
    model, ids = marian(3, eos_bias=0.0), sentence(3)
    model.generation_config.bad_words_ids = [[START]]
    free, forced = (run(model, ids, method="greedy", max_length=10, force=force) for force in (None, (3, 0, token)))
    unchanged(free, forced, 3)
    consistent(forced, 1)
    prefix = torch.tensor([[START, *best(free).token[:3], token]])
    wanted = generate(model, ids, 6, decoder_input_ids=prefix)
    assert best(forced).token.tolist() == wanted.sequences[0, 1:].tolist() and forced.forces == ((3, 0, token),)


def test_a_forced_token_in_beam_search(uncounted):
    """Without a length penalty the search goes on as the library's does from the same beginning."""
    tested, emptied, absent = 0, 0, 0
    for seed in range(20):
        model, ids, row, token = marian(seed, eos_bias=1.0), sentence(seed), seed % 3, 2 + seed
        chosen = {"beam_width": 3, "max_length": 10, "length_penalty": 0.0, "early_stopping": bool(seed % 2)}
        free = run(model, ids, **chosen)
        if len(free.steps) < 3:
            continue
        forced = run(model, ids, force=(2, row, token), **chosen)
        unchanged(free, forced, 2)
        consistent(forced, 3)
        step = forced.steps[2]
        assert [FATES[fate] for fate in step.fate].count("displaced_by_force") == len(step.fate) - 1
        assert step.token[step.kept].tolist() == [token] and (step.pool == -1).all()
        candidate = forced.steps[1].kept[row]
        parent = forced.steps[1].parent[candidate]
        first = forced.steps[0].token[forced.steps[0].kept[parent]]
        prefix = [START, int(first), int(forced.steps[1].token[candidate]), token]
        asked = {**chosen, "max_length": 7, "decoder_input_ids": torch.tensor([prefix])}
        wanted = beam(model, ids, **asked)
        assert best(forced).token.tolist() == wanted.sequences[0, 1:].tolist()
        total = float(wanted.sequences_scores[0]) + float(step.score[step.kept[0]])
        assert best(forced).score == pytest.approx(total, abs=1e-4)
        assert best(forced).token[2] == token and ancestry(forced, best(forced))[:3] == [0, parent, row]
        emptied += bool((forced.steps[1].pool >= 0).any())
        absent += len(step.token) == 7
        tested += 1
    assert tested > 10 and emptied and absent


def test_a_forced_end_and_a_forced_last_token_end_the_search(uncounted):
    model, ids = marian(3, eos_bias=0.0), sentence(3)
    ended = run(model, ids, beam_width=3, max_length=8, force=(2, 1, EOS))
    assert len(ended.steps) == 3 and len(best(ended).token) == 3 and best(ended).token[-1] == EOS
    assert ended.steps[2].pool.tolist()[1:] == [-1, -1]
    last = run(model, ids, beam_width=3, max_length=8, force=(7, 0, 4))
    assert len(best(last).token) == 8 and best(last).token[-1] == 4
    for trace in (ended, last):
        consistent(trace, 3)


@pytest.mark.parametrize("force", [(0, 1, 5), (0, 0, WORDS), (6, 0, 5)])
def test_a_force_that_does_not_fit_the_search_is_refused(force, uncounted):
    with pytest.raises(InputError) as error:
        run(marian(0), sentence(0), max_length=6, force=force)
    assert error.value.code == "decoding.force"
