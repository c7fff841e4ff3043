import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from models.anatomy import living_code
from models.anatomy.masked_self_attention import MaskedSelfAttention
from models.parts import AttentionModules

WIDTH, HEADS, TOKENS = 12, 3, 5


@pytest.fixture
def module():
    torch.manual_seed(0)
    return MaskedSelfAttention(WIDTH, HEADS).eval()


@pytest.fixture
def x():
    return torch.randn(TOKENS, WIDTH, generator=torch.Generator().manual_seed(1))


def test_run_line_by_line_it_gives_what_calling_it_gives(module, x):
    with torch.inference_mode():
        made = living_code.run(module, x)
        torch.testing.assert_close(made[-1].tensor, module(x))
        assert living_code.difference(made) < 1e-6


def test_its_output_is_that_of_pytorchs_own_attention(module, x):
    with torch.inference_mode():
        own = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        own.in_proj_weight.copy_(torch.cat([one.weight for one in (module.to_q, module.to_k, module.to_v)]))
        own.in_proj_bias.copy_(torch.cat([one.bias for one in (module.to_q, module.to_k, module.to_v)]))
        own.out_proj.load_state_dict(module.to_out.state_dict())
        mask = torch.full((TOKENS, TOKENS), -torch.inf).triu(1)
        wanted = own(x[None], x[None], x[None], attn_mask=mask, need_weights=False)[0][0]
        torch.testing.assert_close(module(x), wanted)


def test_not_causal_it_is_attention_to_all(module, x):
    module.causal = False
    with torch.inference_mode():
        made = living_code.run(module, x)
        assert living_code.difference(made, causal=False) < 1e-6 < 1e-3 < living_code.difference(made)
    assert not {one.name: one.tensor for one in made}["future"].any()


def test_every_line_names_a_line_of_the_file_and_what_it_made(module, x):
    lines = living_code.FILE.read_text(encoding="utf-8").splitlines()
    with torch.inference_mode():
        made = living_code.run(module, x)
    assert [one.name for one in made] == [
        *("q", "k", "v", "scores", "scaled", "future", "masked", "attention", "context", "joined", "output")
    ]
    for one in made:
        assert lines[one.line - 1].strip().startswith(f"{one.name} = ")
    tensors = {one.name: one.tensor for one in made}
    np.testing.assert_array_equal(tensors["future"][0].int().numpy(), np.triu(np.ones((TOKENS, TOKENS)), 1))
    np.testing.assert_allclose(tensors["scaled"] * 2, tensors["scores"], rtol=1e-6)
    assert (tensors["attention"].triu(1) == 0).all()


def test_a_code_that_forgets_the_scale_shows(module, x):
    with torch.inference_mode():
        made = [one for one in living_code.run(module, x) if one.name in "qkv"]
    q, k, v = (one.tensor for one in made)
    unscaled = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=1.0)
    assert living_code.difference([*made, living_code.Made(0, "context", unscaled)]) > 1e-3


def test_the_lectures_code_takes_the_weights_of_a_model(x):
    torch.manual_seed(2)
    query, key, value, output = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
    modules = AttentionModules(query, key, value, output, HEADS)
    module = living_code.with_weights(modules, WIDTH)
    assert module.to_q is modules.query and module.to_k is modules.key
    assert module.to_v is modules.value and module.to_out is modules.output
    wanted = modules.query(x).unflatten(-1, (HEADS, -1)).transpose(0, 1)
    torch.testing.assert_close(living_code.run(module, x)[0].tensor, wanted)
