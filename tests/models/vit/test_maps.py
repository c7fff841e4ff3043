"""What is measured of a ViT's maps, recomputed picture by picture, and where it is known by hand."""

import io
import json
import shutil
from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torchvision.transforms.v2.functional import to_pil_image

from models import imagenette
from models.checkpoint import open_model, revision
from models.families import RESNET
from models.hub import PROCESSOR
from models.prepared import PreparedModel, prepare_model
from models.vit import maps
from models.vit.maps import WEIGHTED, Settings, correlation, entropy, measure, pictures, right, spikes
from models.vit.patch_deletion import from_the_middle, importance
from models.vit.trace import trace as vit_trace

MAPS = *WEIGHTED, "other", "blob", "random"
QUICK = Settings(measured=2, choosing=2)


def drawn(seed):
    """Coloured noise of 30 pictures, and labels that alternate."""
    draws = torch.Generator().manual_seed(seed)
    colour, noise = torch.rand(30, 3, 1, 1, generator=draws), torch.rand(30, 3, 8, 8, generator=draws)
    images = F.interpolate(0.5 * colour + 0.5 * noise, (128, 128)).mul(255).to(torch.uint8)
    return images, torch.arange(30) % 5


@pytest.fixture
def vit(opened):
    return opened("tiny_vit")


@pytest.fixture
def resnet(saved_resnet, tmp_path):
    """The last map has 4 x 4 places here, as over one of 2 x 2 no blob in the middle says anything; and no picture
    speaks for label 2."""
    folder = shutil.copytree(saved_resnet, tmp_path / "resnet")
    size = {"height": 128, "width": 128}
    (folder / PROCESSOR).write_text(json.dumps(json.loads((folder / PROCESSOR).read_text()) | {"size": size}))
    made = open_model(str(folder), RESNET, "image")
    with torch.no_grad():
        made.model.classifier[-1].weight[2] = 0
    return made


@pytest.fixture
def measured(vit, resnet):
    return lambda train_set, val_set, given=QUICK: measure(vit, resnet, train_set, val_set, given)


def test_pictures_are_evenly_spaced_in_each_class_and_the_next_is_of_another():
    labels = torch.tensor([4, 4, 4, 4, 4, 7, 7, 7, 7, 7, 7, 7])
    images, taken = pictures((torch.arange(12), labels), 3)
    assert images.tolist() == [0, 5, 2, 8, 4, 11]
    assert taken.tolist() == [4, 7, 4, 7, 4, 7]


class OnePatch(nn.Module):
    """Answers 0 where there is something in one of 16 patches, 2 where there is nothing."""

    config = SimpleNamespace(patch_size=8, num_labels=3, problem_type=None)

    def forward(self, pixels):
        there = pixels[:, :, 8:16, 16:24].abs().sum((1, 2, 3)) > 0  # the patch of number 6
        return SimpleNamespace(logits=torch.stack([there * 1.0, -1.0 + 0 * there, 0.5 + 0 * there], 1))


def test_what_is_right_without_a_patch_that_decides_and_with_it_alone():
    one = PreparedModel("one patch", OnePatch(), cast("Any", None), torch.ones(1, 3, 32, 32))
    first, fourth, fifth, last = (np.arange(16.0, 0, -1) for _ in range(4))
    first[6], fourth[6], fifth[6], last[6] = 20, 13.5, 12.5, 0  # of 16, a quarter is four
    by = np.stack([first, fourth, fifth, last])
    assert right([one], by[None], np.array([0]), 0.25).tolist() == [[0, 0, 1, 1], [1, 1, 0, 0]]
    assert right([one], by[None], np.array([2]), 0.25).tolist() == [[1, 1, 0, 0], [0, 0, 1, 1]]
    assert right([one], by[None], np.array([0]), 5 / 16).tolist() == [[0, 0, 0, 1], [1, 1, 1, 0]]
    three, labels = np.stack([by, by, by[::-1]]), np.array([0, 1, 0])
    assert right([one] * 3, three, labels, 0.25).tolist() == [[1 / 3] * 4, [1 / 3] * 4]
    assert right([one] * 3, three, labels, 0.25, changes=1).tolist() == [[1 / 3] * 4]


