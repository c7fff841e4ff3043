"""What each head of a language model attends to: on a visitor's text, and by rule on random tokens that come twice.

Random tokens have no grammar, so a head that finds what followed the same token before can only have looked for it
(induction heads; Olsson et al. 2022). Their first token is where attention goes that has nothing to do (attention
sinks; Xiao et al. 2024).
"""

from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from models.checkpoint import OpenModel
from models.errors import InputError
from models.gpt.prompt import encode, n_heads, positions
from models.progress import NO_PROGRESS, Progress
from models.traces import HEAD_RULES, HeadRulesTrace
from models.translation.pieces import pieces

SEED = 0
HALF = 48
"""Random tokens that come twice, where the model has positions for them."""
SEQUENCES = 4
MAX_WEIGHTS = 3_000_000
"""Of attention that a page can show."""


@torch.inference_mode()
def trace(text: str, model: OpenModel, progress: Progress = NO_PROGRESS) -> HeadRulesTrace:
    """The attention of every layer and head on a text, and how much of it follows each rule on repeated random tokens.

    Raises InputError when the text cannot be used, when there would be too many weights to show, or where the model
    gives none.
    """
    ids = encode(model, text)
    refuse_many(model, ids.shape[1])
    progress.beat()
    attention = _attention(model, ids)[0][:, 0]  # layer, head, query, key
    half = min(HALF, positions(model.model) // 2)
    twice = repeated(model, half)
    progress.beat()
    weights, logits = _attention(model, twice)
    losses = F.cross_entropy(logits[:, :-1].float().transpose(1, 2), twice[:, 1:], reduction="none").mean(0)
    return HeadRulesTrace(
        model=model.reference,
        text=text,
        token=pieces(model.reader, ids[0].tolist()),
        attention=attention.cpu().numpy(),
        half=half,
        share=np.stack([follows(weights, rule, half) for rule in HEAD_RULES]),
        chance=np.array([follows(_evenly(2 * half), rule, half).item() for rule in HEAD_RULES]),
        surprise=losses.cpu().numpy(),
        vocabulary=logits.shape[-1],
    )


def refuse_many(model: OpenModel, tokens: int) -> None:
    """Raise InputError where a text of `tokens` has more weights of attention than a page can show."""
    heads = n_heads(model.model)
    most = int((MAX_WEIGHTS / heads) ** 0.5)
    if tokens > most:
        raise InputError("generation.many_heads", reference=model.reference, heads=heads, tokens=tokens, maximum=most)


def repeated(model: OpenModel, half: int) -> torch.Tensor:
    """Ids (sequence, 2 · half): random ones that the model has a row for and no special ones, each sequence twice."""
    special = set(model.reader.all_special_ids)
    rows = min(len(model.reader), model.model.get_input_embeddings().num_embeddings)
    ordinary = torch.tensor([one for one in range(rows) if one not in special])
    draws = torch.randint(len(ordinary), (SEQUENCES, half), generator=torch.Generator().manual_seed(SEED))
    once = ordinary[draws].to(model.model.device)
    return torch.cat([once, once], 1)


def follows(weights: torch.Tensor, rule: str, half: int) -> np.ndarray:
    """Mean share of attention that follows a rule, by layer and head.

    weights: (layer, sequence, head, query, key) on tokens that come twice, `half` each time. Queries are those for
    which the rule names a key that is not the query itself: for rules about an earlier time the second half.
    """
    queries = torch.arange(half, 2 * half) if rule in ("same", "induction") else torch.arange(2, 2 * half)
    keys = {
        "first": torch.zeros_like(queries),
        "previous": queries - 1,
        "same": queries - half,
        "induction": queries - half + 1,
    }[rule]
    return weights[..., queries, keys].mean(-1).mean(1).cpu().numpy()


def _evenly(length: int) -> torch.Tensor:
    """Attention that spreads evenly over what a query may see: (1, 1, 1, query, key)."""
    seen = torch.ones(length, length).tril()
    return (seen / seen.sum(-1, keepdim=True))[None, None, None]


def _attention(model: OpenModel, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights (layer, sequence, head, query, key) and logits (sequence, token, vocabulary)."""
    answer: Any = model.model(ids, use_cache=False, output_attentions=True)
    if not answer.logits.isfinite().all() or not answer.attentions or answer.attentions[0] is None:
        raise InputError("model.no_numbers", reference=model.reference)
    return torch.stack(answer.attentions).float(), answer.logits
