"""The lecture's programs against PyTorch, against weights by hand, and against the models' own generation."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from models.anatomy import programs
from models.anatomy.lecture import feed_forward, generation, kv_cache, layer_norm, positions, training
from models.anatomy.living_code import Program
from models.anatomy.positions import sinusoids
from models.checkpoint import open_model
from models.families import LANGUAGE_MODELS
from tests.models import single_stacks
from tests.models.anatomy.by_hand import SENTENCE

TOKENS, WIDTH = 5, 12


@pytest.fixture
def x():
    return torch.randn(TOKENS, WIDTH, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def seen(translator):
    return programs.trace(SENTENCE, "de", translator)


def found(trace, name):
    return next(one for one in trace.programs if one.name == name)


def made(program, name):
    return [one for one in program.made if one.name == name]


def test_the_norm_is_pytorchs_layer_norm_and_without_centre_and_shift_its_rms_norm(x):
    gamma, beta = torch.randn(2, WIDTH, generator=torch.Generator().manual_seed(2))
    given = Program(layer_norm)["layer_norm"](x, gamma, beta, 1e-5)
    torch.testing.assert_close(given, F.layer_norm(x, (WIDTH,), gamma, beta, 1e-5))
    bare = Program(layer_norm, without=["centre", "shift"])
    torch.testing.assert_close(bare["layer_norm"](x, gamma, beta, 1e-5), F.rms_norm(x, (WIDTH,), gamma, 1e-5))
    assert "mean =" not in "".join(bare.lines) and "beta\n" not in "\n".join(bare.lines[2:])


def test_positions_are_the_formulas(x):
    program = Program(positions)
    torch.testing.assert_close(program["with_positions"](x), x + sinusoids(TOKENS, WIDTH).float())
    assert [one.name for one in program.ran()] == ["position", "rate", "angle", "table", "x"]


@pytest.mark.parametrize("pre_norm", [True, False])
@pytest.mark.parametrize("gated", [True, False])
def test_feed_forward_adds_to_the_stream_and_norms_where_the_model_does(x, pre_norm, gated):
    torch.manual_seed(3)
    norm, inner, gate, outer = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 7), nn.Linear(WIDTH, 7), nn.Linear(7, WIDTH)
    nn.init.normal_(norm.weight)
    off = {"pre-norm": not pre_norm, "post-norm": pre_norm, "gate": not gated}
    program = Program(feed_forward, without=[name for name, one in off.items() if one])
    with torch.inference_mode():
        found = program["feed_forward"](x, norm, inner, F.silu, gate, outer)
        given = norm(x) if pre_norm else x
        summed = x + outer(F.silu(inner(given)) * (gate(given) if gated else 1))
        torch.testing.assert_close(found, summed if pre_norm else norm(summed))


def test_the_loss_is_pytorchs_cross_entropy():
    table = torch.randn(9, 9, generator=torch.Generator().manual_seed(4))
    text = torch.tensor([0, 3, 8, 2])
    loss = Program(training)["training_loss"](lambda read: table[read], text)
    torch.testing.assert_close(loss, F.cross_entropy(table[text[:-1]], text[1:]))


def test_the_loop_writes_the_most_probable_token_until_the_end():
    following = torch.tensor([4, 0, 0, 1, 3])  # 0 4 3 1 0 4 …
    program = Program(generation)
    for end, most, wanted in ((1, 9, [0, 4, 3, 1]), (7, 2, [0, 4, 3])):
        written = program["generate"](lambda text: F.one_hot(following[text], 5), torch.tensor([0]), end, most)
        assert written.tolist() == wanted
    assert [one.value.shape for one in program.ran() if one.name == "logits"] == [
        (1, 5),
        (2, 5),
        (3, 5),
        (1, 5),
        (2, 5),
    ]


def test_with_a_cache_attention_is_pytorchs_masked_attention_one_token_a_round(x):
    torch.manual_seed(5)
    to_q, to_k, to_v, to_out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
    program = Program(kv_cache)
    with torch.inference_mode():
        output = program["with_cache"](x, to_q, to_k, to_v, to_out, 3)
        q, k, v = (part(x).unflatten(-1, (3, -1)).transpose(0, 1) for part in (to_q, to_k, to_v))
        whole = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        torch.testing.assert_close(output, to_out(whole.transpose(0, 1).flatten(1)))
    ran = program.ran()
    assert [one.value.shape for one in ran if one.name == "k"] == [(3, t, 4) for t in range(1, TOKENS + 1)]
    assert [one.value.shape for one in ran if one.name == "attention"] == [(3, 1, t) for t in range(1, TOKENS + 1)]


def test_on_a_sentence_every_program_gives_what_the_model_gives(seen, known, by_hand):
    names = ["positions", "layer_norm", "feed_forward", "training", "generation", "kv_cache"]
    assert [one.name for one in seen.programs] == names
    assert all(one.difference < 1e-4 for one in seen.programs) and found(seen, "generation").difference == 0
    log_prob, _ = by_hand()
    right = known.reading.says
    of_right = log_prob[torch.arange(len(right)), right]
    (losses,), (loss,) = (made(found(seen, "training"), name) for name in ("losses", "loss"))
    np.testing.assert_allclose(losses.numbers[0], -of_right, atol=1e-3)
    assert (losses.shape, loss.shape) == ((len(right),), ())
    assert loss.numbers[0, 0] == pytest.approx(-float(of_right.mean()), abs=1e-3)


def test_ids_are_told_as_pieces_and_wide_rows_are_cut(seen, translator):
    training = found(seen, "training")
    (read,), (right,), (logits,) = (made(training, name) for name in ("read", "right", "logits"))
    assert read.piece == seen.token and right.piece[:-1] == seen.token[1:] and right.piece[-1] == "</s>"
    assert logits.shape == (len(seen.token), translator.model.config.vocab_size)
    assert logits.numbers.shape == (len(seen.token), programs.COLUMNS) and logits.piece == ()
    texts = [one.piece for one in made(found(seen, "generation"), "text")]
    assert [len(text) for text in texts] == list(range(2, len(texts) + 2))
    assert texts[-1] == (*seen.token, "</s>")[: len(texts) + 1]


def test_a_loop_that_errs_is_counted():
    right, wrong = torch.tensor([0, 4, 3, 1]), torch.tensor([0, 4, 2])
    assert programs._difference(wrong, right) == 2
    assert programs._difference(right, right) == 0


@pytest.mark.parametrize(
    ("family", "names"),
    [
        ("GPT2LMHeadModel", ["layer_norm", "feed_forward", "training", "generation", "kv_cache"]),
        ("LlamaForCausalLM", ["layer_norm", "feed_forward", "training", "generation"]),
        ("BertForMaskedLM", ["layer_norm", "feed_forward"]),
    ],
)
def test_a_stack_alone_runs_what_it_has(family, names, tmp_path):
    model = open_model(str(single_stacks.folder_of(family, tmp_path)), LANGUAGE_MODELS, "text")
    seen = programs.trace("Two dogs run.", "de", model)
    assert [one.name for one in seen.programs] == names
    assert all(one.difference < 1e-4 for one in seen.programs)
    assert ("mean =" in "".join(found(seen, "layer_norm").lines)) == (family != "LlamaForCausalLM")
    assert ("gate(" in "".join(found(seen, "feed_forward").lines[1:])) == (family == "LlamaForCausalLM")
