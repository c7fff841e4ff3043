"""ResNet's recipe on eight random pictures."""

import torch

from models.checkpoint import open_model
from models.classification import save, train
from models.resnet.train import HIDDEN, RECIPE, Recipe, build

TINY = Recipe(schedule=((32, 2),), image_size=40, widths=(8, 12), depths=(1, 1), batch_size=4)


def test_two_epochs_save_and_reload(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_DEVICE", "cpu")
    images = torch.randint(0, 256, (8, 3, 40, 40), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    data = images, torch.arange(8)
    model, history = train(build, TINY, HIDDEN, data, data, tmp_path / "run.pt")
    assert [row["size"] for row in history] == [32, 32]
    save(model, TINY, history, tmp_path / "saved")
    opened, processor = open_model(str(tmp_path / "saved"), ("ResNetForImageClassification",))
    assert processor.size["height"] == 40
    pixels = torch.randn(2, 3, 40, 40, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        torch.testing.assert_close(opened(pixels).logits, model.eval()(pixels).logits, rtol=0, atol=5e-3)


def test_the_shipped_network_has_half_the_width_of_a_resnet_18():
    model = build(RECIPE)
    assert [stage.layers[-1].layer[-1].convolution.out_channels for stage in model.resnet.encoder.stages] == [
        32,
        64,
        128,
        256,
    ]
    assert 2.7e6 < sum(parameter.numel() for parameter in model.parameters()) < 2.9e6
