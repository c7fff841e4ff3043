"""One wrong token in what a translator has said: does the rest drift, or recover?

In training by teacher forcing a decoder reads true prefixes only, in use its own: what it says after a wrong token of
its own was never trained (exposure bias: Ranzato et al. 2016). Whether that matters is disputed: He et al. 2021 find
that models recover, Arora et al. 2022 that errors add up.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from transformers import DynamicCache, EncoderDecoderCache, LogitsProcessorList
from transformers.modeling_outputs import BaseModelOutput

from models.anatomy.teacher_forcing import greedy_inputs, predict
from models.checkpoint import OpenModel
from models.errors import InputError
from models.progress import NO_PROGRESS, Progress
from models.search import Force
from models.strategies.alignment import changed
from models.traces import MISTAKES, REMOVED, WrongTokenTrace
from models.translation import rules
from models.translation.pieces import pieces
from models.translation.sentence import clean

RANKS = 6
"""Of the most probable tokens that are kept."""


class Source(NamedTuple):
    """A sentence that a translator has read."""

    model: Any
    ids: torch.Tensor
    """(1, source)"""
    states: torch.Tensor
    """(1, source, width): the encoder's"""
    own: LogitsProcessorList
    """The rules of the model's own generation_config."""
    start: int
    eos: set[int]
    longest: int
    """Tokens of an output at most."""


class Written(NamedTuple):
    """Outputs that a translator has written greedily."""

    ids: torch.Tensor
    """(row, step), REMOVED after the end"""
    log_prob: torch.Tensor
    """(step, V): of the first row, by the model's own rules"""


@torch.inference_mode()
def trace(
    sentence: str,
    language: str,
    translator: OpenModel,
    mistake: str = MISTAKES[0],
    swaps: tuple[Force, ...] = (),
    progress: Progress = NO_PROGRESS,
) -> WrongTokenTrace:
    """Replace each token of the translator's greedy output in turn, and see how it goes on.

    mistake: one of MISTAKES. swaps: (position, 0, id) each: a token that is put instead. Raises InputError when the
    sentence cannot be used, a swap does not fit the output, or the model gives no numbers.
    """
    line = clean(sentence)
    source = read(line, language, translator)
    plain = write(source, progress=progress)
    output, best = plain.ids[0], plain.log_prob.topk(min(RANKS, plain.log_prob.shape[1]))
    special = translator.reader.all_special_ids
    wrong = second_choice(plain) if mistake == "second" else any_token(plain, special)
    for position, row, token in swaps:
        if row or position >= len(output) or token >= plain.log_prob.shape[1] or token == output[position]:
            raise InputError("decoding.force")
        wrong[position] = token
    after = write(source, with_wrong(output, wrong), progress).ids
    after[wrong == REMOVED] = REMOVED
    used = torch.cat([output, best.indices.flatten(), wrong, after.flatten()]).unique()
    used = used[used != REMOVED]
    return WrongTokenTrace(
        sentence=line,
        model=translator.reference,
        mistake=mistake,
        source=pieces(translator.reader, source.ids[0].tolist(), source=True),
        output=output.cpu().numpy(),
        alternative=best.indices.cpu().numpy(),
        alternative_log_prob=best.values.cpu().numpy(),
        wrong=wrong.cpu().numpy(),
        after=after.cpu().numpy(),
        divergence=divergence(source, output, wrong, progress),
        changed=shares(output, after),
        piece=pieces(translator.reader, used.tolist()),
        piece_id=used.cpu().numpy(),
    )


def read(line: str, language: str, translator: OpenModel) -> Source:
    """Encode a clean sentence. Raises InputError when it, or the model's own rules, cannot be used."""
    model = translator.model
    inputs, followed = greedy_inputs(line, language, translator)
    states, own, _ = rules.prepare(model, inputs.ids, followed, inputs.search.asked())
    if states.isnan().any():
        raise InputError("model.no_numbers", reference=translator.reference)
    return Source(model, inputs.ids, states, own, followed.start, followed.eos, inputs.search.max_length)


