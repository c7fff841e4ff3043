"""How a next token is chosen from a language model's logits: the library's processors, in generate()'s order."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from transformers import LogitsProcessorList
from transformers.generation import logits_process

Method = Literal["greedy", "sample", "beam"]


@dataclass(frozen=True)
class Sampling:
    """What a visitor chose."""

    method: Method = "sample"
    temperature: float = 1.0
    top_k: int = 0
    """0: off."""
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    seed: int = 0
    beam_width: int = 4

    def processors(self) -> LogitsProcessorList:
        """What changes the logits (row, vocabulary) after ids (row, token): the penalty, all else in sampling only."""
        found = LogitsProcessorList()
        if self.repetition_penalty != 1:
            found.append(logits_process.RepetitionPenaltyLogitsProcessor(float(self.repetition_penalty)))
        if self.method == "sample":
            if self.temperature != 1:
                found.append(logits_process.TemperatureLogitsWarper(float(self.temperature)))
            if self.top_k:
                found.append(logits_process.TopKLogitsWarper(self.top_k))
            if self.top_p < 1:
                found.append(logits_process.TopPLogitsWarper(float(self.top_p)))
            if self.min_p:
                found.append(logits_process.MinPLogitsWarper(float(self.min_p)))
        return found

    def asked(self) -> dict[str, Any]:
        """The same, as generate() is asked for it; its draws come from torch's own generator, seeded by `seed`."""
        chosen = {name: value for name, value in asdict(self).items() if name not in ("method", "seed", "beam_width")}
        beams = self.beam_width if self.method == "beam" else 1
        return {**chosen, "min_p": self.min_p or None, "do_sample": self.method == "sample", "num_beams": beams}

    def choose(self, scores: torch.Tensor, draws: torch.Generator) -> int:
        """A token by the scores (vocabulary,) that the processors left."""
        if self.method == "greedy":
            return int(scores.argmax())
        return int(torch.multinomial(scores.softmax(-1).cpu(), 1, generator=draws))
