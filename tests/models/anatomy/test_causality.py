"""A change of each token, with the mask and without: recomputed from the weights, and zero before the change."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from models.anatomy import causality
from models.anatomy.causality import trace
from models.errors import InputError
from models.traces import REMOVED
from tests.models.anatomy.by_hand import SENTENCE


def asked(translator, edit=()):
    return trace(sentence=SENTENCE, language="de", model=translator, edit=edit)


@pytest.fixture(scope="module")
def found(translator):
    return asked(translator)


def variation(before, after):
    return (before.exp() - after.exp()).abs().sum(-1) / 2


def test_differences_come_from_the_weights(found, known, by_hand):
    for causal, changes in ((True, found.causal), (False, found.bidirectional)):
        plain, _ = by_hand(causal=causal)
        assert changes.token.tolist() == plain.argmax(-1).tolist()
        np.testing.assert_allclose(changes.probability, plain.exp().amax(-1), atol=1e-4)
        for row, token in enumerate(found.replacement.tolist()):
            read = known.reading.read[0].clone()
            read[row + 1] = token
            other, _ = by_hand(read, causal=causal)
            np.testing.assert_allclose(changes.difference[row], variation(plain, other), atol=1e-4)
            assert changes.then[row].tolist() == other.argmax(-1).tolist()
            np.testing.assert_allclose(changes.then_probability[row], other.exp().amax(-1), atol=1e-4)


def test_the_loss_is_pytorchs_cross_entropy_of_what_the_model_itself_gives(found, known, by_hand, translator):
    read, right = known.reading.read, known.reading.says
    with torch.inference_mode():
        scores = translator.model(input_ids=known.reading.ids, decoder_input_ids=read).logits[0]
    np.testing.assert_allclose(-found.causal_log_prob.mean(), F.cross_entropy(scores, right), rtol=1e-5)
    for causal, log_prob in ((True, found.causal_log_prob), (False, found.bidirectional_log_prob)):
        plain, _ = by_hand(causal=causal)
        np.testing.assert_allclose(log_prob, plain[torch.arange(len(right)), right], atol=1e-3)
    assert found.bidirectional_log_prob.mean() < found.causal_log_prob.mean()


def test_before_the_change_nothing_moves_and_without_the_mask_everything_does(found):
    for row in range(len(found.replacement)):
        assert (found.causal.difference[row, : row + 1] == 0).all()
        assert (found.causal.difference[row, row + 1 :] > 0).all()
    assert (found.bidirectional.difference > 0).all()


def test_the_mask_deleted_fails(translator, monkeypatch):
    plain = causality.predict
    monkeypatch.setattr(causality, "predict", lambda *given, **more: plain(*given, **more | {"causal": False}))
    with pytest.raises(AssertionError):
        test_before_the_change_nothing_moves_and_without_the_mask_everything_does(asked(translator))


def test_options_are_the_most_probable_others(found, known, by_hand):
    plain, _ = by_hand()
    for row, (options, shares) in enumerate(zip(found.option, found.option_probability, strict=True)):
        order = [
            token for token in plain[row].argsort(descending=True).tolist() if token != known.reading.read[0, row + 1]
        ]
        assert options.tolist() == order[: len(options)]
        np.testing.assert_allclose(shares, plain[row].exp()[options.tolist()], atol=1e-4)
    assert found.replacement.tolist() == found.option[:, 0].tolist()


def test_a_visitors_change_stands_in_its_place_alone(translator, found, known, by_hand):
    token = int(found.option[2, 3])
    edited = asked(translator, (3, token))
    assert edited.replacement[2] == token and edited.edit == (3, token)
    others = np.arange(len(found.replacement)) != 2
    np.testing.assert_array_equal(edited.causal.difference[others], found.causal.difference[others])
    read = known.reading.read[0].clone()
    read[3] = token
    wanted = variation(by_hand()[0], by_hand(read)[0])
    np.testing.assert_allclose(edited.causal.difference[2], wanted, atol=1e-4)


def test_a_removed_token_leaves_a_gap(translator, known, by_hand):
    edited = asked(translator, (3, REMOVED))
    read = torch.cat([known.reading.read[0, :3], known.reading.read[0, 4:]])
    for causal, changes in ((True, edited.causal), (False, edited.bidirectional)):
        plain, other = by_hand(causal=causal)[0], by_hand(read, causal=causal)[0]
        row = changes.difference[2]
        assert np.isnan(row[3]) and np.isfinite(np.delete(row, 3)).all() and changes.then[2, 3] == REMOVED
        np.testing.assert_allclose(row[:3], variation(plain[:3], other[:3]), atol=1e-4)
        np.testing.assert_allclose(row[4:], variation(plain[4:], other[3:]), atol=1e-4)
        assert row[:3].max() < 1e-5 if causal else row[:3].min() > 1e-3


def test_pieces_name_every_token(found):
    ids = {int(token) for each in (found.causal, found.bidirectional) for token in (*each.token, *each.then.flat)}
    ids |= {*found.read.tolist(), *found.says.tolist(), *found.option.flat}
    assert sorted(ids) == found.piece_id.tolist() and len(found.piece) == len(ids)


@pytest.mark.parametrize("edit", [(100, 5), (2, 10**6)])
def test_a_change_that_does_not_fit(translator, edit):
    with pytest.raises(InputError, match=r"anatomy\.edit"):
        asked(translator, edit)
