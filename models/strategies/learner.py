"""A small encoder-decoder over characters: what it reads, predicts and writes."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from transformers import PegasusConfig, PegasusForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput

from models.checkpoint import build_lock
from models.strategies.tasks import Pair
from models.training import mean_weights
from models.translation.train_marian import build, shape
from models.translation.training import Recipe
from models.translation.vocabulary import EOS, PAD

RECIPE = Recipe(n_layer=2, n_embd=64, n_head=4, n_inner=128, dropout=0.0)
"""Without dropout: equal inputs give equal numbers."""
FIRST = EOS + 1
"""The id of the first character."""


class Batch(NamedTuple):
    """Ids (pair, position), padded at the end; both sides end with EOS. PAD also starts what a decoder reads."""

    source: torch.Tensor
    target: torch.Tensor


class Alphabet:
    """The characters of all pairs, sorted; those of pairs that are only asked may be among them."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.characters = sorted({character for pair in pairs for side in pair for character in side})
        self._ids = {character: at + FIRST for at, character in enumerate(self.characters)}

    def __len__(self) -> int:
        return len(self.characters) + FIRST

    def batch(self, pairs: Sequence[Pair]) -> Batch:
        """The ids of pairs."""
        return Batch(*(self._padded(side) for side in zip(*pairs, strict=True)))

    def _padded(self, lines: Sequence[str]) -> torch.Tensor:
        rows = [torch.tensor([*(self._ids[character] for character in line), EOS]) for line in lines]
        return pad_sequence(rows, True, PAD)

    def piece(self, token: int) -> str:
        """A character; "" for the end and for what starts an output."""
        return self.characters[token - FIRST] if token >= FIRST else ""


class Source(NamedTuple):
    """What an encoder makes of sources, once for all passes of the decoder."""

    states: torch.Tensor
    """(pair, position, width)."""
    seen: torch.Tensor
    """(pair, position): False where a source is over."""

    def detached(self) -> "Source":
        """The same without a way back for gradients."""
        return Source(self.states.detach(), self.seen)


class Learner:
    """A model whose first weights the seed draws, without a look at torch's shared generator.

    It is a Marian, whose LayerNorm stands after each residual sum (post-LN), or a Pegasus, which has it before each
    sublayer (pre-LN) and once more at the end of both stacks, and is else the same. Equal seeds mean equal matrices.
    """

    def __init__(self, size: int, seed: int, pre_norm: bool = False) -> None:
        self.passes = 0
        """Calls of the decoder so far."""
        with build_lock:
            self.model: Any = build_pre_norm(size) if pre_norm else build(RECIPE, size)
        draws = torch.Generator().manual_seed(seed)
        for weight in self.model.parameters():
            if weight.requires_grad and weight.ndim == 2:
                torch.nn.init.normal_(weight, 0, RECIPE.n_embd**-0.5, draws)

    def averaged(self, checkpoints: Sequence[Mapping[str, torch.Tensor]]) -> "Learner":
        """Another one, whose weights are the mean of several `state_dict`s of this one's model."""
        other = copy.copy(self)
        other.model = copy.deepcopy(self.model)
        other.model.load_state_dict(mean_weights(checkpoints))
        return other

    def encode(self, source: torch.Tensor) -> Source:
        """Ids (pair, position), read."""
        seen = source.ne(PAD)
        return Source(self.model.get_encoder()(source, attention_mask=seen).last_hidden_state, seen)

    def scores(self, source: Source, read: torch.Tensor) -> torch.Tensor:
        """Of every next character (pair, position, V), all positions of what the decoder reads in one pass."""
        return self._pass(source, read, use_cache=False).logits

    @torch.no_grad()
    def write(self, source: Source, length: int) -> torch.Tensor:
        """Greedy output (pair, length), a pass for each position, also after an end; keys and values are kept."""
        read, cache, said = torch.full((len(source.seen), 1), PAD), None, []
        for _ in range(length):
            answer = self._pass(source, read, past_key_values=cache, use_cache=True)
            cache, read = answer.past_key_values, best(answer.logits)
            said.append(read)
        return torch.cat(said, 1)

    def _pass(self, source: Source, read: torch.Tensor, **cached: Any) -> Any:
        self.passes += 1
        states = BaseModelOutput(source.states)  # type: ignore[arg-type]
        return self.model(encoder_outputs=states, attention_mask=source.seen, decoder_input_ids=read, **cached)


def build_pre_norm(size: int) -> PegasusForConditionalGeneration:
    """The model of RECIPE with its LayerNorm before each sublayer."""
    return PegasusForConditionalGeneration(PegasusConfig(**shape(RECIPE, size)))


def best(scores: torch.Tensor) -> torch.Tensor:
    """The ids of the highest scores (pair, position); never PAD, which is no character."""
    return scores[..., EOS:].argmax(-1) + EOS


def losses(scores: torch.Tensor, target: torch.Tensor, smoothing: float = 0.0) -> torch.Tensor:
    """Surprise in nats at each position (pair, position); 0 where a target is over.

    smoothing: the share of the target that is spread evenly over the vocabulary (Szegedy et al. 2016).
    """
    return F.cross_entropy(
        scores.transpose(1, 2), target, ignore_index=PAD, reduction="none", label_smoothing=smoothing
    )