def test_entropy_and_spikes_of_equal_weights_and_of_one():
    one = np.eye(16)[3]
    some = np.stack([np.full(16, 0.3), one, np.repeat([0.0, 2.0], 8), np.full(16, 1.0) + 16 * one])
    np.testing.assert_allclose(entropy(some)[:3], [1, 0, 0.75], atol=1e-12)
    assert entropy(some)[3] == pytest.approx(-(17 / 32 * np.log(17 / 32) + 15 / 32 * np.log(1 / 32)) / np.log(16))
    np.testing.assert_allclose(spikes(some, 5), [5 / 16, 1, 5 / 8, 21 / 32])


def test_correlation_is_pearsons_and_none_with_a_flat_map():
    some = np.random.default_rng(0).random((3, 2, 16), np.float32)
    some[2, 0] = 0.25
    found = correlation(some, some[:1, 1:])
    assert found.shape == (3, 2) and np.isnan(found[2, 0]) and np.isfinite(found).sum() == 5
    assert found[0] == pytest.approx([np.corrcoef(some[0])[0, 1], 1])
    assert correlation(some[0, 0], -3 * some[0, 0] + 2) == pytest.approx(-1)


def test_the_middle_is_as_far_from_all_sides():
    far = from_the_middle((4, 6)).reshape(4, 6)
    np.testing.assert_allclose(far, far[::-1])
    np.testing.assert_allclose(far, far[:, ::-1])
    assert far[0, 0] == far.max() == pytest.approx(np.hypot(3 / 8, 5 / 12))
    assert far[1, 2] == far.min() == pytest.approx(np.hypot(1 / 8, 1 / 12))


def by_hand(vit, image):
    """The pixels as the model sees them, and what it answers without patches, one after another."""
    pixels = prepare_model(to_pil_image(image), vit).pixels

    def answer(removed):
        made = pixels.clone()
        for row, column in (divmod(int(patch), 4) for patch in removed):
            made[:, :, row * 8 : row * 8 + 8, column * 8 : column * 8 + 8] = 0
        with torch.inference_mode():
            return int(vit.model(made).logits[0].argmax())

    return pixels, answer


def cam_by_hand(resnet, image, label):
    """Grad-CAM of the last map from its gradient alone, enlarged to the picture, its mean in 4 x 4 squares."""
    body, pixels = resnet.model.base_model, prepare_model(to_pil_image(image), resnet).pixels
    with torch.enable_grad():
        last = body.encoder(body.embedder(pixels)).last_hidden_state
        (slope,) = torch.autograd.grad(resnet.model.classifier(body.pooler(last))[0, label], last)
        cam = (slope.mean((2, 3), keepdim=True) * last).sum(1, keepdim=True).clamp(min=0)
    large = F.interpolate(cam, (128, 128), mode="bilinear")[0, 0].detach().numpy()
    return large.reshape(4, 32, 4, 32).mean((1, 3)).ravel()


