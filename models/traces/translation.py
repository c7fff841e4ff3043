"""What autoregressive search and mask-predict do with one sentence, and how long they take."""

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

import numpy as np

from models.axes import HALF, Trace

METHODS = ("beam", "greedy", "sample")
"""Ways to search."""
STOPPING = ("heuristic", "at_once", "never")
"""When beam search stops: the best running hypothesis could not enter the pool at its present length, the pool is full,
or none could enter it at any length."""
MAX_LENGTH = 127
"""Tokens of an output of mask-predict."""
STRATEGIES = ("lowest", "random", "left_to_right", "picked")
"""Which positions mask-predict masks again."""


@dataclass(frozen=True, eq=False)
class SearchStep(Trace):
    """One decoder call of beam search, greedy decoding or sampling: its candidates, the best first, and what became
    of each. Rows are the running hypotheses that the call extends."""

    parent: Annotated[np.ndarray, "candidate"]
    """The row that a candidate extends."""
    token: Annotated[np.ndarray, "candidate"]
    """Its last token's id."""
    log_prob: Annotated[np.ndarray, "candidate"]
    """Of its last token, given the source and the tokens before it."""
    score: Annotated[np.ndarray, "candidate"]
    """Sum of its tokens' log probabilities."""
    fate: Annotated[np.ndarray, "candidate"]
    """Index into FATES."""
    kept: Annotated[np.ndarray, "next_row"]
    """The candidates that run on, in the order of the next call's rows; where none does, the best that ended."""
    pool: Annotated[np.ndarray, "slot"]
    """Finished hypotheses after this call, the best first: indices into the trace's `finished`, -1 where empty."""
    can_improve: bool
    """Whether a running hypothesis could still beat the worst of the pool, as far as the stopping rule can tell."""
    cross_attention: Annotated[np.ndarray, "row layer head source", HALF]
    """Of each row's last token over the source."""
    self_attention: Annotated[np.ndarray, "row layer head key", HALF]
    """Of each row's last token over the decoder's inputs up to itself."""


Fate = Literal[
    "kept",
    "finished",
    "outranked",
    "ended_outside_beam",
    "pool_was_better",
    "not_drawn",
    "filtered",
    "displaced_by_force",
]
"""kept: runs on. finished: ended, or was cut off by the longest output, and entered the pool. outranked: did not end,
and beam_width others were better.
ended_outside_beam: ended, but not among the beam_width best candidates. pool_was_better: ended among them, but the pool
was full of better ones. not_drawn: sampling drew another. filtered: temperature, top-k or top-p left it no probability.
displaced_by_force: a visitor forced another token."""
FATES: tuple[Fate, ...] = get_args(Fate)
Stopped = Literal["rule", "full", "ended", "length"]
"""Why a search ended. rule: no running hypothesis could enter the pool. full: the pool was, and that sufficed.
ended: none ran on. length: the longest output was reached."""


@dataclass(frozen=True, eq=False)
class Finished(Trace):
    """One finished hypothesis: where it ended and its score divided by length ** length_penalty."""

    step: int
    candidate: int
    score: float
    token: Annotated[np.ndarray, "position"]
    """Its ids, without the decoder's start token, with </s> where it has one."""


@dataclass(frozen=True, eq=False)
class NextTokens(Trace):
    """The distribution of the next token at each call along the output, before temperature, top-k and top-p."""

    log_prob: Annotated[np.ndarray, "call rank"]
    """From the most probable token on; -inf where a rule of the model's own forbids a token. All ranks where the
    vocabulary is small."""
    token: Annotated[np.ndarray, "call named"]
    """The ids of the first ones."""
    vocabulary: int
    """How many tokens there are."""


@dataclass(frozen=True, eq=False)
class SearchTrace(Trace):
    """One sentence through one autoregressive model, every decoder call."""

    model: str
    source: tuple[str, ...]
    """The source's pieces, </s> last."""
    output: str
    """The best hypothesis as plain text."""
    steps: tuple[SearchStep, ...]
    finished: tuple[Finished, ...]
    """In the order in which they entered the pool."""
    next_tokens: NextTokens
    piece: tuple[str, ...]
    piece_id: Annotated[np.ndarray, "piece"]
    """The id of each piece: all that occur in the steps and in next_tokens."""
    multiply_adds: int
    """Of the matrix products of encoder and decoder; 0 where they could not be counted."""
    seconds: float
    """Of encoder and decoder, recording included."""
    method: str = "beam"
    """One of METHODS."""
    length_penalty: float = 1.0
    """Exponent of the length that a finished hypothesis's score is divided by."""
    stopped: Stopped = "rule"
    forces: tuple[tuple[int, int, int], ...] = ()
    """The call, row and id of each token that a visitor forced."""
    followed: tuple[str, ...] = ()
    """Rules of the model's own generation_config that the search followed, each as "name = value"."""
    replaced: tuple[str, ...] = ()
    """Those that the visitor's settings stood in for."""
    ignored: tuple[str, ...] = ()
    """Those that the search does not follow."""
    language_token: str = ""
    """The piece of the target language that every output was made to begin with, where the model must be told."""

    @property
    def winner(self) -> Finished:
        """The hypothesis that is the output."""
        return self.finished[self.steps[-1].pool[0]]


