"""Three families on one sentence: what is drawn and written follows from each model's plain forward."""

import numpy as np
import pytest
import torch

from models.checkpoint import open_model
from models.errors import InputError
from models.families import DECODERS, ENCODER_DECODERS, MASKED
from models.gpt import families
from models.gpt.bundled import ENCODER, SHAKESPEARE
from models.translation.pieces import pieces

SENTENCE = "A man in a blue shirt is riding a bike."


@pytest.fixture(scope="module")
def opened():
    names = {ENCODER: MASKED, "marian-multi30k": ENCODER_DECODERS, SHAKESPEARE: DECODERS}
    return [open_model(name, kinds, "text") for name, kinds in names.items()]


@pytest.fixture(scope="module")
def found(opened):
    return families.trace(SENTENCE, *opened)


def test_an_encoder_sees_all_and_a_decoder_only_what_came_before(found):
    for name in ("encoder_only", "source", "cross"):
        assert (getattr(found, name).largest > 0).all(), name
    for name in ("target", "decoder_only"):
        seen = getattr(found, name).largest > 0
        np.testing.assert_array_equal(seen, np.tri(len(seen), dtype=bool))
    for name in ("encoder_only", "source", "target", "cross", "decoder_only"):
        np.testing.assert_allclose(getattr(found, name).attention.sum(-1), 1, atol=1e-5)
    assert found.cross.query == found.target.query and found.cross.key == found.source.key


def test_each_hidden_token_is_guessed_from_all_others(found, opened):
    encoder = opened[0]
    ids = encoder.reader(SENTENCE, return_tensors="pt").input_ids
    assert found.hidden.tolist() == list(range(ids.shape[1] - 1))  # </s> is not hidden
    for word, at in enumerate(found.hidden):
        covered = ids.clone()
        covered[0, at] = encoder.reader.mask_token_id
        with torch.inference_mode():
            probability = encoder.model(covered).logits[0, at].softmax(-1)
        best = probability.topk(families.GUESSES)
        assert found.guess[word] == pieces(encoder.reader, best.indices.tolist())
        np.testing.assert_allclose(found.guess_probability[word], best.values.numpy(), atol=1e-5)
        assert found.right_probability[word] == pytest.approx(probability[ids[0, at]].item(), abs=1e-5)


def test_the_others_write_what_generate_writes(found, opened):
    _, translator, decoder = opened
    ids = translator.reader(SENTENCE, return_tensors="pt").input_ids
    output = translator.model.generate(input_ids=ids, num_beams=1, do_sample=False, max_new_tokens=64)
    assert found.translation == translator.reader.decode(output[0], skip_special_tokens=True)
    ids = decoder.reader(SENTENCE, return_tensors="pt").input_ids
    whole = decoder.model.generate(
        ids, do_sample=False, max_new_tokens=families.CONTINUED, attention_mask=torch.ones_like(ids), pad_token_id=0
    )
    assert found.given == ids.shape[1] and found.written == pieces(decoder.reader, whole[0, found.given :].tolist())


def test_an_encoder_without_a_mask_token_is_refused(opened):
    encoder, translator, decoder = opened
    with pytest.raises(InputError) as refused:
        families.trace(SENTENCE, encoder._replace(reader=decoder.reader), translator, decoder)
    assert refused.value.code == "generation.no_mask"
