import re
from pathlib import Path
from string import Formatter

import pytest

from lab.text import LANGUAGES, Text, table

ROOT = Path(__file__).resolve().parents[2]


def blanks(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_strings_and_blanks():
    english, chinese = (table(language) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    for key, sentence in english.items():
        assert sentence and chinese[key], key
        assert blanks(sentence) == blanks(chinese[key]), key


NAMES = re.compile(
    r"CNN|ResNet|GCN|GATv2|GAT|(?:Mobile)?ViT|Swin|Grad-CAM|Top-k|Top-p|English|LayerNorm|RMSNorm|(?:pre|post)-LN|softmax"
    r"|\b[dfkqvx]\b"
)
"""What is called the same in Chinese, and the letters of formulas."""


def test_chinese_is_chinese():
    for key, sentence in table("zh").items():
        rest = NAMES.sub("", re.sub(r"\{\w+\}", "", sentence))
        assert re.search(r"[一-鿿]", rest) or not re.search(r"[A-Za-z]", rest), key


def test_every_error_raised_has_its_sentence():
    raised = set()
    for path in [*ROOT.glob("models/**/*.py"), *ROOT.glob("lab/**/*.py")]:
        for call in re.findall(r"InputError\(([^,)]*)", path.read_text()):
            raised |= set(re.findall(r'"([a-z_.]+)"', call))
    assert raised
    assert {code.replace(".", ".error.") for code in raised} <= table("en").keys()


def test_unknown_language():
    with pytest.raises(ValueError, match="language"):
        Text("fr")


def test_sentences_stand_apart_as_each_language_sets_them():
    assert Text("en").sentences("One.", "Two.") == "One. Two."
    assert Text("zh").sentences("一。", "二。") == "一。二。"