def write(source: Source, given: torch.Tensor | None = None, progress: Progress = NO_PROGRESS) -> Written:
    """Greedy outputs, all rows at once.

    given: ids (row, step) that a row says first, REMOVED where the model chooses; without it one row that chooses all.
    """
    where = source.states.device
    given = torch.empty(1, 0, dtype=torch.long, device=where) if given is None else given
    said: Any = torch.full((len(given), 1), source.start, device=where)
    ended = torch.zeros(len(given), dtype=torch.bool, device=where)
    cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
    kept, log_prob = [], []
    for step in range(source.longest):
        progress.beat()
        logits = source.model(
            encoder_outputs=BaseModelOutput(source.states.expand(len(given), -1, -1)),  # type: ignore[arg-type]
            decoder_input_ids=said[:, -1:],
            past_key_values=cache,
            use_cache=True,
        ).logits[:, -1]
        scores: Any = source.own(said, logits.float())  # row, V
        chosen = scores.argmax(-1)
        if step < given.shape[1]:
            chosen = torch.where(given[:, step] == REMOVED, chosen, given[:, step])
        log_prob.append(scores[0].log_softmax(-1))
        kept.append(chosen.masked_fill(ended, REMOVED))
        ended |= torch.isin(chosen, torch.tensor(sorted(source.eos), device=where))
        said = torch.cat([said, chosen[:, None]], 1)
        if ended.all():
            break
    return Written(torch.stack(kept, 1), torch.stack(log_prob))


def second_choice(plain: Written) -> torch.Tensor:
    """The second most probable token (step,) at each step of an output; REMOVED where only one is allowed."""
    best = plain.log_prob.topk(2)
    other = torch.where(best.indices[:, 0] == plain.ids[0], best.indices[:, 1], best.indices[:, 0])
    return other.masked_fill(best.values[:, 1].isinf(), REMOVED)


def any_token(plain: Written, special: list[int]) -> torch.Tensor:
    """For each token of an output another one of the vocabulary (step,), drawn evenly and always alike, none of the
    `special` ones."""
    draws = torch.rand(plain.log_prob.shape, generator=torch.Generator().manual_seed(0))
    draws[:, special] = -1
    draws.scatter_(1, plain.ids[0].cpu()[:, None], -1)
    return draws.argmax(1).to(plain.ids.device)


def with_wrong(output: torch.Tensor, wrong: torch.Tensor) -> torch.Tensor:
    """For each position what is said first, (position, position): the output up to it, then the wrong token."""
    before = torch.ones(len(output), len(output), dtype=torch.bool, device=output.device).tril(-1)
    return torch.where(before, output, REMOVED).diagonal_scatter(wrong)


def divergence(source: Source, output: torch.Tensor, wrong: torch.Tensor, progress: Progress) -> np.ndarray:
    """KL divergence in nats, (position, later), of what is predicted after one `wrong` token (position,) from what is
    predicted after the `output` (position,), nothing else changed; nan up to the wrong token."""
    read = torch.cat([output.new_tensor([source.start]), output[:-1]])[None]
    right = predict(source.model, source.states, read).log_prob
    found = np.full((len(output), len(output)), np.nan)
    for at in range(len(output) - 1):
        progress.beat()
        if wrong[at] != REMOVED:
            changed_one = read.clone()
            changed_one[0, at + 1] = wrong[at]
            other = predict(source.model, source.states, changed_one).log_prob
            each = torch.where(right.isinf(), 0, right.exp() * (right - other)).sum(-1)
            found[at, at + 1 :] = each[at + 1 :].clamp(min=0).cpu().numpy()
    return found


def shares(output: torch.Tensor, after: torch.Tensor) -> np.ndarray:
    """For each position of an output (position,) the share of what came later that is not in both, given the outputs
    `after` a wrong token there (position, step)."""
    later = [(output[at + 1 :].tolist(), row[at + 1 :]) for at, row in enumerate(after)]
    return np.array([changed(one, other[other != REMOVED].tolist()) for one, other in later])
