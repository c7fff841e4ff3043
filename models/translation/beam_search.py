"""Beam search, greedy decoding and sampling over any encoder-decoder of transformers, traced.

Token by token the same as the library's generate(), which keeps only its winners: here every candidate of every decoder
call is kept, with what became of it. The algorithm is that of transformers 5.23, generation/utils.py, `_beam_search`
and `_sample`, for one sentence. The rules in a model's generation_config apply as there (models.translation.rules): to
log probabilities in beam search, which are normalised again only where the model says so, else to the scores before
softmax.
"""

from typing import Any

import numpy as np
import torch
from transformers import DynamicCache, EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput

from models.errors import InputError
from models.measure import attempt, multiply_adds, once, seconds
from models.progress import NO_PROGRESS, Progress
from models.traces import FATES, Finished, NextTokens, SearchStep, SearchTrace
from models.traces.translation import Stopped
from models.translation.pieces import pieces, text
from models.translation.rules import Rules, prepare, read
from models.translation.search_settings import Force, Settings

MOST_RANKS = 8192
"""Tokens that are kept of the distribution of a call, the most probable ones: all of a bundled model's vocabulary."""
NAMED_RANKS = 40
"""Those of them that are kept with their ids."""
Candidates = dict[str, np.ndarray]
"""parent, token, log_prob and score of continuations, the best first, as in SearchStep."""


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
    run = _Search(model, sentence_ids, settings, forces, rules)
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


class _Search:
    """A search under way: the running hypotheses, the pool of finished ones, and what every call left."""

    def __init__(
        self, model: Any, ids: torch.Tensor, settings: Settings, forces: tuple[Force, ...], rules: Rules
    ) -> None:
        self.model, self.ids, self.settings, self.rules = model, ids, settings, rules
        self.stopped: Stopped = "length"
        self.forces = {step: (row, token) for step, row, token in forces}
        beam, self.width = settings.method == "beam", settings.width
        self.n_candidate = max(2, 1 + len(rules.eos)) * self.width if beam else settings.n_candidate
        self.length_penalty = settings.length_penalty if beam else 1.0
        self.early_stopping = settings.early_stopping if self.width > 1 else True
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
        self.rows = [[rules.start]]
        self.scores = torch.zeros(1, device=ids.device)  # row
        self.pool: list[Finished] = []
        self.finished: list[Finished] = []
        self.calls: list[dict[str, Any]] = []

    def decode(self, progress: Progress) -> None:
        """Encode, then call the decoder until no hypothesis runs on, none could enter the pool, or early stopping
        closes it."""
        self.prepared = prepare(self.model, self.ids, self.rules, self.settings.asked())
        for step in range(self.settings.max_length):
            if step:
                progress.beat()
            outputs = _call_decoder(self.model, self.prepared.states, [row[-1] for row in self.rows], self.cache)
            candidates, fate = self.choose(step, outputs.logits[:, -1].float())
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
                    "cross_attention": outputs.cross_attentions,
                    "self_attention": outputs.decoder_attentions,
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
        rules: Any = self.prepared.rules
        if self.settings.method == "beam":
            return rules(ids, logits.log_softmax(-1))
        return rules(ids, logits).log_softmax(-1)

    def next_tokens(self) -> NextTokens:
        """The distributions along the output, from as many further calls with a cache of their own."""
        read = [self.rules.start, *self.pool[0].token[:-1].tolist()]
        cache, calls = EncoderDecoderCache(DynamicCache(), DynamicCache()), []
        for call, token in enumerate(read):
            logits = _call_decoder(self.model, self.prepared.states, [token], cache).logits[:, -1].float()
            ids = torch.tensor([read[: call + 1]], device=logits.device)
            calls.append(self.allowed(ids, logits).log_softmax(-1).topk(min(MOST_RANKS, logits.shape[1])))
        log_prob, token = (torch.cat(parts).cpu().numpy() for parts in zip(*calls, strict=True))
        return NextTokens(log_prob, token[:, :NAMED_RANKS], len(self.model.get_output_embeddings().weight))

    def draw(self, ids: Any, log_prob: Any) -> tuple[torch.Tensor, int]:
        """The probabilities (1, V) after temperature, top-k and top-p, and a token drawn by them."""
        probability = self.prepared.warpers(ids, log_prob).softmax(-1).cpu()
        return probability, int(torch.multinomial(probability, 1, generator=self.generator))

    def beam(self, step: int, log_prob: torch.Tensor) -> tuple[Candidates, list[str]]:
        """The first `width` candidates that did not end run on; of the first `width`, those that did seek the pool."""
        candidates, ended = self.extend(step, log_prob)
        fate = ["ended_outside_beam" if end else "outranked" for end in ended]
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
        return candidates, [
            step + 1 == self.settings.max_length or int(t) in self.rules.eos for t in candidates["token"]
        ]

    def enter(self, step: int, candidates: Candidates, ends: list[int], fate: list[str]) -> None:
        """Offer the candidates `ends` to the pool, which keeps the best `width`, and write their `fate`."""
        score = candidates["score"] / (step + 1) ** self.length_penalty  # float32, as in the library
        new = []
        for index in ends:
            tokens = [*self.rows[candidates["parent"][index]][1:], candidates["token"][index]]
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
        """Make the kept candidates the next call's rows; keys and values of the source are the same in every row."""
        device, before = self.scores.device, len(self.rows)
        parents: Any = torch.from_numpy(candidates["parent"][kept]).to(device)
        self.rows = [[*self.rows[candidates["parent"][i]], int(candidates["token"][i])] for i in kept]
        self.scores = torch.from_numpy(candidates["score"][kept]).to(device)
        if len(kept) != before:
            self.cache.reorder_cache(parents)
        elif parents.tolist() != list(range(before)):
            self.cache.self_attention_cache.reorder_cache(parents)


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
