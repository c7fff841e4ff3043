"""One sentence, decoded by an autoregressive and by a non-autoregressive translator."""

from dataclasses import replace
from typing import Any, NamedTuple

import torch

from models.attention import refuse_oversized_attention
from models.checkpoint import OpenModel, bundled, open_model
from models.progress import NO_PROGRESS, Progress
from models.search import Force
from models.search import Settings as SearchSettings
from models.traces import DecodingTrace, RefineTrace
from models.translation import beam_search, mask_predict, rules
from models.translation.bundled import AUTOREGRESSIVE, NON_AUTOREGRESSIVE, RAW_COUNTERPART
from models.translation.language import tell
from models.translation.positions import refuse_long
from models.translation.sentence import MAX_TOKENS, encode, refuse_without_row, unseen
from models.translation.settings import Settings


def open_translators(
    autoregressive: str, non_autoregressive: str, progress: Progress = NO_PROGRESS
) -> dict[str, OpenModel]:
    """Both models, each a bundled name, a folder or a Hub id, and as "raw_data" the second one's counterpart.

    The counterpart learned from raw instead of distilled data; only a bundled model has one. Raises InputError when a
    model, or its own generation_config, cannot be used, and whatever `progress` raises.
    """
    searching = open_model(autoregressive, AUTOREGRESSIVE, "text", progress)
    rules.read(searching.model, searching.reference)
    opened = {
        "autoregressive": searching,
        "non_autoregressive": open_model(non_autoregressive, NON_AUTOREGRESSIVE, "text", progress),
    }
    counterpart = RAW_COUNTERPART.get(opened["non_autoregressive"].reference)
    if counterpart in bundled():
        opened["raw_data"] = open_model(counterpart, NON_AUTOREGRESSIVE, "text", progress)
    return opened


def decode(
    *,
    sentence: str,
    language: str,
    autoregressive: OpenModel,
    non_autoregressive: OpenModel,
    raw_data: OpenModel | None = None,
    forces: tuple[Force, ...] = (),
    progress: Progress = NO_PROGRESS,
    **settings: Any,
) -> DecodingTrace:
    """Translate an English sentence into `language` ("de" or "zh") with every model, and record how.

    sentence: as models.translation.sentence.clean gives it.
    forces: (step, row, token id) each, see beam_search.search. settings: those of models.translation.settings by name.
    Raises InputError when the sentence, a setting or a force cannot be used, and whatever `progress` raises.
    """
    inputs = decoding_inputs(sentence, language, autoregressive, settings)

    def refine(opened: OpenModel) -> RefineTrace:
        ids = encode(opened, sentence)
        return mask_predict.refine(opened.model, opened.reader, ids, inputs.refine, opened.reference, progress)

    return DecodingTrace(
        sentence=sentence,
        language=language,
        unseen=unseen(autoregressive.reference, sentence),
        search=beam_search.search(
            autoregressive.model,
            autoregressive.reader,
            inputs.ids,
            inputs.search,
            autoregressive.reference,
            forces,
            progress,
        ),
        refine=refine(non_autoregressive),
        raw_data_runs=(refine(raw_data),) if raw_data else (),
    )


class DecodingInputs(NamedTuple):
    """What both ways to decode start from."""

    ids: torch.Tensor
    """(1, source) for the autoregressive model"""
    search: SearchSettings
    refine: mask_predict.Settings


def decoding_inputs(
    sentence: str, language: str, autoregressive: OpenModel, settings: dict[str, Any]
) -> DecodingInputs:
    """The sentence and the settings as the models take them; InputError where they cannot, before anything runs."""
    chosen = Settings(**settings)
    search, refine = chosen.search(), chosen.refine()
    values = search.max_length * _attention_values(autoregressive.model.config, search.beam_width, search.max_length)
    refuse_oversized_attention(values, autoregressive.reference)
    told = tell(autoregressive, language, sentence)
    if told.token is not None:
        refuse_without_row(autoregressive, told.token, autoregressive.model.get_output_embeddings())
    ids = encode(autoregressive, told.prefix + sentence)
    refuse_long(autoregressive.model, ids, search.max_length)
    return DecodingInputs(ids, replace(search, forced_bos_token_id=told.token), refine)


def _attention_values(config: Any, rows: int, length: int) -> int:
    """Attention weights of one decoder call at most, whatever the family calls its sizes."""
    layers = getattr(config, "decoder_layers", None) or getattr(config, "num_decoder_layers", 12)
    heads = getattr(config, "decoder_attention_heads", None) or getattr(config, "num_heads", 16)
    return rows * layers * heads * (length + MAX_TOKENS)
