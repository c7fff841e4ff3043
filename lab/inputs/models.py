"""Models of the Hub that the lab offers by name, and the inputs that several exhibits share."""

from importlib.util import find_spec

from lab.inputs.kinds import Model
from models.families import CLASSIFIERS, VIT

HUB_VITS = {
    "WinKawaks/vit-tiny-patch16-224": 23,
    "facebook/deit-tiny-distilled-patch16-224@refs/pr/3": 24,
    "WinKawaks/vit-small-patch16-224": 88,
    "google/vit-base-patch16-224": 346,
    "google/vit-base-patch32-384": 353,
}
"""With safetensors weights; the size of each download in MB."""
VIT_INPUT = Model(name="vit", default="vit-imagenette", families=VIT, bundled=("vit-imagenette",), hub=HUB_VITS)
HUB_SWINS = {"microsoft/swin-tiny-patch4-window7-224": 113}
HUB_TRANSLATORS = {
    "Helsinki-NLP/opus-mt-en-de@refs/pr/4": 301,
    "Helsinki-NLP/opus-mt-en-zh@refs/pr/6": 315,
    **({"facebook/wmt19-en-de@refs/pr/6": 1082} if find_spec("sacremoses") else {}),
}
"""From English, of the size of Vaswani et al.'s base model, and one of fairseq's, whose tokenizer needs sacremoses."""
HUB_LANGUAGE_MODELS = {
    **HUB_TRANSLATORS,
    "distilbert/distilgpt2": 353,
    "openai-community/gpt2": 548,
    "HuggingFaceTB/SmolLM2-135M": 269,
    "distilbert/distilbert-base-uncased": 268,
    "google-bert/bert-base-uncased": 440,
}
"""Beside the translators, decoders alone and encoders alone."""
HUB_RESNETS = {"microsoft/resnet-18": 47, "microsoft/resnet-50": 103}
BUNDLED_CLASSIFIERS = ("resnet-imagenette", "vit-imagenette", "swin-imagenette", "mobilevit-imagenette")


def _classifier(name: str, default: str, hub: dict[str, int]) -> Model:
    """A column of a comparison: its own bundled model first, then the other ones."""
    bundled = (default, *(other for other in BUNDLED_CLASSIFIERS if other != default))
    return Model(name=name, default=default, families=CLASSIFIERS, bundled=bundled, hub=hub, more=True)


THREE_CLASSIFIERS = (
    _classifier("first_model", "resnet-imagenette", HUB_RESNETS),
    _classifier("second_model", "vit-imagenette", HUB_VITS),
    _classifier("third_model", "swin-imagenette", HUB_SWINS),
)
"""The columns of a comparison."""
CLASSIFIER_NAMES = tuple(one.name for one in THREE_CLASSIFIERS)
