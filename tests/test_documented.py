"""What is shipped is described: cards, texts, tests."""

import json
from pathlib import Path

import pytest

from lab.exhibit import saved_run
from lab.exhibits import EXHIBITS
from lab.text import LANGUAGES, table
from models.checkpoint import BUNDLED, bundled

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", bundled())
def test_a_checkpoint_has_its_files_and_a_card_with_its_measured_accuracy(name):
    folder = BUNDLED / name
    files = {path.name for path in folder.iterdir()}
    assert files == {
        "config.json",
        "model.safetensors",
        "preprocessor_config.json",
        "recipe.json",
        "history.json",
        "README.md",
    }
    assert (folder / "model.safetensors").stat().st_size < 14_000_000
    record = json.loads((folder / "recipe.json").read_text())
    card = (folder / "README.md").read_text()
    assert f"**{record['val_accuracy']:.1%}**" in card
    for word in ("Data", "Licence", "Recipe", "Limits", "3,925"):
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