def test_every_figure_is_that_of_the_pictures_one_by_one(vit, resnet, measured):
    train_set, val_set = drawn(0), drawn(1)
    found = measured(train_set, val_set)
    without = np.zeros(3)
    for image, label in zip(*pictures(train_set, 2), strict=True):
        answer = by_hand(vit, image)[1]
        for depth, attention in enumerate(vit_trace(vit, to_pil_image(image)).attention[:, :, 0, 1:].mean(1)):
            without[depth] += answer(np.argsort(-attention)[:4]) == label
    assert found["without_by_layer"] == pytest.approx(without / 10, abs=1e-4) and np.ptp(without) > 0
    layer = int(without.argmin())
    assert found["layer"] == layer + 1

    images, labels = pictures(val_set, 2)
    own, cams, answers, whole = [], [], [], []
    for number, image in enumerate(images):
        pixels, answer = by_hand(vit, image)
        whole.append(answer([]))
        by = importance(vit.model, pixels, whole[-1])
        by["layer"] = vit_trace(vit, to_pil_image(image)).attention[layer, :, 0, 1:].mean(0)
        by["blob"] = np.exp(-(by["blob"] ** 2) / (2 * 0.25**2))
        own.append(by | {f"random {seed}": np.random.default_rng(seed).random((10, 16))[number] for seed in range(3)})
        cams.append(cam_by_hand(resnet, image, whole[-1]))
        answers.append(answer)
    for number, by in enumerate(own):
        by["other"] = own[(number + 1) % 10]["relevance"]
    assert (found["count"], found["accuracy"]) == (10, np.mean(whole == labels))
    assert found["with_grad_cam"] == sum(cam.max() > 0 for cam in cams) == 10 - whole.count(2) < 10
    assert tuple(found["maps"]) == MAPS
    for name, figures in found["maps"].items():
        removed, kept, alike = [], [], []
        for of in [name] if name != "random" else [f"random {seed}" for seed in range(3)]:
            for by, cam, answer, label in zip(own, cams, answers, labels, strict=True):
                order = np.argsort(-by[of], kind="stable")
                removed.append(answer(order[:4]) == label)
                kept.append(answer(order[4:]) == label)
                alike += [np.corrcoef(by[of], cam)[0, 1]] if cam.max() > 0 else []
        expected = {"removed": np.mean(removed), "kept": np.mean(kept), "correlation": np.mean(alike)}
        if name in WEIGHTED:
            weights = np.stack([by[name] / by[name].sum() for by in own])
            expected["entropy"] = np.mean([-(row[row > 0] @ np.log(row[row > 0])) / np.log(16) for row in weights])
            expected["spikes"] = np.mean([sorted(row)[-1] + sum(sorted(row)[-5:-1]) for row in weights])
        assert figures == pytest.approx(expected, abs=2e-4), name
    assert len({(one["removed"], one["kept"]) for one in found["maps"].values()}) > 4


def test_the_layer_is_chosen_on_other_pictures_than_those_that_are_measured(measured):
    found, elsewhere = (measured(drawn(0), drawn(seed)) for seed in (1, 2))
    assert found["without_by_layer"] == elsewhere["without_by_layer"] and found["layer"] == elsewhere["layer"]
    assert found["maps"] != elsewhere["maps"]
    other = measured(drawn(3), drawn(1))
    assert found["without_by_layer"] != other["without_by_layer"]
    same = {name for name, figures in found["maps"].items() if figures == other["maps"][name]}
    assert same >= {*MAPS} - {"layer"}


def test_the_settings_decide(measured):
    def found(**changed):
        return measured(drawn(0), drawn(1), replace(QUICK, **changed))["maps"]

    usual = found()
    halves = found(part=0.5)
    assert [halves[name]["kept"] for name in MAPS] != [usual[name]["kept"] for name in MAPS]
    assert found(blob=0.1)["blob"]["correlation"] != usual["blob"]["correlation"]
    assert found(seeds=(3,))["random"]["correlation"] != usual["random"]["correlation"]
    assert found(spikes=16)["attention"]["spikes"] == 1 > usual["attention"]["spikes"]


def test_the_command_line_writes_what_is_measured(vit, resnet, measured, tmp_path, monkeypatch):
    for split, (images, labels) in {"train": drawn(0), "val": drawn(1)}.items():
        files = [io.BytesIO() for _ in images]
        for file, image in zip(files, images, strict=True):
            Image.fromarray(image.permute(1, 2, 0).numpy()).save(file, "JPEG")
        data = np.frombuffer(b"".join(file.getvalue() for file in files), np.uint8)
        offsets = np.cumsum([0, *(len(file.getvalue()) for file in files)])
        np.savez(imagenette.path(tmp_path, split), data=data, offsets=offsets, labels=labels.numpy())
    given = [
        "maps",
        "--data",
        tmp_path,
        "--vit",
        vit.reference,
        "--resnet",
        resnet.reference,
        "--out",
        tmp_path / "maps.json",
    ]
    monkeypatch.setattr("sys.argv", [*map(str, given)])
    monkeypatch.setattr(maps, "Settings", lambda: QUICK)
    maps.main()
    found = json.loads((tmp_path / "maps.json").read_text())
    train_set, val_set = (imagenette.load(tmp_path, split) for split in ("train", "val"))
    expected = measured(train_set, val_set)
    assert expected["maps"] != measured(val_set, train_set)["maps"]
    assert {name: found[name] for name in expected} == expected
    assert found["settings"] == json.loads(json.dumps(asdict(QUICK)))
    assert (found["weights"], found["resnet"]) == (revision(vit.reference), revision(resnet.reference))
    assert found["data"] == imagenette.sha256(tmp_path)
