"""The optimiser for CPUs."""

from typing import Any

import torch

from models import training


def test_muon_in_float32_takes_the_steps_of_torch():
    torch.manual_seed(0)
    shapes = [(24, 12), (12, 24), (16, 16)]
    ours, theirs = ([torch.nn.Parameter(torch.ones(shape)) for shape in shapes] for _ in range(2))
    settings: dict[str, Any] = {"lr": 0.1, "weight_decay": 0.3}
    optimizers = training.Float32Muon(ours, **settings), torch.optim.Muon(theirs, **settings)
    for _ in range(3):
        for ours_here, theirs_here in zip(ours, theirs, strict=True):
            ours_here.grad = torch.randn(ours_here.shape)
            theirs_here.grad = ours_here.grad.clone()
        for optimizer in optimizers:
            optimizer.step()
    for ours_here, theirs_here in zip(ours, theirs, strict=True):
        assert (ours_here - 1).abs().max() > 0.05
        torch.testing.assert_close(ours_here, theirs_here, rtol=0, atol=5e-3)
    assert torch.allclose(
        optimizers[0].state[ours[0]]["momentum_buffer"], optimizers[1].state[theirs[0]]["momentum_buffer"]
    )


def test_a_cpu_gets_float32():
    model = torch.nn.ModuleDict({"layers": torch.nn.Linear(4, 4)})
    muon, _ = training.optimizers(model, "layers", {"lr": 0.1}, {"lr": 0.1})
    assert isinstance(muon, training.Float32Muon)
