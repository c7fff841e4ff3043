"""The families of models that the lab reads inside, and the file that knows each one's modules.

Every `models.<family>.layers` speaks a vocabulary, `Layers` for pictures or `TextLayers`. torch is imported with the
first of them, so that a page can name the families before it loads.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

import numpy as np

from models.parts import Stack, Start, TextStack

if TYPE_CHECKING:
    import torch

PACKAGES = {
    "ResNetForImageClassification": "resnet",
    "ViTForImageClassification": "vit",
    "DeiTForImageClassification": "vit",
    "DeiTForImageClassificationWithTeacher": "vit",
    "SwinForImageClassification": "swin",
    "MobileViTForImageClassification": "mobilevit",
}
"""The package of every classifier's architecture, by its class in transformers."""
CLASSIFIERS = tuple(PACKAGES)
RESNET, VIT, SWIN, MOBILEVIT = (
    tuple(name for name, package in PACKAGES.items() if package == family)
    for family in ("resnet", "vit", "swin", "mobilevit")
)

ENCODER_DECODERS = (
    "MarianMTModel",
    "BartForConditionalGeneration",
    "MBartForConditionalGeneration",
    "M2M100ForConditionalGeneration",
    "PegasusForConditionalGeneration",
    "FSMTForConditionalGeneration",
    "T5ForConditionalGeneration",
    "MT5ForConditionalGeneration",
    "UMT5ForConditionalGeneration",
    "LongT5ForConditionalGeneration",
    "BlenderbotForConditionalGeneration",
    "BlenderbotSmallForConditionalGeneration",
    "PLBartForConditionalGeneration",
    "MvpForConditionalGeneration",
    "LEDForConditionalGeneration",
    "PegasusXForConditionalGeneration",
    "BigBirdPegasusForConditionalGeneration",
)
"""NLLB is an M2M100 here, ByT5 a T5. Left out: models of experts that each serve a share of a batch (NLLB-MoE, Switch),
where what a row gets depends on the other rows, and ProphetNet, which gives scores in place of attention."""
SINGLE_STACKS = {
    "GPT2LMHeadModel": "gpt",
    "LlamaForCausalLM": "llama",
    "BertForMaskedLM": "bert",
    "RobertaForMaskedLM": "bert",
    "XLMRobertaForMaskedLM": "bert",
    "CamembertForMaskedLM": "bert",
    "DistilBertForMaskedLM": "distilbert",
}
"""The package of every language model that is an encoder alone, or a decoder alone."""
MASKED = tuple(name for name, package in SINGLE_STACKS.items() if package in ("bert", "distilbert"))
"""Encoders alone, which fill in what is hidden."""
LANGUAGE_PACKAGES = {**dict.fromkeys(ENCODER_DECODERS, "translation"), **SINGLE_STACKS}
"""The package of every language model's architecture."""
LANGUAGE_MODELS = tuple(LANGUAGE_PACKAGES)

DECODERS = (
    "GPT2LMHeadModel",
    "GPTNeoForCausalLM",
    "GPTNeoXForCausalLM",
    "GPTJForCausalLM",
    "OPTForCausalLM",
    "BloomForCausalLM",
    "LlamaForCausalLM",
    "MistralForCausalLM",
    "Qwen2ForCausalLM",
    "Qwen3ForCausalLM",
    "GemmaForCausalLM",
    "PhiForCausalLM",
    "Phi3ForCausalLM",
    "StableLmForCausalLM",
    "OlmoForCausalLM",
    "Olmo2ForCausalLM",
    "SmolLM3ForCausalLM",
)
"""Decoders alone, every layer with masked self-attention: what they read goes in, what they write is appended."""

DUAL_ENCODERS = ("MeanTextDualEncoder", "CLIPModel", "VisionTextDualEncoderModel")
"""An image tower and a text tower that meet in a dot product; the first is ours (`models/clip/dual_encoder.py`)."""
CAPTIONERS = ("FlamingoForCaptioning",)
"""An image tower that a language model looks at; ours (`models/flamingo/model.py`)."""
TOWERS = ("vision_config", "text_config")
"""What the configs of both kinds call the two."""

Position = tuple[float, float]
"""A point of a picture (down, across), each a share in [0, 1) of its own side."""
Unit = tuple[int, int]
"""Row and column in a map."""


