"""Beam search, greedy decoding and sampling over any encoder-decoder of transformers, traced.

Token by token the same as the library's generate(), which keeps only its winners: here every candidate of every decoder
call is kept, with what became of it (models.search). The rules in a model's generation_config apply as there
(models.translation.rules).
"""

from typing import Any

import numpy as np
import torch
from transformers import DynamicCache, EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput

from models.errors import InputError
from models.measure import attempt, multiply_adds, once, seconds
from models.progress import NO_PROGRESS, Progress
from models.search import Force, Search, Settings
from models.traces import NextTokens, SearchStep, SearchTrace
from models.translation.pieces import pieces, text
from models.translation.rules import Rules, prepare, read

MOST_RANKS = 8192
"""Tokens that are kept of the distribution of a call, the most probable ones: all of a bundled model's vocabulary."""
NAMED_RANKS = 40
"""Those of them that are kept with their ids."""


@torch.inference_mode()
def search(
    model: Any,
    tokenizer: Any,
    sentence_ids: torch.Tensor,
    settings: Settings,
    reference: str,
    forces: tuple[Force, ...] = (),
    progress: Progress = NO_PROGRESS,
) -> SearchTrace:
    """Decode one sentence (1, source), </s> last, by a model in eval mode with eager attention.

    reference: the model's name for the trace. forces: (step, row, token) each: this call of the decoder goes on
    from this row's hypothesis with this token alone; what had finished before is out of the pool.
    The trace's seconds count the encoder and the loop, not the conversion to NumPy. Raises InputError when a rule of
    the model's own is out of range or one of the `forces` does not fit the run, and whatever `progress` raises between
    calls.
    """
    rules = read(model, reference, settings.chosen(), tokenizer)
    run = _Translation(model, sentence_ids, settings, forces, rules)
    elapsed = seconds(lambda: run.decode(progress))
    if any(step >= len(run.calls) for step, _, _ in forces):
        raise InputError("decoding.force")
    steps = tuple(_step(call) for call in run.calls)
    following = run.next_tokens()
    used = sorted({int(token) for part in (*steps, following) for token in part.token.flat})
    language = settings.forced_bos_token_id
    return SearchTrace(
        model=reference,
        source=pieces(tokenizer, sentence_ids[0].tolist(), source=True),
        output=text(tokenizer, run.pool[0].token.tolist()),
        steps=steps,
        finished=tuple(run.finished),
        next_tokens=following,
        piece=pieces(tokenizer, used),
        piece_id=np.array(used),
        multiply_adds=attempt(
            lambda: _multiply_adds(model, sentence_ids, rules.start, [len(step.cross_attention) for step in steps]),
            0,
            f"the multiply-adds of {reference} could not be counted",
        ),
        seconds=elapsed,
        method=settings.method,
        length_penalty=run.length_penalty,
        stopped=run.stopped,
        forces=forces,
        followed=rules.followed,
        replaced=rules.replaced,
        ignored=rules.ignored,
        language_token="" if language is None else pieces(tokenizer, [language])[0],
    )


class _Translation(Search):
    """A search for the translation of a sentence (1, source)."""

    def __init__(
        self, model: Any, ids: torch.Tensor, settings: Settings, forces: tuple[Force, ...], rules: Rules
    ) -> None:
        super().__init__(ids.new_tensor([rules.start]), rules.eos, settings, forces)
        self.model, self.ids, self.own = model, ids, rules
        self.cache = EncoderDecoderCache(DynamicCache(), DynamicCache())

    def begin(self) -> None:
        """Encode."""
        self.states, self.rules, self.warpers = prepare(self.model, self.ids, self.own, self.settings.asked())

    def call(self) -> tuple[torch.Tensor, dict[str, Any]]:
        """One call of the decoder; what it attended to is kept."""
        self.n_read = len(self.rows)
        outputs = _call_decoder(self.model, self.states, [row[-1] for row in self.rows], self.cache)
        seen = {"cross_attention": outputs.cross_attentions, "self_attention": outputs.decoder_attentions}
        return outputs.logits[:, -1].float(), seen

    def reorder(self, parents: Any) -> None:
        """Keys and values of the source are the same in every row."""
        if len(parents) != self.n_read:
            self.cache.reorder_cache(parents)
        elif parents.tolist() != list(range(self.n_read)):
            self.cache.self_attention_cache.reorder_cache(parents)

    def next_tokens(self) -> NextTokens:
        """The distributions along the output, from as many further calls with a cache of their own."""
        read = [self.own.start, *self.pool[0].token[:-1].tolist()]
        cache, calls = EncoderDecoderCache(DynamicCache(), DynamicCache()), []
        for call, token in enumerate(read):
            logits = _call_decoder(self.model, self.states, [token], cache).logits[:, -1].float()
            ids = torch.tensor([read[: call + 1]], device=logits.device)
            calls.append(self.allowed(ids, logits).log_softmax(-1).topk(min(MOST_RANKS, logits.shape[1])))
        log_prob, token = (torch.cat(parts).cpu().numpy() for parts in zip(*calls, strict=True))
        return NextTokens(log_prob, token[:, :NAMED_RANKS], len(self.model.get_output_embeddings().weight))


def _call_decoder(model: Any, states: torch.Tensor, tokens: list[int], cache: EncoderDecoderCache) -> Any:
    """One call of the decoder on the last token of each row; the tokens before are in the cache."""
    return model(
        encoder_outputs=BaseModelOutput(states.expand(len(tokens), -1, -1)),  # type: ignore[arg-type]
        decoder_input_ids=torch.tensor(tokens, device=states.device)[:, None],  # row, 1
        past_key_values=cache,
        use_cache=True,
        output_attentions=True,
    )


def _step(call: dict[str, Any]) -> SearchStep:
    """A call's record with its attention (row, layer, head, source or key) as NumPy arrays."""
    for name in ("cross_attention", "self_attention"):
        call[name] = torch.stack([layer[:, :, -1] for layer in call[name]], 1).float().cpu().numpy()
    return SearchStep(**call)


def _multiply_adds(model: Any, ids: torch.Tensor, start: int, rows: list[int]) -> int:
    """Multiply-adds of the encoder and of calls with so many `rows`.

    Counted on the encoder and on three calls with one row: from the second on a call grows by the same each time.
    """

    def count() -> tuple[int, ...]:
        encoder, cache = model.get_encoder(), EncoderDecoderCache(DynamicCache(), DynamicCache())
        states = encoder(ids).last_hidden_state  # 1, S, C
        calls = [multiply_adds(lambda: _call_decoder(model, states, [start], cache)) for _ in range(3)]
        return multiply_adds(lambda: encoder(ids)), *calls

    encoding, first, second, third = once(model, ("search", ids.shape[1]), count)
    later = sum(n_row * (second + index * (third - second)) for index, n_row in enumerate(rows[1:]))
    return encoding + rows[0] * first + later
