from itertools import product

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from models.anatomy import attention_code
from models.anatomy.lecture import attention
from models.anatomy.living_code import Made, Program
from models.parts import AttentionModules

WIDTH, HEADS, TOKENS = 12, 3, 5
SWITCHES = [{"mask": mask, "√d": scale} for mask, scale in product((True, False), (True, False))]


def off(switches):
    return [name for name, on in switches.items() if not on]


@pytest.fixture
def modules():
    torch.manual_seed(2)
    query, key, value, output = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
    return AttentionModules(query, key, value, output, HEADS)


@pytest.fixture
def x():
    return torch.randn(TOKENS, WIDTH, generator=torch.Generator().manual_seed(1))


def ran(modules, x, without=(), heads=HEADS, memory=None):
    program = Program(attention, without)
    with torch.inference_mode():
        attention_code.with_weights(program, modules, heads)(x, x if memory is None else memory)
    return program, program.ran()


def tensors(made):
    return {one.name: one.value for one in made}


def test_noting_changes_nothing_and_is_that_of_pytorchs_own_attention(modules, x):
    program, made = ran(modules, x)
    own = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
    with torch.inference_mode():
        own.in_proj_weight.copy_(torch.cat([one.weight for one in modules[:3]]))
        own.in_proj_bias.copy_(torch.cat([one.bias for one in modules[:3]]))
        own.out_proj.load_state_dict(modules.output.state_dict())
        mask = torch.full((TOKENS, TOKENS), -torch.inf).triu(1)
        wanted = own(x[None], x[None], x[None], attn_mask=mask, need_weights=False)[0][0]
        plain = attention_code.with_weights(program, modules, HEADS)(x, x)
    torch.testing.assert_close(made[-1].value, wanted)
    assert torch.equal(plain, made[-1].value)


def test_every_line_names_what_it_made(modules, x):
    program, made = ran(modules, x)
    assert [one.name for one in made] == [
        *("q", "k", "v", "scores", "scores", "future", "scores", "attention", "context", "joined", "output")
    ]
    assert program.lines[0] == "class MultiHeadAttention(nn.Module):" and program.lines[-1].strip() == "return output"
    for one in made:
        assert program.lines[one.line].strip().startswith(f"{one.name} = ")
    products, scaled, masked = (one.value for one in made if one.name == "scores")
    np.testing.assert_array_equal(tensors(made)["future"][0].int().numpy(), np.triu(np.ones((TOKENS, TOKENS)), 1))
    np.testing.assert_allclose(scaled * 2, products, rtol=1e-6)
    assert (masked.triu(1)[0, 0, 1:] == -torch.inf).all() and (tensors(made)["attention"].triu(1) == 0).all()


@pytest.mark.parametrize("switches", SWITCHES)
@pytest.mark.parametrize("heads", [1, 2, 3, 4, 12])
def test_a_switch_that_is_off_leaves_its_lines_out_and_pytorch_agrees(modules, x, switches, heads):
    program, made = ran(modules, x, off(switches), heads)
    text = "\n".join(program.lines)
    assert ("** 0.5" in text) == switches["√d"]
    assert ("masked_fill" in text) == ("triu" in text) == switches["mask"]
    assert "softmax" in text and [one.name for one in made].count("scores") == 1 + sum(switches.values())
    assert tensors(made)["attention"].shape == (heads, TOKENS, TOKENS)
    assert tensors(made)["q"].shape == (heads, TOKENS, WIDTH // heads)
    for other in SWITCHES:
        apart = attention_code.difference(made, other["mask"], other["√d"])
        same = other == switches or (heads == WIDTH and other["mask"] == switches["mask"])  # √1 is 1
        assert apart < 1e-6 if same else apart > 1e-3


def test_x_may_attend_to_other_tokens(modules, x):
    memory = torch.randn(7, WIDTH, generator=torch.Generator().manual_seed(3))
    _, made = ran(modules, x, ["mask"], memory=memory)
    assert tensors(made)["attention"].shape == (HEADS, TOKENS, 7)
    assert attention_code.difference(made, masked=False, scaled=True) < 1e-6


def test_the_trace_has_every_way_to_set_the_switches(modules, x):
    with torch.inference_mode():
        _, made = ran(modules, x)
        read = [attention_code.Read(modules, x, x, made[-1].value)] * 2
        found = {kind: list(attention_code.traces(kind, read)) for kind in ("decoder", "encoder", "cross")}
    for kind, own in (("decoder", True), ("encoder", False)):
        assert [(one.masked, one.scaled) for one in found[kind]] == [(s["mask"], s["√d"]) for s in SWITCHES]
        assert [one.masked for one in found[kind] if one.own] == [own]
    assert [(one.masked, one.scaled, one.own) for one in found["cross"]] == [(False, True, True), (False, False, False)]
    first = found["decoder"][0]
    assert first.split == (1, 2, 3, 4) and first.difference.shape == (4, 2) and (first.difference < 1e-6).all()
    assert first.model_difference.max() < 1e-6
    assert all(np.isnan(one.model_difference).all() for one in found["decoder"][1:])
    assert found["encoder"][2].model_difference.min() > 1e-3
    shapes = [{name: shape for _, name, shape in made}["context"] for made in first.made]
    assert shapes == [(count, TOKENS, WIDTH // count) for count in first.split]


def test_a_code_that_forgets_the_scale_shows(modules, x):
    _, made = ran(modules, x)
    q, k, v = (tensors(made)[name] for name in "qkv")
    unscaled = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=1.0)
    wrong = [one if one.name != "context" else Made(one.line, one.name, unscaled) for one in made]
    assert attention_code.difference(wrong, masked=True, scaled=True) > 1e-3


def test_the_lectures_code_takes_the_weights_of_a_model(modules, x):
    module = attention_code.with_weights(Program(attention), modules, HEADS)
    assert module.to_q is modules.query and module.to_k is modules.key
    assert module.to_v is modules.value and module.to_out is modules.output
    _, made = ran(modules, x)
    wanted = modules.query(x).unflatten(-1, (HEADS, -1)).transpose(0, 1)
    torch.testing.assert_close(made[0].value, wanted)
