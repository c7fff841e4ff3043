"""Swin's recipe on eight random pictures."""

import torch

from models.checkpoint import open_model
from models.classification import save, train
from models.swin.trace import FAMILIES
from models.swin.train import HIDDEN, Recipe, build
from models.training import optimizers

TINY = Recipe(schedule=((32, 2),), image_size=32, window_size=2, n_embd=8, depths=(2, 2), n_head=(2, 2), batch_size=4)


def test_two_epochs_save_and_reload(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    images = torch.randint(0, 256, (8, 3, 40, 40), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    data = images, torch.arange(8)
    model, history = train(build, TINY, HIDDEN, data, data, tmp_path / "run.pt")
    assert [row["size"] for row in history] == [32, 32]
    save(model, TINY, history, tmp_path / "saved")
    opened, _ = open_model(str(tmp_path / "saved"), FAMILIES)
    pixels = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        torch.testing.assert_close(opened(pixels).logits, model.eval()(pixels).logits, rtol=0, atol=5e-3)


def test_muon_trains_weights_and_leaves_bias_tables_alone():
    model = build(TINY)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    muon, adamw = optimizers(model, HIDDEN, {"lr": 0.1}, {"lr": 0.1})
    trained = {names[id(p)] for group in muon.param_groups for p in group["params"]}
    assert trained and all(name.endswith("weight") for name in trained)
    rest = {names[id(p)] for group in adamw.param_groups for p in group["params"]}
    assert any("bias_table" in name for name in rest)
    assert trained | rest == set(names.values())
