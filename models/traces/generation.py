"""What a language model that writes leaves behind."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import HALF, Trace


@dataclass(frozen=True, eq=False)
class NextTokenTrace(Trace):
    """What may come after a text."""

    model: str
    text: str
    token: tuple[str, ...]
    """Of the text."""
    surprise: Annotated[np.ndarray, "position"]
    """Nats: minus the log probability of each token of the text after those before it; nan for the first."""
    piece: tuple[str, ...]
    """The tokens of the highest logits."""
    logits: Annotated[np.ndarray, "rank"]
    """Of the whole vocabulary, falling."""
    seen: Annotated[np.ndarray, "rank"]
    """Whether the text has the token, which a repetition penalty heeds."""


@dataclass(frozen=True, eq=False)
class Continuation(Trace):
    """What was written after the text, or after what another continuation shares with it."""

    parent: int
    """The continuation that it leaves, -1 for the first one."""
    leaves: int
    """The step of the parent at which a visitor chose another token; the steps before are the parent's."""
    token: Annotated[np.ndarray, "step"]
    """Ids, from the step at which it leaves: the chosen one first."""
    log_prob: Annotated[np.ndarray, "step"]
    """By the model, before anything is cut."""
    probability: Annotated[np.ndarray, "step"]
    """With which it was drawn; nan for a token that a visitor chose, and in greedy decoding."""
    entropy: Annotated[np.ndarray, "step"]
    """Bits of the model's own distribution."""
    kept: Annotated[np.ndarray, "step"]
    """How many tokens were left to choose from."""
    alternative: Annotated[np.ndarray, "step rank"]
    """Ids of the most probable tokens."""
    alternative_log_prob: Annotated[np.ndarray, "step rank"]
    alternative_kept: Annotated[np.ndarray, "step rank"]
    """Whether they were left."""
    ended: bool
    """Whether it said its end; else it is as long as was asked for."""


@dataclass(frozen=True, eq=False)
class GenerationTrace(Trace):
    """A text and how it goes on."""

    model: str
    text: str
    method: str
    """By which a token was chosen: "sample", "greedy" or "beam", whose continuations are its hypotheses, best first."""
    prompt: Annotated[np.ndarray, "position"]
    """Ids of the text."""
    continuations: tuple[Continuation, ...]
    piece: tuple[str, ...]
    piece_id: Annotated[np.ndarray, "piece"]
    """All ids above, once."""
    length: Annotated[np.ndarray, "call"]
    """Tokens that the model had before it at each call of the first continuation."""
    seconds: Annotated[np.ndarray, "call"]
    """Of each call with a cache of keys and values; the first reads the text."""
    again_length: Annotated[np.ndarray, "again"]
    again_seconds: Annotated[np.ndarray, "again"]
    """Of calls without a cache, of as many tokens."""
    difference: float
    """Largest difference between log probabilities with the cache and without."""
    done: bool
    """Whether everything that was asked for is there."""


HEAD_RULES = ("first", "previous", "same", "induction")
"""What a head may attend to: the first token, the one before, the same token when it came before, what followed it."""


@dataclass(frozen=True, eq=False)
class HeadRulesTrace(Trace):
    """Attention of every head on a text, and by rule on random tokens that come twice."""

    model: str
    text: str
    token: tuple[str, ...]
    attention: Annotated[np.ndarray, "layer head query key", HALF]
    half: int
    """How many random tokens come twice."""
    share: Annotated[np.ndarray, "rule layer head"]
    """Of attention on them that follows each of HEAD_RULES."""
    chance: Annotated[np.ndarray, "rule"]
    """The same for attention that is spread evenly."""
    surprise: Annotated[np.ndarray, "position"]
    """Nats of each random token after the first, mean over the sequences."""
    vocabulary: int
    """Tokens that the model chooses from."""


