"""One sentence through the three families of language models: who may see whom, and what each of them makes of it.

An encoder alone fills in what is hidden, an encoder with a decoder translates, a decoder alone goes on.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from models.anatomy.teacher_forcing import Reading, reading
from models.checkpoint import OpenModel
from models.errors import InputError
from models.gpt.prompt import encode
from models.progress import NO_PROGRESS, Progress
from models.traces import FamiliesTrace, Sight
from models.translation.pieces import pieces, text

LANGUAGE = "de"
"""Of the translation."""
CONTINUED = 24
"""Tokens by which a decoder alone goes on."""
GUESSES = 5
"""Tokens that are kept for each hidden one."""


@torch.inference_mode()
def trace(
    sentence: str,
    encoder_only: OpenModel,
    encoder_decoder: OpenModel,
    decoder_only: OpenModel,
    progress: Progress = NO_PROGRESS,
) -> FamiliesTrace:
    """The attention of each family's stacks on a sentence, and what each makes of it.

    Raises InputError when a model cannot use the sentence, has no token that hides another, or gives no numbers.
    """
    encode(decoder_only, sentence)  # refuses characters that the model does not know
    filled = reading(sentence, LANGUAGE, encoder_only)
    guess, probability, hidden, right = _fill(encoder_only, filled.read)
    progress.beat()
    translated = reading(sentence, LANGUAGE, encoder_decoder)
    progress.beat()
    written = reading(sentence, LANGUAGE, decoder_only, CONTINUED)
    progress.beat()
    asked = {"decoder_input_ids": translated.read, "use_cache": False, "output_attentions": True}
    both = encoder_decoder.model(input_ids=translated.ids, **asked)
    alone = encoder_only.model(filled.read, output_attentions=True).attentions
    last = decoder_only.model(written.read, use_cache=False, output_attentions=True).attentions
    source, target = _names(encoder_decoder, translated.ids, source=True), _names(encoder_decoder, translated.read)
    return FamiliesTrace(
        sentence=sentence,
        models=(encoder_only.reference, encoder_decoder.reference, decoder_only.reference),
        encoder_only=_sight(alone, _names(encoder_only, filled.read), encoder_only),
        source=_sight(both.encoder_attentions, source, encoder_decoder),
        target=_sight(both.decoder_attentions, target, encoder_decoder),
        cross=_sight(both.cross_attentions, source, encoder_decoder, target),
        decoder_only=_sight(last, _names(decoder_only, written.read), decoder_only),
        hidden=hidden,
        guess=guess,
        guess_probability=probability,
        right_probability=right,
        translation=text(encoder_decoder.reader, translated.says.tolist()),
        given=written.given,
        written=_names(decoder_only, _says(written)[None]),
    )


def _says(written: Reading) -> torch.Tensor:
    """Ids (token,) by which a decoder went on."""
    return written.says[written.given - 1 :]


def _names(opened: OpenModel, ids: torch.Tensor, source: bool = False) -> tuple[str, ...]:
    """The pieces of ids (1, token)."""
    return pieces(opened.reader, ids[0].tolist(), source=source)


def _sight(
    attention: Sequence[torch.Tensor], keys: tuple[str, ...], opened: OpenModel, queries: tuple[str, ...] = ()
) -> Sight:
    """From the weights (1, head, query, key) of every layer. Raises InputError where they are no numbers."""
    weights = torch.cat(list(attention), 1)[0].float()  # layer * head, query, key
    if not weights.isfinite().all():
        raise InputError("model.no_numbers", reference=opened.reference)
    return Sight(queries or keys, keys, weights.mean(0).cpu().numpy(), weights.amax(0).cpu().numpy())


def _fill(
    opened: OpenModel, ids: torch.Tensor
) -> tuple[tuple[tuple[str, ...], ...], np.ndarray, np.ndarray, np.ndarray]:
    """What an encoder guesses for each token of ids (1, token) that is no sign of its own, hidden alone."""
    reader, model = opened.reader, opened.model
    if reader.mask_token_id is None:
        raise InputError("generation.no_mask", reference=opened.reference)
    places = [at for at, token in enumerate(ids[0].tolist()) if token not in reader.all_special_ids]
    rows = torch.arange(len(places), device=ids.device)
    at = torch.tensor(places, device=ids.device)
    covered = ids.repeat(len(places), 1)
    covered[rows, at] = reader.mask_token_id
    probability: Any = model(covered).logits[rows, at].float().softmax(-1)  # word, vocabulary
    best = probability.topk(GUESSES)
    guess = tuple(pieces(reader, row) for row in best.indices.tolist())
    right = probability[rows, ids[0, at]]
    return guess, best.values.cpu().numpy(), np.array(places), right.cpu().numpy()
