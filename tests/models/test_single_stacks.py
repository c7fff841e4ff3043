"""Encoders alone and decoders alone as strangers save them: every measurement of Anatomy, or one sentence why not."""

import json
import shutil

import numpy as np
import pytest
import torch

from models.anatomy import cache, causality, cross, text
from models.checkpoint import open_model
from models.errors import InputError
from models.families import LANGUAGE_MODELS, SINGLE_STACKS
from models.traces import REMOVED
from tests.models.single_stacks import folder_of

LINE = "A small dog runs in the park."
DECODERS = ("GPT2LMHeadModel", "LlamaForCausalLM")
ENCODERS = ("BertForMaskedLM", "RobertaForMaskedLM", "DistilBertForMaskedLM")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {family: folder_of(family, tmp_path_factory.mktemp(family)) for family in SINGLE_STACKS}


def opened(folder):
    return open_model(str(folder), LANGUAGE_MODELS, "text")


@pytest.fixture(params=DECODERS)
def decoder(request, folders):
    return opened(folders[request.param])


@pytest.fixture(params=ENCODERS)
def encoder(request, folders):
    return opened(folders[request.param])


def ids_of(model):
    return model.reader(LINE, return_tensors="pt").input_ids


def refusal(call, **asked):
    with pytest.raises(InputError) as caught:
        call(**asked)
    return caught.value


@pytest.mark.parametrize("family", SINGLE_STACKS)
def test_a_walk_ends_in_the_models_own_predictions(family, folders):
    model = opened(folders[family])
    seen = text.trace(LINE, "de", model)
    (flow,), (heads,) = seen.flows, seen.attention
    with torch.inference_mode():
        shares = model.model(ids_of(model)).logits[0].softmax(-1).numpy()
    np.testing.assert_allclose(flow.top_probability[-1, :, 0], shares.max(-1), atol=1e-4)
    assert len(flow.token) == len(shares) == len(seen.output)
    assert flow.stack == heads.kind == seen.code[0].kind
    (own,) = (one for one in seen.code if one.own)
    assert (own.model_difference < 1e-4).all()
    assert all((one.difference < 1e-4).all() for one in seen.code)
    assert flow.position.any() == (family != "LlamaForCausalLM")
    assert heads.allowed.all() == (flow.stack == "encoder")


def test_a_decoder_says_what_comes_next_and_an_encoder_what_stands_there(folders):
    gpt, bert = (opened(folders[family]) for family in ("GPT2LMHeadModel", "BertForMaskedLM"))
    seen = text.trace(LINE, "de", gpt)
    assert seen.output[:-1] == seen.flows[0].token[1:]
    assert seen.output[-1] == seen.flows[0].name[seen.flows[0].top[-1, -1, 0]]
    seen = text.trace(LINE, "de", bert)
    assert seen.output == seen.flows[0].token and seen.output[0] == "[CLS]" and seen.output[-1] == "[SEP]"


def predicted(model, ids, mask):
    """Log probabilities (position, V) under a mask (query, key) of what may be seen."""
    hidden = torch.zeros(mask.shape).masked_fill(~mask, torch.finfo(torch.float32).min)
    with torch.inference_mode():
        return model.model(input_ids=ids, attention_mask=hidden[None, None]).logits[0].log_softmax(-1)


def test_a_changed_token_moves_what_a_decoder_says_after_it_alone(decoder):
    seen = causality.trace(sentence=LINE, language="de", model=decoder)
    early = np.tri(*seen.causal.difference.shape, dtype=bool)
    assert seen.stacks == ("decoder",) and seen.source == ()
    assert (seen.causal.difference[early] == 0).all() and (seen.causal.difference[~early] > 0).all()
    assert (seen.bidirectional.difference[early] > 0).all()
    ids = ids_of(decoder)
    assert seen.read.tolist() == ids[0].tolist() and seen.says[:-1].tolist() == ids[0, 1:].tolist()
    with torch.inference_mode():
        plain = decoder.model(ids).logits[0].softmax(-1)
    np.testing.assert_allclose(seen.causal.probability, plain.max(-1).values, atol=1e-4)
    assert seen.option[2, 0] == plain[2].scatter(0, ids[0, 3], 0).argmax()


def test_a_changed_token_moves_everything_that_an_encoder_says(encoder):
    seen = causality.trace(sentence=LINE, language="de", model=encoder)
    ids = ids_of(encoder)
    assert seen.stacks == ("encoder",) and seen.read.tolist() == seen.says.tolist() == ids[0].tolist()
    early = np.tri(*seen.causal.difference.shape, dtype=bool)
    assert (seen.bidirectional.difference > 0).all() and (seen.causal.difference[early] == 0).all()
    with torch.inference_mode():
        plain = encoder.model(ids).logits[0].softmax(-1)
    np.testing.assert_allclose(seen.bidirectional.probability, plain.max(-1).values, atol=1e-4)
    assert seen.option[2, 0] == plain[3].scatter(0, ids[0, 3], 0).argmax(), "what else may stand at the place itself"
    changed = ids.clone()
    changed[0, 3] = int(seen.option[2, 0])
    whole = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool)
    for mask, changes in ((whole, seen.bidirectional), (whole.tril(), seen.causal)):
        before, after = (predicted(encoder, one, mask).exp() for one in (ids, changed))
        np.testing.assert_allclose(changes.difference[2], (before - after).abs().sum(-1) / 2, atol=1e-4)


