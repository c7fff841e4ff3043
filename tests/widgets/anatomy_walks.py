"""Hand-made walks in which every number is another one; norms do something, and what is masked gets nothing."""

from dataclasses import replace
from functools import cache
from typing import Literal

import numpy as np

from models.parts import PartKind, StackName
from models.traces import TextWalkTrace, VitWalkTrace
from models.traces.walk import AttentionName, CodeTrace, FeedForwardTrace, FlowTrace, HeadsTrace

from .photo_traces import LABELS, pixels

SOURCE = ("▁a", "▁dog", "▁runs", ".", "</s>")
TARGET = ("<pad>", "▁ein", "▁Hund", "▁läuft")
OUTPUT = ("▁ein", "▁Hund", "▁läuft", "</s>")
LAYERS, HEADS, DIM = 2, 2, 6
WIDTH, INNER = HEADS * DIM, 8


def drawn(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, shape).astype(np.float32)


def flow(name: StackName, token: tuple[str, ...], part: tuple[PartKind, ...], names: tuple[str, ...]) -> FlowTrace:
    seed, count, states = len(part) + len(token), len(token), 1 + LAYERS * len(part)
    share = np.random.default_rng(seed).dirichlet(np.ones(len(names)), (states, count))
    top = np.argsort(-share, axis=-1)
    embedding, position = drawn(seed + 1, count, WIDTH), drawn(seed + 2, count, WIDTH)
    return FlowTrace(
        stack=name,
        pre_norm=name == "vit",
        token=token,
        part=part,
        embedding=embedding,
        position=position,
        start=embedding + position,
        added=drawn(seed + 3, LAYERS, len(part), count, WIDTH),
        norm_weight=1 + drawn(seed + 4, LAYERS, len(part), WIDTH) / 4,
        norm_bias=drawn(seed + 5, LAYERS, len(part), WIDTH) / 4,
        eps=1e-5,
        name=names,
        top=top.astype(np.int32),
        top_probability=np.take_along_axis(share, top, -1).astype(np.float32),
    )


def heads(kind: AttentionName, queries: int, keys: int) -> HeadsTrace:
    query, key, value = (
        drawn(seed, LAYERS, HEADS, count, DIM) for seed, count in ((31, queries), (32, keys), (33, keys))
    )
    scores = np.einsum("lhqd,lhkd->lhqk", query, key) / np.sqrt(np.float32(DIM))
    allowed = np.tri(queries, keys, dtype=bool) if kind == "decoder" else np.ones((queries, keys), bool)
    weights = np.where(allowed, np.exp(scores), 0)
    return HeadsTrace(kind, query, key, value, scores, allowed, weights / weights.sum(-1, keepdims=True))


@cache
def translator(positions: bool = True) -> TextWalkTrace:
    names = (*OUTPUT, "▁Katze", "▁rennt")
    counts = len(SOURCE), len(TARGET)
    return TextWalkTrace(
        model="marian",
        sentence="A dog runs.",
        positions=positions,
        output=OUTPUT,
        flows=(
            flow("encoder", SOURCE, ("self_attention", "feed_forward"), names),
            flow("decoder", TARGET, ("self_attention", "cross_attention", "feed_forward"), names),
        ),
        attention=(
            heads("encoder", counts[0], counts[0]),
            heads("decoder", counts[1], counts[1]),
            heads("cross", counts[1], counts[0]),
        ),
        feed_forward=tuple(
            FeedForwardTrace(hidden, np.maximum(hidden, 0))
            for hidden in (drawn(50 + count, LAYERS, count, INNER) for count in counts)
        ),
        code=tuple(code("encoder", *counts[:1] * 2) + code("decoder", *counts[1:] * 2) + code("cross", *counts[::-1])),
    )


def code(kind: AttentionName, queries: int, keys: int) -> list[CodeTrace]:
    """Each way to set mask and scale, split as the model does and into one head and three."""
    return [
        coded(kind, queries, keys, masked, scaled)
        for masked in ((False,) if kind == "cross" else (True, False))
        for scaled in (True, False)
    ]


def shape(name: str, count: int, queries: int, keys: int) -> tuple[int, ...]:
    """Of what a line of the code makes with `count` heads."""
    return {"q": (count, queries, WIDTH // count), "output": (queries, WIDTH)}.get(name, (count, queries, keys))


def coded(kind: AttentionName, queries: int, keys: int, masked: bool, scaled: bool) -> CodeTrace:
    lines = ("q = x", "scores = q @ k", *["scores = scores / √d"] * scaled)
    lines += (*("future = later", "scores = scores - future") * masked, "attention = softmax(scores)", "output = sum")
    split = (1, HEADS, 4)
    made = tuple(
        tuple((line, (name := one.split()[0]), shape(name, count, queries, keys)) for line, one in enumerate(lines, 1))
        for count in split
    )
    own = scaled and masked == (kind == "decoder")
    return CodeTrace(
        kind=kind,
        masked=masked,
        scaled=scaled,
        lines=("def forward(x):", *(f"    {one}" for one in lines)),
        split=split,
        made=made,
        difference=np.array([[4e-7, 0], [2e-7, 3.5e-7], [5e-7, 6e-7]], np.float32),
        model_difference=np.array([0, 3e-7], np.float32) if own else np.full(2, np.nan, np.float32),
    )


@cache
def alone(name: Literal["encoder", "decoder"], centred: bool = True) -> TextWalkTrace:
    """A walk through one stack; with RMSNorm it adds no positions."""
    both, token, hidden = translator(), ("[CLS]", *SOURCE[1:]), drawn(60, LAYERS, len(SOURCE), INNER)
    one = flow(name, token, ("self_attention", "feed_forward"), (*OUTPUT, "▁Katze", "▁rennt"))
    if not centred:
        none = {"position": np.zeros_like(one.position), "start": one.embedding, "norm_bias": 0 * one.norm_bias}
        one = replace(one, centred=False, pre_norm=True, **none)
    return replace(
        both,
        output=token,
        flows=(one,),
        attention=(heads(name, len(token), len(token)),),
        feed_forward=(FeedForwardTrace(hidden, np.maximum(hidden, 0)),),
        code=tuple(code(name, len(token), len(token))),
    )


@cache
def vit() -> VitWalkTrace:
    token = ("CLS", *map(str, range(1, 17)))
    return VitWalkTrace(
        model="vit",
        grid=(4, 4),
        prefix=("CLS",),
        labels=LABELS,
        pixels=pixels(3),
        flow=flow("vit", token, ("self_attention", "feed_forward"), LABELS),
    )
