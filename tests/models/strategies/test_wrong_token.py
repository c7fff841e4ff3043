"""One wrong token, against the library's own continuation and predictions made again from the model."""

import numpy as np
import pytest
import torch

from models.checkpoint import open_model
from models.errors import InputError
from models.strategies import wrong_token
from models.traces import MISTAKES, REMOVED
from models.translation import rules

SENTENCE = "a man is riding a bike"


@pytest.fixture(scope="module", params=["marian-multi30k", "marian-zh"])
def translator(request):
    return open_model(request.param, ("MarianMTModel",), "text")


def trace(translator, **settings):
    language = "de" if "multi30k" in translator.reference else "zh"
    return wrong_token.trace(SENTENCE, language, translator, **settings)


def said(row):
    return row[row != REMOVED].tolist()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_output_is_what_the_library_goes_on_with(translator, mistake):
    found = trace(translator, mistake=mistake)
    language = "de" if "multi30k" in translator.reference else "zh"
    source = wrong_token.read(SENTENCE, language, translator)
    model, config = translator.model, rules.read(translator.model, translator.reference).config
    output = found.output.tolist()
    assert output[-1] in source.eos and not {*output[:-1]} & source.eos
    for at, wrong in enumerate(found.wrong.tolist()):
        prefix = torch.tensor([[source.start, *output[:at], wrong]])
        if wrong in source.eos:
            assert said(found.after[at]) == [*output[:at], wrong]
            continue
        whole = model.generate(
            input_ids=source.ids,
            decoder_input_ids=prefix,
            num_beams=1,
            do_sample=False,
            max_new_tokens=source.longest - at - 1,
            eos_token_id=config.eos_token_id,
            pad_token_id=config.pad_token_id,
        )[0, 1:].tolist()
        assert said(found.after[at]) == whole


def test_the_second_choice_and_its_alternatives_come_from_the_true_prefix(translator):
    found = trace(translator)
    language = "de" if "multi30k" in translator.reference else "zh"
    source = wrong_token.read(SENTENCE, language, translator)
    read = torch.tensor([[source.start, *found.output[:-1]]])
    with torch.inference_mode():
        scores = translator.model(input_ids=source.ids, decoder_input_ids=read).logits[0].log_softmax(-1)
    best = scores.topk(wrong_token.RANKS)
    assert (found.alternative == best.indices.numpy()).all()
    np.testing.assert_allclose(found.alternative_log_prob, best.values, atol=1e-4)
    assert (found.output == best.indices[:, 0].numpy()).all() and (found.wrong == best.indices[:, 1].numpy()).all()


def test_divergence_is_that_of_two_plain_forwards(translator):
    found = trace(translator)
    language = "de" if "multi30k" in translator.reference else "zh"
    source = wrong_token.read(SENTENCE, language, translator)

    def forward(output):
        read = torch.tensor([[source.start, *output[:-1]]])
        with torch.inference_mode():
            logits = translator.model(input_ids=source.ids, decoder_input_ids=read).logits[0]
        return logits.double().log_softmax(-1).numpy()

    right = forward(found.output)
    for at in (0, 2):
        changed = found.output.copy()
        changed[at] = found.wrong[at]
        wanted = (np.exp(right) * (right - forward(changed))).sum(-1)
        assert np.isnan(found.divergence[at, : at + 1]).all()
        np.testing.assert_allclose(found.divergence[at, at + 1 :], wanted[at + 1 :], atol=1e-4)
        assert wanted[at + 1 :].max() > 0.001


def test_a_visitors_token_is_put_and_only_there(translator):
    plain = trace(translator)
    third = int(plain.alternative[1, 2])
    found = trace(translator, swaps=((1, 0, third),))
    assert found.wrong[1] == third and found.after[1, 1] == third
    assert (np.delete(found.wrong, 1) == np.delete(plain.wrong, 1)).all()


@pytest.mark.parametrize("swap", [(99, 0, 5), (1, 1, 5), (1, 0, 10**7)])
def test_a_swap_that_does_not_fit_is_refused(translator, swap):
    with pytest.raises(InputError, match=r"decoding\.force"):
        trace(translator, swaps=(swap,))
    with pytest.raises(InputError, match=r"decoding\.force"):
        trace(translator, swaps=((1, 0, int(trace(translator).output[1])),))


def test_random_tokens_are_no_special_ones_and_always_the_same(translator):
    found, again = (trace(translator, mistake="random") for _ in range(2))
    assert (found.wrong == again.wrong).all()
    assert not {*found.wrong.tolist()} & {*translator.reader.all_special_ids}
    assert (found.wrong != found.output).all()
