"""The insides of an encoder, a decoder or a Vision Transformer for one sentence or photo, part by part."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from models.axes import HALF, Trace
from models.parts import PartKind, StackName, TextStack

AttentionName = Literal[TextStack, "cross"]


@dataclass(frozen=True, eq=False)
class FlowTrace(Trace):
    """The residual stream of a stack: what enters it, and what each part adds, for every token.

    With the norms this is the stream everywhere: `states` says how. State 0 is what enters the first layer, state k
    the stream after part k, layer by layer.
    """

    stack: StackName
    pre_norm: bool
    """Whether a part reads the normalised stream, or the sum is normalised."""
    token: tuple[str, ...]
    part: tuple[PartKind, ...]
    """Of each layer, in order."""
    embedding: Annotated[np.ndarray, "token width", HALF]
    position: Annotated[np.ndarray, "token width", HALF]
    start: Annotated[np.ndarray, "token width", HALF]
    """What enters the first layer."""
    added: Annotated[np.ndarray, "layer part token width", HALF]
    """What each part adds to the stream: the output of attention or feed-forward."""
    norm_weight: Annotated[np.ndarray, "layer part width", HALF]
    norm_bias: Annotated[np.ndarray, "layer part width", HALF]
    eps: float
    """Of all LayerNorms."""
    name: tuple[str, ...]
    """Tokens or classes, to which `top` refers."""
    top: Annotated[np.ndarray, "state token place"]
    """The most probable ones, had the model stopped at this state (logit lens): indices into `name`."""
    top_probability: Annotated[np.ndarray, "state token place"]
    centred: bool = True
    """Whether the norms are LayerNorms, or RMSNorms."""

    def states(self) -> np.ndarray:
        """The stream (state, token, width) in float32: each part's addition, normalised where the norm comes last."""
        stream, found = self.start.astype(np.float32), [self.start.astype(np.float32)]
        for layer in range(self.added.shape[0]):
            for part in range(self.added.shape[1]):
                stream = stream + self.added[layer, part]
                if not self.pre_norm:
                    stream = self.normed(stream, layer, part)
                found.append(stream)
        return np.stack(found)

    def normed(self, stream: np.ndarray, layer: int, part: int) -> np.ndarray:
        """The norm of a part on a stream (token, width)."""
        moved = stream - stream.mean(-1, keepdims=True) if self.centred else stream
        spread = np.sqrt((moved**2).mean(-1, keepdims=True) + self.eps)
        return moved / spread * self.norm_weight[layer, part] + self.norm_bias[layer, part]


@dataclass(frozen=True, eq=False)
class HeadsTrace(Trace):
    """One kind of attention of a stack, in every layer and head."""

    kind: AttentionName
    query: Annotated[np.ndarray, "layer head query dim", HALF]
    key: Annotated[np.ndarray, "layer head key dim", HALF]
    value: Annotated[np.ndarray, "layer head key dim", HALF]
    scores: Annotated[np.ndarray, "layer head query key"]
    """q·k/√dim, before the mask."""
    allowed: Annotated[np.ndarray, "query key"]
    """What the mask lets through."""
    attention: Annotated[np.ndarray, "layer head query key", HALF]
    """After mask and softmax: each row sums to 1."""


@dataclass(frozen=True, eq=False)
class FeedForwardTrace(Trace):
    """The inner layer of a stack's feed-forward parts."""

    hidden: Annotated[np.ndarray, "layer token inner", HALF]
    activated: Annotated[np.ndarray, "layer token inner", HALF]


@dataclass(frozen=True, eq=False)
class CodeTrace(Trace):
    """The lecture's attention with the weights of every layer, on what is read there, the switches set in one way."""

    kind: AttentionName
    masked: bool
    scaled: bool
    lines: tuple[str, ...]
    """The code that ran."""
    split: tuple[int, ...]
    """Into how many heads: each that the width allows, and the model's own."""
    made: tuple[tuple[tuple[int, str, tuple[int, ...]], ...], ...]
    """Of each split, in the order in which they were made: line (the first is 0), name and shape of every tensor."""
    difference: Annotated[np.ndarray, "split layer"]
    """Largest distance from torch's scaled_dot_product_attention with the same switches."""
    model_difference: Annotated[np.ndarray, "layer"]
    """Largest distance of its output, split as the model does, from that of the model's own attention; nan where the
    switches are not the model's."""

    @property
    def own(self) -> bool:
        """Whether mask and scale are as the model has them."""
        return self.scaled and self.masked == (self.kind == "decoder")


@dataclass(frozen=True, eq=False)
class TextWalkTrace(Trace):
    """A sentence through a language model of one stack or of two.

    A decoder after an encoder is teacher-forced with the model's own greedy output: its tokens are the start token,
    then the output without its last token. A stack alone reads the sentence.
    """

    model: str
    sentence: str
    positions: bool
    """Whether the model was given positions."""
    output: tuple[str, ...]
    """Of each token of the last stack: what the model says there. Of an encoder the token at its place, of a decoder
    alone the next token of the sentence, the last one of its own; else its greedy output, with positions."""
    flows: tuple[FlowTrace, ...]
    """Of every stack."""
    attention: tuple[HeadsTrace, ...]
    """Self-attention of every stack, and cross."""
    feed_forward: tuple[FeedForwardTrace, ...]
    """Of every stack."""
    code: tuple[CodeTrace, ...]
    """Of every kind of attention, each way to set its mask and scale."""


@dataclass(frozen=True, eq=False)
class VitWalkTrace(Trace):
    """A photo through a Vision Transformer, patch by patch. Prefix tokens (CLS, distillation) come first."""

    model: str
    grid: tuple[int, int]
    prefix: tuple[str, ...]
    labels: tuple[str, ...]
    pixels: Annotated[np.ndarray, "row column channel"]
    """uint8 RGB as the patches cover it."""
    flow: FlowTrace
    """Its names are the labels."""
