"""Beam search, greedy decoding and sampling, a call of a model at a time, with what became of every candidate.

Token by token the same as the library's generate(). The algorithm is that of transformers 5.23, generation/utils.py,
`_beam_search` and `_sample`, for one text. A model's rules apply as there: to log probabilities in beam search, which
are normalised again only where the model says so, else to the scores before softmax.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import LogitsProcessorList

from models.errors import InputError
from models.progress import Progress
from models.traces import FATES, Finished
from models.traces.translation import Stopped

Force = tuple[int, int, int]
"""A call, a row and a token's id: what a visitor forces."""
HEEDED = {"beam": ("early_stopping", "length_penalty"), "sample": ("temperature", "top_k", "top_p"), "greedy": ()}
"""What each way to search heeds besides its width and the longest output."""
Candidates = dict[str, np.ndarray]
"""parent, token, log_prob and score of continuations, the best first, as in SearchStep."""


@dataclass(frozen=True)
class Settings:
    """How to search. A beam of width 1 stops at its first </s>, as greedy decoding does."""

    method: str = "beam"
    beam_width: int = 4
    length_penalty: float = 1.0
    """Exponent of the length that a finished hypothesis's score is divided by (beam only)."""
    early_stopping: bool | str = False
    """Stop when beam_width hypotheses have finished (True), when at its present length the best running one could not
    beat the worst of them (False), or when it could not even at the length that favours it most ("never")."""
    max_length: int = 64
    """New tokens at most; the decoder's start token does not count."""
    temperature: float = 1.0
    top_k: int = 0
    """0: off."""
    top_p: float = 1.0
    seed: int = 0
    n_candidate: int = 8
    """Candidates kept of each call of greedy decoding and sampling; beam search keeps all that it looks at."""
    forced_bos_token_id: int | None = None
    """The first token of every output, a target language, where the model's own rules name none."""

    @property
    def width(self) -> int:
        """Hypotheses that run on at most."""
        return self.beam_width if self.method == "beam" else 1

    def chosen(self) -> dict[str, Any]:
        """What stands in for the model's own settings, by the name that generation_config has for each."""
        return {
            "num_beams": self.width,
            "do_sample": self.method == "sample",
            "max_length": self.max_length + 1,
            "max_new_tokens": self.max_length,
            **{name: getattr(self, name) for name in (*HEEDED["beam"], *HEEDED["sample"])},
        }

    def asked(self) -> dict[str, Any]:
        """What to ask the library's generate() for: what this way to search heeds of `chosen`."""
        names = ("num_beams", "do_sample", "max_new_tokens", *HEEDED[self.method])
        asked = {name: value for name, value in self.chosen().items() if name in names}
        return asked | {"forced_bos_token_id": self.forced_bos_token_id}


