"""Programs of a few lines by hand, one of them a loop, on a sentence of three tokens."""

import numpy as np

from models.traces import MadeTrace, ProgramsTrace, ProgramTrace


def made(line, name, shape, seed, piece=(), numbers=None):
    rows = int(np.prod(shape[:-1])) if shape else 1
    drawn = np.random.default_rng(seed).normal(0, 1, (rows, min(shape[-1] if shape else 1, 4))).astype(np.float32)
    return MadeTrace(line, name, shape, drawn if numbers is None else np.array(numbers, np.float32), piece)


def straight(name, difference, *names):
    """A function of a line for each name, each of which makes (token, 4)."""
    lines = (f"def {name}(x):", *(f"    {one} = made" for one in names), f"    return {names[-1]}")
    tensors = tuple(made(at, one, (3, 4), at) for at, one in enumerate(names, 1))
    return ProgramTrace(name, lines, tensors, difference)


TRAINING = ProgramTrace(
    "training",
    ("def training_loss(model, text):", "    read = text[:-1]", "    logits = model(read)", "    loss = mean"),
    (
        made(1, "read", (3,), 1, ("<pad>", "▁Ein", "▁Hund"), [[0, 5, 6]]),
        made(2, "logits", (3, 9), 2),
        made(3, "loss", (), 3, numbers=[[0.75]]),
    ),
    4e-7,
)
GENERATION = ProgramTrace(
    "generation",
    (
        "def generate(model, text):",
        "    for _ in range(2):",
        "        best = argmax",
        "        text = cat",
        "    return text",
    ),
    (
        made(2, "best", (1,), 1, ("▁Ein",), [[5]]),
        made(3, "text", (2,), 2, ("<pad>", "▁Ein"), [[0, 5]]),
        made(2, "best", (1,), 3, ("▁Hund",), [[6]]),
        made(3, "text", (3,), 4, ("<pad>", "▁Ein", "▁Hund"), [[0, 5, 6]]),
    ),
    1.0,
)
CACHE = ProgramTrace(
    "kv_cache",
    ("def with_cache(x):", "    for token in x:", "        k = cat"),
    tuple(made(2, "k", (2, t, 4), 10 + t) for t in (1, 2, 3)),
    5e-7,
)
MADE = ProgramsTrace(
    model="marian",
    sentence="A dog runs.",
    stack="decoder",
    token=("<pad>", "▁Ein", "▁Hund"),
    starts=True,
    programs=(
        straight("positions", 3e-7, "table", "x"),
        straight("layer_norm", 1e-7, "mean", "normal", "y"),
        straight("feed_forward", 2e-7, "hidden", "x"),
        TRAINING,
        GENERATION,
        CACHE,
    ),
)
