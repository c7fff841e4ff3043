"""How encoders know the order of their tokens: tables of positions, and what happens without them.

Vaswani et al. 2017, section 3.5. Without positions attention and feed-forward treat the tokens as a set: a shuffled
sentence gives the same outputs in another order (permutation equivariance).
"""

import torch
from torch.nn import functional as F

from models.anatomy.walk import walk
from models.checkpoint import OpenModel
from models.progress import NO_PROGRESS, Progress
from models.traces import OrderTrace, PositionTablesTrace
from models.translation import layers as translation
from models.translation.pieces import pieces
from models.translation.sentence import clean, encode
from models.vit import layers as vision

MAX_POSITIONS = 128
"""Of the table that are kept."""
N_FROM = 32
"""First positions from which distances are measured."""
SEED = 0
"""Of the shuffled order."""


def tables(translator: OpenModel, vit: OpenModel, progress: Progress = NO_PROGRESS) -> PositionTablesTrace:
    """Tables of positions of both models. Raises InputError for a translator that cannot be used."""
    translation.check(translator.model, translator.reference)
    progress.beat()
    with torch.inference_mode():
        count = min(MAX_POSITIONS, translator.model.config.max_position_embeddings)
        none = torch.zeros(count, dtype=torch.long, device=translator.model.device)
        table = translation.start(translator.model, "encoder", none).position.detach()
        side = vit.model.config.image_size
        rows, columns = vision.grid(vit.model, (side, side))
        patches = vision.position_embeddings(vit.model)[-rows * columns :].detach()
        directions = F.normalize(patches, dim=-1)
    return PositionTablesTrace(
        translator=translator.reference,
        vit=vit.reference,
        table=table.cpu().numpy(),
        sinusoid_error=float((table - sinusoids(*table.shape).to(table)).abs().max()),
        product=products(table).cpu().numpy(),
        grid=(rows, columns),
        vit_table=patches.cpu().numpy(),
        vit_cosine=(directions @ directions.T).cpu().numpy(),
    )


def order(sentence: str, translator: OpenModel, progress: Progress = NO_PROGRESS) -> OrderTrace:
    """A shuffled sentence through a translator's encoder, with positions and without.

    Raises InputError for a sentence or a translator that cannot be used.
    """
    translation.check(translator.model, translator.reference)
    progress.beat()
    with torch.inference_mode():
        ids = encode(translator, clean(sentence))[0]
        places = shuffled(len(ids))
        change = [equivariance_error(translator, ids, places, kept) for kept in (True, False)]
    return OrderTrace(
        token=pieces(translator.reader, ids.tolist(), source=True),
        order=places.numpy(),
        change=torch.stack(change).cpu().numpy(),
    )


def sinusoids(positions: int, width: int) -> torch.Tensor:
    """Sines, then cosines, of positions over 10,000 to the power 2i / width: (position, width).

    The paper has them by turns, Marian one after the other; dot products are the same.
    """
    rate = 10000 ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)
    angle = torch.arange(positions, dtype=torch.float64)[:, None] * rate
    return torch.cat([angle.sin(), angle.cos()[:, : width // 2]], -1)


def products(table: torch.Tensor) -> torch.Tensor:
    """Dot products of first positions with those up to so far behind them, by their own: (position, distance)."""
    count = min(N_FROM, (len(table) + 1) // 2)
    rows = [table[at : at + len(table) - count + 1] @ table[at] / table[at].square().sum() for at in range(count)]
    return torch.stack(rows)


def shuffled(length: int) -> torch.Tensor:
    """A random order of all tokens but the last, which ends the sentence: (place,)."""
    order = torch.randperm(length - 1, generator=torch.Generator().manual_seed(SEED))
    return torch.cat([order, torch.tensor([length - 1])])


def equivariance_error(translator: OpenModel, ids: torch.Tensor, order: torch.Tensor, positions: bool) -> torch.Tensor:
    """How far each token's output moves when the tokens change places, divided by its norm: (token,).

    ids: (token,). order: which token stands at each place. positions: whether the encoder gets them.
    """
    stack = translation.stacks(translator.model)["encoder"]

    def encoded(tokens: torch.Tensor) -> torch.Tensor:
        stream = translation.start(translator.model, "encoder", tokens, positions).stream
        *_, last = walk(stack, stream)
        return last[-1].stream

    before = encoded(ids)
    after = torch.empty_like(before)
    after[order] = encoded(ids[order])
    return (after - before).norm(dim=-1) / before.norm(dim=-1)