class Search(ABC):
    """A search under way: the running hypotheses, the pool of finished ones, and what every call left."""

    rules: LogitsProcessorList
    warpers: LogitsProcessorList
    """What changes a call's scores: set by `begin`."""

    def __init__(self, prefix: torch.Tensor, eos: set[int], settings: Settings, forces: tuple[Force, ...] = ()) -> None:
        """prefix: ids (token,) that every hypothesis begins with and that are no part of it; eos: what ends one."""
        self.stopped: Stopped = "length"
        self.forces = {step: (row, token) for step, row, token in forces}
        self.settings = settings
        beam, self.width = settings.method == "beam", settings.width
        self.n_candidate = max(2, 1 + len(eos)) * self.width if beam else settings.n_candidate
        self.length_penalty = settings.length_penalty if beam else 1.0
        self.early_stopping = settings.early_stopping if self.width > 1 else True
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.eos, self.n_prefix = eos, len(prefix)
        self.rows = [prefix.tolist()]
        self.scores = torch.zeros(1, device=prefix.device)  # row
        self.pool: list[Finished] = []
        self.finished: list[Finished] = []
        self.calls: list[dict[str, Any]] = []

    @abstractmethod
    def begin(self) -> None:
        """Read what the search begins with, and set `rules` and `warpers`."""

    @abstractmethod
    def call(self) -> tuple[torch.Tensor, dict[str, Any]]:
        """The logits (row, V) after all rows, of which the cache has all but what is new; and what to keep of it."""

    @abstractmethod
    def reorder(self, parents: Any) -> None:
        """Make the cache's rows those of `parents` (row,), a tensor."""

    def decode(self, progress: Progress) -> None:
        """Call the model until no hypothesis runs on, none could enter the pool, or early stopping closes it."""
        self.begin()
        for step in range(self.settings.max_length):
            if step:
                progress.beat()
            logits, seen = self.call()
            candidates, fate = self.choose(step, logits)
            kept = [index for index, name in enumerate(fate) if name == "kept"]
            can_improve = bool(kept) and self.could_improve(candidates["score"][kept[0]], step + 1)
            last = fate.index("finished") if "finished" in fate else 0
            places = [self.finished.index(hypothesis) for hypothesis in self.pool]
            self.calls.append(
                {
                    **candidates,
                    "fate": np.array([FATES.index(name) for name in fate]),
                    "kept": np.array(kept or [last]),
                    "pool": np.array(places + [-1] * (self.width - len(places))),
                    "can_improve": can_improve,
                    **seen,
                }
            )
            if step + 1 == self.settings.max_length:
                return
            full = len(self.pool) == self.width and self.early_stopping is True
            if full or not can_improve:
                self.stopped = "full" if full else "rule" if kept else "ended"
                return
            self.advance(candidates, kept)

    def choose(self, step: int, logits: torch.Tensor) -> tuple[Candidates, list[str]]:
        """The candidates of one call with scores before softmax (row, V), and each one's fate."""
        ids: Any = torch.tensor(self.rows, device=logits.device)  # row, length
        allowed = self.allowed(ids, logits)
        if not allowed.isfinite().any():
            raise InputError("decoding.no_candidates", call=step + 1)
        if step in self.forces:
            row, token = self.forces[step]
            if row >= logits.shape[0] or token >= logits.shape[1]:
                raise InputError("decoding.force")
            if allowed[row, token].isinf():
                allowed[row, token] = logits[row].log_softmax(-1)[token]
            self.pool = []
            if self.settings.method == "sample":
                self.draw(ids, allowed)  # unused, so that later calls draw the same as without a force
            return self.follow(step, allowed, row * logits.shape[1] + token, "displaced_by_force")
        if self.settings.method == "beam":
            return self.beam(step, allowed)
        if self.settings.method == "greedy":
            return self.follow(step, allowed, int(allowed.argmax()), "outranked")
        probability, drawn = self.draw(ids, allowed)
        candidates, fate = self.follow(step, allowed, drawn, "not_drawn")
        impossible = probability[0, candidates["token"]] == 0
        return candidates, ["filtered" if out else name for out, name in zip(impossible, fate, strict=True)]

    def allowed(self, ids: Any, logits: Any) -> torch.Tensor:
        """Log probabilities (row, V) of scores before softmax by the model's own rules, after `ids` (row, length)."""
        rules: Any = self.rules
        if self.settings.method == "beam":
            return rules(ids, logits.log_softmax(-1))
        return rules(ids, logits).log_softmax(-1)

    def draw(self, ids: Any, log_prob: Any) -> tuple[torch.Tensor, int]:
        """The probabilities (1, V) after temperature, top-k and top-p, and a token drawn by them."""
        probability = self.warpers(ids, log_prob).softmax(-1).cpu()
        return probability, int(torch.multinomial(probability, 1, generator=self.generator))

    def beam(self, step: int, log_prob: torch.Tensor) -> tuple[Candidates, list[str]]:
        """The first `width` candidates that did not end run on; of the first `width`, those that did seek the pool."""
        candidates, ended = self.extend(step, log_prob)
        fate = ["ended_outside_beam" if int(token) in self.eos else "outranked" for token in candidates["token"]]
        for index in [index for index, end in enumerate(ended) if not end][: self.width]:
            fate[index] = "kept"
        self.enter(step, candidates, [index for index, end in enumerate(ended[: self.width]) if end], fate)
        return candidates, fate

    def follow(self, step: int, log_prob: torch.Tensor, place: int, lost: str) -> tuple[Candidates, list[str]]:
        """One candidate alone, at a `place` of the flat log probabilities; the fate of all others is `lost`."""
        candidates, ended = self.extend(step, log_prob, place)
        chosen = (candidates["parent"] * log_prob.shape[1] + candidates["token"]).tolist().index(place)
        fate = ["kept" if index == chosen else lost for index in range(len(ended))]
        self.enter(step, candidates, [chosen] if ended[chosen] else [], fate)
        return candidates, fate

    def extend(self, step: int, log_prob: torch.Tensor, place: int | None = None) -> tuple[Candidates, list[bool]]:
        """The best continuations of all rows by their score, the one at `place` in any case, and whether each ended."""
        total = (log_prob + self.scores[:, None]).flatten()  # row * V
        index = total.topk(min(self.n_candidate, len(total))).indices
        index = index[total[index].isfinite()]  # what a rule forbids is no candidate
        if place is not None and not (index == place).any():
            index = torch.cat([index, index.new_tensor([place])])
        found = (index // log_prob.shape[1], index % log_prob.shape[1], log_prob.flatten()[index], total[index])
        names = ("parent", "token", "log_prob", "score")
        candidates = {name: values.cpu().numpy() for name, values in zip(names, found, strict=True)}
        return candidates, [step + 1 == self.settings.max_length or int(t) in self.eos for t in candidates["token"]]

    def enter(self, step: int, candidates: Candidates, ends: list[int], fate: list[str]) -> None:
        """Offer the candidates `ends` to the pool, which keeps the best `width`, and write their `fate`."""
        score = candidates["score"] / (step + 1) ** self.length_penalty  # float32, as in the library
        new = []
        for index in ends:
            tokens = [*self.rows[candidates["parent"][index]][self.n_prefix :], candidates["token"][index]]
            new.append(Finished(step, index, float(score[index]), np.array(tokens)))
        self.pool = sorted([*self.pool, *new], key=lambda hypothesis: -hypothesis.score)[: self.width]
        self.finished += [hypothesis for hypothesis in new if hypothesis in self.pool]
        for hypothesis in new:
            fate[hypothesis.candidate] = "finished" if hypothesis in self.pool else "pool_was_better"

    def could_improve(self, score: np.float32, length: int) -> bool:
        """Whether the best running hypothesis, at the length that the stopping rule assumes, beats the pool's worst."""
        if self.early_stopping == "never" and self.length_penalty > 0:
            length = self.settings.max_length
        full = len(self.pool) == self.width
        return not full or bool(score / length**self.length_penalty > self.pool[-1].score)

    def advance(self, candidates: Candidates, kept: list[int]) -> None:
        """Make the kept candidates the next call's rows."""
        device = self.scores.device
        parents: Any = torch.from_numpy(candidates["parent"][kept]).to(device)
        self.rows = [[*self.rows[candidates["parent"][i]], int(candidates["token"][i])] for i in kept]
        self.scores = torch.from_numpy(candidates["score"][kept]).to(device)
        self.reorder(parents)