@dataclass(frozen=True, eq=False)
class EffectsTrace(Trace):
    """What each part of a model does to the token after a text, for the most probable candidates.

    Effects are on logits, less the mean of the vocabulary's: the direct ones sum to that of the model.
    """

    model: str
    text: str
    token: tuple[str, ...]
    candidate: tuple[str, ...]
    lens: Annotated[np.ndarray, "state candidate"]
    """Log probability had the model stopped there: before the first layer, then after each part (logit lens)."""
    direct_start: Annotated[np.ndarray, "entry candidate"]
    """What the embedding and the position add."""
    direct_head: Annotated[np.ndarray, "layer head candidate"]
    direct_feed_forward: Annotated[np.ndarray, "layer candidate"]
    direct_rest: Annotated[np.ndarray, "candidate"]
    """All biases of attention, final norm and head."""
    without: Annotated[np.ndarray, "layer part candidate"]
    """Log probability after one part was switched off and all later ones computed anew: each head, last the
    feed-forward."""
    piece: tuple[str, ...]
    lens_best: Annotated[np.ndarray, "state"]
    """The most probable token then, as an index into `piece`."""
    without_best: Annotated[np.ndarray, "layer part"]


@dataclass(frozen=True, eq=False)
class VerseRates(Trace):
    """How far poems keep the form of regulated verse, counted by rule; the rules are in models/gpt/verse.py."""

    of: str
    """Which poems: "written" by the model, of the "corpus", or these with their characters "shuffled"."""
    poems: int
    form: float
    """Share of poems with four or eight lines, all of five or all of seven characters; the next are of these poems."""
    rhyme: float
    """Share of poems that rhyme."""
    alternate: float
    """Share of lines whose tones alternate."""
    oppose: float
    """Share of couplets whose tones oppose each other."""


@dataclass(frozen=True, eq=False)
class TrainingFilmTrace(Trace):
    """What a model wrote while it was trained, as its recipe recorded it."""

    model: str
    step: Annotated[np.ndarray, "row"]
    """Steps of training before."""
    val_loss: Annotated[np.ndarray, "row"]
    """Nats a token on a held-out part."""
    text: tuple[str, ...]
    """What it wrote then, always from the same seed, by row."""
    vocabulary: int
    """Tokens that it chooses from."""
    test: float
    """Nats a token on the part that was read once, after training."""
    verse: tuple[VerseRates, ...] = ()
    """Of a model that writes verse."""


@dataclass(frozen=True, eq=False)
class LearningTrace(Trace):
    """Some steps of training on a visitor's text, measured as they were made."""

    model: str
    lesson: str
    step: Annotated[np.ndarray, "row"]
    """Steps of training before."""
    loss: Annotated[np.ndarray, "row"]
    """Nats a token on the text."""
    other_loss: Annotated[np.ndarray, "row"]
    """Nats a token on a text that the model drew by itself before the first step."""
    given: str
    """The beginning of the text, which the model goes on from."""
    text: tuple[str, ...]
    """What it wrote then, always the most probable token, with what was given."""
    right: Annotated[np.ndarray, "row"]
    """Share of the tokens that it wrote which are those of the text."""
    done: bool


@dataclass(frozen=True, eq=False)
class Sight(Trace):
    """Who looks at whom in one stack, or from a decoder at an encoder."""

    query: tuple[str, ...]
    """Tokens that look."""
    key: tuple[str, ...]
    """Tokens that are looked at."""
    attention: Annotated[np.ndarray, "query key"]
    """Mean of all layers and heads."""
    largest: Annotated[np.ndarray, "query key"]
    """Largest of all layers and heads: 0 where a mask forbids it."""


@dataclass(frozen=True, eq=False)
class FamiliesTrace(Trace):
    """A sentence in an encoder alone, in an encoder with a decoder, and in a decoder alone."""

    sentence: str
    models: tuple[str, ...]
    """In this order."""
    encoder_only: Sight
    source: Sight
    """The encoder that has a decoder after it."""
    target: Sight
    """That decoder, on its own output shifted right."""
    cross: Sight
    """From it to the encoder."""
    decoder_only: Sight
    """On the sentence and what it wrote after it."""
    hidden: Annotated[np.ndarray, "word"]
    """Tokens of the first that were hidden, each alone."""
    guess: tuple[tuple[str, ...], ...]
    """What it finds most probable for each."""
    guess_probability: Annotated[np.ndarray, "word rank"]
    right_probability: Annotated[np.ndarray, "word"]
    """Of what stood there."""
    translation: str
    given: int
    """Tokens of the sentence for the decoder alone."""
    written: tuple[str, ...]
    """By which it went on."""
