"""What is shipped is described: cards, texts, tests."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from models.comparison import dependence

from lab.exhibit import saved_run
from lab.exhibits import EXHIBITS
from lab.text import LANGUAGES, table
from models.checkpoint import BUNDLED, bundled
from models.resnet.train import RECIPE as RESNET
from models.swin.train import RECIPE as SWIN
from models.translation import train_cmlm, train_marian
from models.vit.train import RECIPE as VIT

ROOT = Path(__file__).resolve().parents[1]


RECIPES = {
    "vit-imagenette": VIT,
    "swin-imagenette": SWIN,
    "resnet-imagenette": RESNET,
    **{f"marian-{name}": recipe for name, recipe in train_marian.RECIPES.items()},
    **{f"cmlm-{name}": recipe for name, recipe in train_cmlm.RECIPES.items()},
}
FILES = {"config.json", "model.safetensors", "recipe.json", "history.json", "README.md"}
IMAGE_FILES, TEXT_FILES = {"preprocessor_config.json"}, {"tokenizer.json", "tokenizer_config.json", "source_words.txt"}


def figures(record):
    """What a card must state: the accuracy of a classifier, every BLEU and chrF of a translator."""
    if "val_accuracy" in record:
        return [f"**{record['val_accuracy']:.1%}**", "3,925"]
    return [f"{value:.1f}" for way in record["test"].values() for name, value in way.items() if name != "repetition"]


@pytest.mark.parametrize("name", bundled())
def test_a_checkpoint_has_its_files_its_recipe_and_a_card_with_its_measured_figures(name):
    folder = BUNDLED / name
    files = {path.name for path in folder.iterdir()} - {"generation_config.json"}
    assert files in (FILES | IMAGE_FILES, FILES | TEXT_FILES)
    assert (folder / "model.safetensors").stat().st_size < 14_000_000
    record, card = json.loads((folder / "recipe.json").read_text()), (folder / "README.md").read_text()
    assert record["recipe"] == json.loads(json.dumps(asdict(RECIPES[name])))
    for word in ("Data", "Licence", "Recipe", "Limits", *figures(record)):
        assert word in card, word


def test_the_sweep_over_data_has_its_recipe_and_a_card_with_its_measured_figures():
    folder, seen = BUNDLED / dependence.NAME, dependence.read()
    assert {path.name for path in folder.iterdir()} == {"recipe.json", "README.md"}
    record, card = json.loads((folder / "recipe.json").read_text()), (folder / "README.md").read_text()
    assert record["recipe"] == json.loads(json.dumps(asdict(dependence.RECIPE)))
    trained = [(run["family"], run["share"], run["seed"]) for run in record["runs"]]
    assert trained == dependence.runs(dependence.RECIPE)
    for word in ("Data", "Licence", "Recipe", "Limits", "3,925", *(f"{mean:.1%}" for mean in seen.mean.ravel())):
        assert word in card, word


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)
def test_an_exhibit_has_its_words_its_saved_run_and_its_test(exhibit):
    for language in LANGUAGES:
        assert f"{exhibit.name}.tab" in table(language)
    assert saved_run(exhibit.name).exists()
    assert (ROOT / "tests" / "lab" / "exhibits" / f"test_{exhibit.name}.py").exists()


def test_the_readme_shows_every_exhibit_and_a_screenshot_in_both_languages():
    readme = (ROOT / "README.md").read_text()
    for exhibit in EXHIBITS:
        for language in LANGUAGES:
            tab = table(language)[f"{exhibit.name}.tab"]
            assert f"| {tab} |" in readme
    assert (ROOT / "assets" / "screenshots" / "patches.webp").exists()


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)
def test_every_claim_names_its_source(exhibit):
    for language, word in (("en", "Source"), ("zh", "出处")):
        keys = [key for key in table(language) if key.startswith(f"{exhibit.name}.")]
        claims = [table(language)[key] for key in keys if key.endswith("checks")]
        assert len(claims) == len([key for key in keys if key.endswith("see")]) > 0
        assert all(word in claim for claim in claims)