@dataclass(frozen=True, eq=False)
class LengthCandidate(Trace):
    """One output length through all passes of mask-predict."""

    masked: Annotated[np.ndarray, "step position"]
    """Which positions the pass saw as a mask and predicted."""
    token: Annotated[np.ndarray, "step position"]
    """Ids after each pass."""
    probability: Annotated[np.ndarray, "step position"]
    """Of the token after each pass; where it was not masked, that of the pass that predicted it (stale)."""
    alternative: Annotated[np.ndarray, "step position rank"]
    """The ids that the pass found most probable at each position, masked or not."""
    alternative_probability: Annotated[np.ndarray, "step position rank"]
    probability_before: Annotated[np.ndarray, "step position rank"]
    """Of the most probable tokens of the pass that predicted what stands at a position: their probability at the
    position before, by the pass that predicted what stands there; nan at the first position."""
    probability_behind: Annotated[np.ndarray, "step position rank"]
    """Their probability at the position behind; nan at the last."""
    overlap: Annotated[np.ndarray, "step position"]
    """What a position and the one before agree on, by the passes that predicted what stands there: the sum over all
    tokens of the smaller of both probabilities; nan at the first position."""
    log_prob: float
    """Log probability of this length."""
    score: float
    """Mean log probability of its final tokens; the best candidate is the output."""


@dataclass(frozen=True, eq=False)
class RefineTrace(Trace):
    """One sentence through one non-autoregressive model by mask-predict."""

    model: str
    source: tuple[str, ...]
    output: str
    candidates: tuple[LengthCandidate, ...]
    """In the order of their lengths' probability."""
    best: int
    length_probability: Annotated[np.ndarray, "length"]
    """Of each output length from 0."""
    strategy: str
    """One of STRATEGIES."""
    cross_attention: Annotated[np.ndarray, "step layer head position source", HALF]
    """Of the best candidate."""
    self_attention: Annotated[np.ndarray, "step layer head query key", HALF]
    piece: tuple[str, ...]
    piece_id: Annotated[np.ndarray, "piece"]
    multiply_adds: int
    seconds: float
    """Of encoder and decoder, recording included."""

    @property
    def winner(self) -> LengthCandidate:
        """The length that is the output."""
        return self.candidates[self.best]


@dataclass(frozen=True, eq=False)
class DecodingTrace(Trace):
    """One sentence through an autoregressive and a non-autoregressive model."""

    sentence: str
    language: str
    """Of the translation: de or zh."""
    unseen: tuple[str, ...]
    """Words of the sentence that never occur in the training sources of the autoregressive model."""
    search: SearchTrace
    refine: RefineTrace
    raw_data_runs: tuple[RefineTrace, ...]
    """The same by the model trained on raw instead of distilled data, where there is one."""


@dataclass(frozen=True, eq=False)
class RaceTrace(Trace):
    """The time that an autoregressive and a non-autoregressive model take for one sentence, alone and in batches."""

    sentence: str
    autoregressive: str
    """The model's name."""
    non_autoregressive: str
    device: str
    search_calls: int
    """Decoder calls for the sentence alone."""
    refine_calls: int
    """Decoder calls for the sentence alone: one for each pass."""
    search_seconds: float
    """For the sentence alone, recording included."""
    refine_seconds: float
    search_multiply_adds: int
    """For the sentence alone, of the matrix products of encoder and decoder; 0 where they could not be counted."""
    refine_multiply_adds: int
    copies: Annotated[np.ndarray, "batch"]
    """How many copies of the sentence were translated at once."""
    search_batch_seconds: Annotated[np.ndarray, "batch"]
    """For all copies, without recording; nan where it was not measured."""
    refine_batch_seconds: Annotated[np.ndarray, "batch"]
