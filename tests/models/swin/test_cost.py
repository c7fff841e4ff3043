import numpy as np
import pytest
import torch

from models.device import Places
from models.swin.cost import Attention, WindowAttention, cost, global_macs, window_macs


def test_formulas_give_the_published_figures():
    assert round(global_macs(56, 96) / 1e6) == 2004
    assert round(window_macs(56, 96, 7) / 1e6) == 145


def test_what_is_counted_is_what_the_formula_says(monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    monkeypatch.setattr("models.device.places", lambda: Places(4, threads=4))
    seen = cost(32, 4, sides=(8, 16, 96))
    assert seen.device == "CPU × 1"
    np.testing.assert_array_equal(seen.window_counted, seen.window_formula)
    np.testing.assert_array_equal(seen.side, [8, 16, 96])
    np.testing.assert_array_equal(seen.global_counted[:2], seen.global_formula[:2])
    assert np.isnan(seen.global_counted[2]) and np.isnan(seen.global_seconds[2])
    assert np.all(seen.window_seconds > 0) and np.all(seen.global_seconds[:2] > 0)


def test_with_a_window_as_large_as_the_map_both_are_one():
    assert global_macs(16, 8) == window_macs(16, 8, 16)
    x = torch.randn(8, 8, 12)
    attention = Attention(12, 3)
    torch.testing.assert_close(WindowAttention(attention, 8)(x).view(1, 64, 12), attention(x.view(1, 64, 12)))


def test_a_window_is_attention_of_its_own_tokens():
    x = torch.randn(8, 8, 12)
    attention = Attention(12, 3)
    seen = WindowAttention(attention, 4)(x)
    torch.testing.assert_close(seen[4:, :4], attention(x[4:, :4].reshape(1, 16, 12)).view(4, 4, 12))


def test_progress_can_end_a_measurement(beats):
    beats.stop_at = 2
    with pytest.raises(TimeoutError):
        cost(32, 4, progress=beats)
    assert beats.count == 2


def test_attention_is_torchs():
    torch.manual_seed(0)
    attention, reference = Attention(12, 3), torch.nn.MultiheadAttention(12, 3, batch_first=True)
    with torch.no_grad():
        reference.in_proj_weight.copy_(
            torch.cat([attention.query.weight, attention.key.weight, attention.value.weight])
        )
        reference.in_proj_bias.copy_(torch.cat([attention.query.bias, attention.key.bias, attention.value.bias]))
        reference.out_proj.load_state_dict(attention.out.state_dict())
        x = torch.randn(2, 9, 12)
        torch.testing.assert_close(attention(x), reference(x, x, x)[0])
