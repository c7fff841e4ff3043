"""Cross-attention: where every layer and head looks in the source, and what the loss of a source token changes."""

import torch

from models.anatomy.teacher_forcing import compare, encode, know, named, predict
from models.checkpoint import OpenModel
from models.errors import InputError
from models.families import text_layers
from models.progress import NO_PROGRESS, Progress
from models.traces import CrossTrace


@torch.inference_mode()
def trace(*, sentence: str, language: str, model: OpenModel, progress: Progress = NO_PROGRESS) -> CrossTrace:
    """The decoder's attention along the model's own output, and its predictions without each token of the source.

    A token is kept from the cross-attention of all layers, or from the encoder as well; its place stays. Raises
    InputError where there is one stack alone or the sentence cannot be used, and whatever `progress` raises.
    """
    if len(text_layers(model.model).STACKS) == 1:
        raise InputError("anatomy.no_cross", reference=model.reference)
    known = know(sentence, language, model)
    ids, read = known.reading.ids, known.reading.read
    without: dict[str, list[torch.Tensor]] = {"hidden": [], "removed": []}
    for source in range(ids.shape[1]):
        progress.beat()
        seen = torch.ones_like(ids)
        seen[0, source] = 0
        without["hidden"].append(predict(model.model, known.states, read, seen=seen).log_prob)
        without["removed"].append(predict(model.model, encode(model.model, ids, seen), read, seen=seen).log_prob)
    changes = {name: compare(known.plain.log_prob, after) for name, after in without.items()}
    ids = [array for each in changes.values() for array in (each.token, each.then)]
    return CrossTrace(
        sentence=sentence,
        **named(model, known, *ids),
        attention=torch.cat(known.plain.cross_attention).float().cpu().numpy(),
        hidden=changes["hidden"],
        removed=changes["removed"],
    )
