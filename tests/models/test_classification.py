"""What the recipes of classifiers share, on eight random pictures; ViT's own test follows schedule and resuming."""

import pytest
import torch

from models.checkpoint import open_model
from models.classification import save, train
from models.resnet import train as resnet
from models.swin import train as swin

SHARED = {"schedule": ((32, 2),), "batch_size": 4}
SWIN = swin.Recipe(**SHARED, image_size=32, window_size=2, n_embd=8, depths=(2, 2), n_head=(2, 2))
RESNET = resnet.Recipe(**SHARED, image_size=40, widths=(8, 12), depths=(1, 1))


@pytest.mark.parametrize(
    ("module", "recipe", "family"),
    [(swin, SWIN, "SwinForImageClassification"), (resnet, RESNET, "ResNetForImageClassification")],
)
def test_two_epochs_save_and_reload(module, recipe, family, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    images = torch.randint(0, 256, (8, 3, 40, 40), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    data = images, torch.arange(8)
    model, history = train(module.build, recipe, module.MUON_PARAMETERS, data, data, tmp_path / "run.pt")
    assert [row["size"] for row in history] == [32, 32]
    save(model, recipe, history, tmp_path / "saved")
    _, opened, processor = open_model(str(tmp_path / "saved"), (family,), "image")
    side = recipe.image_size
    assert processor.size == (side, side)
    pixels = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        torch.testing.assert_close(opened(pixels).logits, model.eval()(pixels).logits, rtol=0, atol=5e-3)
