"""Do residuals relieve vanishing gradients? Measured at initialisation, and by training on a small task.

Stacks of Transformer layers (Vaswani et al. 2017) with and without residuals, with and without LayerNorm, which stands
before each sublayer or after its residual (Xiong et al. 2020). They read a sequence and write it backwards, each token
at its place, so every token must come from another place through attention. Computed in float64: float32 has no number
for what is left of a gradient after 64 layers without either.
"""

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from models.device import device
from models.progress import NO_PROGRESS, Progress
from models.traces import STACK_VARIANTS, GradientsTrace

DEPTHS = (4, 8, 16, 32, 64)
N_SEED = 5
"""Initialisations whose gradients are measured; the first one is trained."""
N_EMBD, N_HEAD, N_INNER, N_TOKEN, VOCABULARY = 32, 2, 64, 8, 10
BATCH, STEPS, WARM_UP, LEARNING_RATE = 16, 100, 20, 3e-3
GROWS_BY = 10
"""Training steps between two growing traces."""
PRECISION = torch.float64
N_VARIANT = len(STACK_VARIANTS)


class Layer(nn.Module):
    """One layer of several stacks side by side: (stack, sequence * token, width) to the same.

    STACK_VARIANTS in turn, each with all seeds; the first half of the stacks has LayerNorm.
    """

    residual: torch.Tensor
    """1 where a stack has residuals, else 0: (stack, 1, 1)."""

    def __init__(self, generators: list[torch.Generator], norm_place: str) -> None:
        super().__init__()
        self.post = norm_place == "post"
        self.qkv, self.out = xavier(generators, N_EMBD, 3 * N_EMBD), xavier(generators, N_EMBD, N_EMBD)
        self.up, self.down = xavier(generators, N_EMBD, N_INNER), xavier(generators, N_INNER, N_EMBD)
        stacks = N_VARIANT * len(generators)
        self.up_bias, self.down_bias = zeros(stacks, 1, N_INNER), zeros(stacks, 1, N_EMBD)
        self.gain = nn.Parameter(torch.ones(2, stacks // 2, 1, N_EMBD, dtype=PRECISION))
        self.norm_bias = zeros(2, stacks // 2, 1, N_EMBD)
        kept = torch.tensor(["residual" in name or name == "both" for name in STACK_VARIANTS], dtype=PRECISION)
        self.register_buffer("residual", kept.repeat_interleave(len(generators))[:, None, None], persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for index, sublayer in enumerate((self.attention, self.feed_forward)):
            if self.post:
                x = self.norm(self.residual * x + sublayer(x), index)
            else:
                x = self.residual * x + sublayer(self.norm(x, index))
        return x

    def norm(self, x: torch.Tensor, index: int) -> torch.Tensor:
        """LayerNorm in the stacks that have it."""
        half = len(x) // 2
        normed = F.layer_norm(x[:half], (N_EMBD,)) * self.gain[index] + self.norm_bias[index]
        return torch.cat([normed, x[half:]])

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """Multi-head self-attention of every sequence."""
        heads = (x @ self.qkv).view(len(x), -1, N_TOKEN, 3, N_HEAD, N_EMBD // N_HEAD)  # S, B, T, 3, H, D
        query, key, value = heads.permute(3, 0, 1, 4, 2, 5)  # S, B, H, T, D
        scores = query @ key.transpose(-2, -1) / math.sqrt(N_EMBD // N_HEAD)
        return (scores.softmax(-1) @ value).transpose(2, 3).reshape(x.shape) @ self.out

    def feed_forward(self, x: torch.Tensor) -> torch.Tensor:
        """Two matrices with a ReLU between."""
        return F.relu(x @ self.up + self.up_bias) @ self.down + self.down_bias


class Stacks(nn.Module):
    """Encoders of `depth` layers in all STACK_VARIANTS, one after another, each for all `seeds`."""

    def __init__(self, depth: int, seeds: range, norm_place: str) -> None:
        super().__init__()
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.token, self.position = normal(generators, VOCABULARY, N_EMBD), normal(generators, N_TOKEN, N_EMBD)
        self.layers = nn.ModuleList([Layer(generators, norm_place) for _ in range(depth)])
        self.head = xavier(generators, N_EMBD, VOCABULARY)
        self.final_norm = norm_place == "pre"

    def states(self, ids: torch.Tensor) -> list[torch.Tensor]:
        """The input of every layer and the output of the last (stack, sequence * token, width), of ids (sequence,
        token)."""
        states = [(self.token[:, ids] + self.position[:, None]).flatten(1, 2)]
        for layer in self.layers:
            states.append(layer(states[-1]))
        return states

    def loss(self, state: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Cross-entropy in nats of every stack (stack,), by the output of its last layer."""
        if self.final_norm:
            half = len(state) // 2
            state = torch.cat([F.layer_norm(state[:half], (N_EMBD,)), state[half:]])
        logits = (state @ self.head).flatten(0, 1)
        wanted = target.flatten().repeat(len(state))
        return F.cross_entropy(logits, wanted, reduction="none").view(len(state), -1).mean(1)


def trace(norm_place: str, depth: int, progress: Progress = NO_PROGRESS) -> Iterator[GradientsTrace]:
    """Measure gradients through stacks of DEPTHS, then train stacks of `depth` layers; the trace grows meanwhile.

    norm_place: one of NORM_PLACES.
    """
    measured = []
    for layers in DEPTHS:
        progress.beat()
        measured.append(gradient_norms(layers, norm_place))
    relative = [norms / norms[..., -1:] for norms in measured]
    losses: list[np.ndarray] = []
    for losses in training(depth, norm_place, progress):
        yield GradientsTrace(
            precision=str(PRECISION).removeprefix("torch."),
            norm_place=norm_place,
            depth=depth,
            depths=np.array(DEPTHS),
            first=np.stack([norms[..., 0] for norms in relative], -1),
            along=relative[-1][..., ::-1].copy(),
            guessing=math.log(VOCABULARY),
            loss=np.stack(losses, -1) if losses else np.full((N_VARIANT, 1), np.nan),
        )


def gradient_norms(depth: int, norm_place: str) -> np.ndarray:
    """Norms of the loss's gradient at the input of every layer, and at the output: (variant, seed, place)."""
    stacks = Stacks(depth, range(N_SEED), norm_place).to(device())
    ids = batch(torch.Generator().manual_seed(N_SEED))
    states = stacks.states(ids)
    gradients = torch.autograd.grad(stacks.loss(states[-1], ids.flip(1)).sum(), states)
    norms = torch.stack([gradient.flatten(1).norm(dim=1) for gradient in gradients], -1)
    return norms.view(N_VARIANT, N_SEED, -1).cpu().numpy()


def training(depth: int, norm_place: str, progress: Progress) -> Iterator[list[np.ndarray]]:
    """The losses (variant,) of all steps so far, before the first and then every GROWS_BY steps."""
    losses: list[np.ndarray] = []
    yield losses
    stacks = Stacks(depth, range(1), norm_place).to(device())
    optimizer = torch.optim.Adam(stacks.parameters(), LEARNING_RATE)
    warm_up = torch.optim.lr_scheduler.LinearLR(optimizer, 1 / WARM_UP, total_iters=WARM_UP)
    generator = torch.Generator().manual_seed(N_SEED)
    for step in range(1, STEPS + 1):
        progress.beat()
        ids = batch(generator)
        loss = stacks.loss(stacks.states(ids)[-1], ids.flip(1))
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        warm_up.step()
        losses.append(loss.detach().cpu().numpy())
        if step % GROWS_BY == 0:
            yield losses


def batch(generator: torch.Generator) -> torch.Tensor:
    """Random ids (sequence, token); the task is to write each sequence backwards."""
    return torch.randint(VOCABULARY, (BATCH, N_TOKEN), generator=generator).to(device())


def xavier(generators: list[torch.Generator], rows: int, columns: int) -> nn.Parameter:
    """A matrix for every stack, uniform as Glorot & Bengio 2010: (stack, rows, columns)."""
    bound = math.sqrt(6 / (rows + columns))
    drawn = [torch.rand(rows, columns, generator=one, dtype=PRECISION) * 2 * bound - bound for one in generators]
    return nn.Parameter(torch.stack(drawn).repeat(N_VARIANT, 1, 1))


def normal(generators: list[torch.Generator], rows: int, columns: int) -> nn.Parameter:
    """A table for every stack, of unit variance: (stack, rows, columns)."""
    drawn = [torch.randn(rows, columns, generator=one, dtype=PRECISION) for one in generators]
    return nn.Parameter(torch.stack(drawn).repeat(N_VARIANT, 1, 1))


def zeros(*shape: int) -> nn.Parameter:
    """A bias."""
    return nn.Parameter(torch.zeros(shape, dtype=PRECISION))