class Walk(NamedTuple):
    """What a model computes from a batch of pictures, layer by layer."""

    states: list["torch.Tensor"]
    """The residual stream after every layer of `names`: (image, token, width), or (image, channel, row, column). A
    ViT's begin with its embeddings."""
    attention: list["torch.Tensor"]
    """After softmax, of every layer: (image, head, query, key), or in windows (window, head, query, key); none in a
    CNN."""


class Units(NamedTuple):
    """The unit of each layer that stands for a position, and what it can see."""

    unit: list[Unit]
    box: np.ndarray
    """(layer, edge): its theoretical field, top, left, bottom, right, as shares of the sides."""
    centre: np.ndarray
    """(layer, axis): its own place, down and across, as shares of the sides."""


class Output(NamedTuple):
    """What a model makes of a state at the end of its layers."""

    feature: "torch.Tensor"
    """(image, width): what the head reads, after the final norm where there is one."""
    logits: "torch.Tensor"
    """(image, label)."""


class AttentionReach(NamedTuple):
    """Where the token that stands for a position looks."""

    distance: np.ndarray
    """(layer,): root mean square distance as a share of the side, mean over heads; none in a CNN."""
    rollout: np.ndarray
    """(layer, row, column): attention rollout over the patches; none where a layer's attention is not among all."""


class Layers(Protocol):
    """The vocabulary of `models.<family>.layers`: the only file that knows a family's modules."""

    def check(self, model: Any, size: tuple[int, int], reference: str) -> None:
        """Raise InputError where pictures of `size` (rows, columns) do not fit the model, or need too much memory."""

    def names(self, model: Any) -> list[str]:
        """The name of every layer, in order."""
        ...

    def walk(self, model: Any, pixels: "torch.Tensor") -> Walk:
        """Run prepared pictures (image, channel, row, column) through the model and keep its insides, without hooks."""
        ...

    def maps(self, model: Any, states: list["torch.Tensor"], size: tuple[int, int]) -> list["torch.Tensor"]:
        """The states of `walk` as the map (image, channel, row, column) of every layer.

        size: rows and columns of the pictures.
        """
        ...

    def units(self, model: Any, side: int, position: Position) -> Units:
        """What stands for a position of a square picture of `side` pixels."""
        ...

    def head(self, model: Any, state: "torch.Tensor") -> Output:
        """The feature and the logits that the model would have if a state of `walk` were its last."""
        ...

    def attention_reach(self, model: Any, walk: Walk, side: int, position: Position) -> AttentionReach:
        """Where attention goes from a position of one square picture of `side` pixels."""
        ...

    def patch_set(self, model: Any) -> int | None:
        """The side in pixels of the patches that the model, without its position parameters, sees as a set.

        None where it knows places by other means too.
        """
        ...

    def convolutional(self, model: Any) -> "torch.nn.Module | None":
        """The module of the last convolutional map, for Grad-CAM; None where there is none."""
        ...


def layers(model: Any) -> Layers:
    """The file that knows the modules of an open model of CLASSIFIERS."""
    return cast("Layers", import_module(f"models.{PACKAGES[type(model).__name__]}.layers"))


class TextLayers(Protocol):
    """The vocabulary of a language model's `models.<family>.layers`."""

    STACKS: tuple[TextStack, ...]
    """In the order in which they compute: each reads tokens, a decoder after an encoder also what this made of its own.

    An encoder alone predicts what stands at each place, a decoder what comes next.
    """

    def check(self, model: Any, reference: str) -> None:
        """Raise InputError for a model whose layers cannot be walked through."""

    def most(self, model: Any) -> int | None:
        """How many tokens it has positions for; None where there is no end."""
        ...

    def stacks(self, model: Any, positions: bool = True) -> dict[TextStack, Stack]:
        """Every stack by its name. positions: whether attention knows them, where it is attention that does."""
        ...

    def start(self, model: Any, name: TextStack, ids: "torch.Tensor", positions: bool = True) -> Start:
        """What enters the first layer of a stack for ids (token,), with or without positions."""
        ...

    def logits(self, model: Any, state: "torch.Tensor") -> "torch.Tensor":
        """The scores (…, vocabulary) that the output head gives to states (…, width) after `Stack.final`."""
        ...


def text_layers(model: Any) -> TextLayers:
    """The file that knows the modules of an open model of LANGUAGE_MODELS."""
    return cast("TextLayers", import_module(f"models.{LANGUAGE_PACKAGES[type(model).__name__]}.layers"))