def test_a_removed_token_leaves_a_gap(decoder):
    seen = causality.trace(sentence=LINE, language="de", model=decoder, edit=(2, REMOVED))
    assert np.isnan(seen.causal.difference[1, 2]) and np.isfinite(seen.causal.difference[1, 3:]).all()


def test_a_decoder_goes_on_with_the_sentence_step_by_step_as_generate_does(decoder):
    seen = cache.trace(sentence=LINE, language="de", model=decoder)
    ids = ids_of(decoder)
    wrote = decoder.model.generate(ids, max_new_tokens=cache.CONTINUED, do_sample=False, pad_token_id=0)[0]
    assert [*seen.read, seen.says[-1]] == wrote.tolist()
    calls = len(wrote) - ids.shape[1]
    for steps in (seen.with_cache, seen.without_cache):
        assert len(steps.multiply_adds) == len(steps.seconds) == calls and steps.difference < 1e-3
    kept, whole = seen.with_cache.multiply_adds, seen.without_cache.multiply_adds
    assert kept[0] == whole[0] > kept[1] and (np.diff(whole) > 0).all()
    assert seen.one_pass_multiply_adds == whole[-1]


def test_a_decoder_goes_on_no_further_than_it_has_positions(tmp_path):
    model = opened(folder_of("GPT2LMHeadModel", tmp_path, n_positions=40))
    count = ids_of(model).shape[1]
    short = opened(folder_of("GPT2LMHeadModel", tmp_path, n_positions=count + 2))
    assert len(cache.trace(sentence=LINE, language="de", model=short).with_cache.seconds) == 3
    tight = opened(folder_of("GPT2LMHeadModel", tmp_path, n_positions=count - 1))
    error = refusal(text.trace, sentence=LINE, language="de", model=tight)
    assert (error.code, error.details) == ("decoding.positions", {"tokens": count, "maximum": count - 1})


def test_a_robertas_positions_begin_behind_its_paddings(tmp_path):
    model = opened(folder_of("RobertaForMaskedLM", tmp_path))
    count = ids_of(model).shape[1]
    opened_again = opened(folder_of("RobertaForMaskedLM", tmp_path, max_position_embeddings=count + 2))
    assert len(text.trace(LINE, "de", opened_again).output) == count
    tight = opened(folder_of("RobertaForMaskedLM", tmp_path, max_position_embeddings=count + 1))
    assert refusal(text.trace, sentence=LINE, language="de", model=tight).code == "decoding.positions"


def test_what_a_model_does_not_do_is_said_in_one_sentence(decoder, encoder):
    asked = {"sentence": LINE, "language": "de"}
    assert refusal(cache.trace, **asked, model=encoder).code == "anatomy.no_steps"
    for model in (decoder, encoder):
        assert refusal(cross.trace, **asked, model=model).code == "anatomy.no_cross"


def test_what_a_translator_refuses_another_model_may_read(decoder):
    chinese = "一只小狗在跑。"
    seen = text.trace(chinese, "de", decoder)
    assert len(seen.output) == decoder.reader(chinese, return_tensors="pt").input_ids.shape[1]
    translator = open_model("marian-multi30k", LANGUAGE_MODELS, "text")
    assert refusal(text.trace, sentence=chinese, language="de", model=translator).code == "sentence.language"


def test_a_single_token_has_nothing_to_change(folders):
    gpt = opened(folders["GPT2LMHeadModel"])
    assert refusal(causality.trace, sentence="a", language="de", model=gpt).code == "anatomy.one_token"


@pytest.mark.parametrize(
    ("family", "field", "value", "code"),
    [
        ("GPT2LMHeadModel", "n_embd", 0, "config_number"),
        ("GPT2LMHeadModel", "n_head", 5, "config"),
        ("GPT2LMHeadModel", "n_layer", 10**9, "config_number"),
        ("GPT2LMHeadModel", "n_positions", 10**6, "sizes"),
        ("GPT2LMHeadModel", "n_inner", "a", "config_number"),
        ("GPT2LMHeadModel", "activation_function", "banana", "config_field"),
        ("GPT2LMHeadModel", "add_cross_attention", True, "config_false"),
        ("LlamaForCausalLM", "num_key_value_heads", 0, "config_number"),
        ("LlamaForCausalLM", "num_hidden_layers", 3, "weights"),
        ("LlamaForCausalLM", "rope_parameters", {"rope_type": "banana"}, "config_field"),
        ("BertForMaskedLM", "is_decoder", True, "config_false"),
        ("BertForMaskedLM", "is_encoder_decoder", True, "config_false"),
        ("BertForMaskedLM", "num_attention_heads", 5, "config"),
        ("BertForMaskedLM", "hidden_dropout_prob", 9, "config_share"),
        ("RobertaForMaskedLM", "type_vocab_size", 0, "config_number"),
        ("DistilBertForMaskedLM", "n_heads", -1, "config_number"),
        ("DistilBertForMaskedLM", "dim", 17, "config_field"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(family, field, value, code, folders, tmp_path):
    folder = shutil.copytree(folders[family], tmp_path / "model")
    config = json.loads((folder / "config.json").read_text()) | {field: value}
    (folder / "config.json").write_text(json.dumps(config))
    error = refusal(opened, folder=folder)
    assert error.code == f"model.{code}" and error.details.get("field", field) == field
