"""A convolution as multi-head self-attention (Cordonnier, Loukas & Jaggi 2020, theorem 1 and lemma 1).

One head for every place of the kernel. Its scores come from relative positions alone, never from content, and its
attention sharpens with alpha to the one token at the head's shift; its value and output matrices carry the kernel's
slice at that place. Tokens are numbered row by row; so are the heads, over the kernel.
"""

import math

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from models import families
from models.checkpoint import OpenModel, open_model
from models.errors import InputError
from models.prepared import prepare_model
from models.progress import NO_PROGRESS, Progress
from models.resnet import layers as resnet
from models.traces import ConvolutionSweepTrace, ConvolutionTrace

CONVOLUTION_MODEL = "resnet-imagenette"
"""The model whose convolutions are rebuilt from attention."""

MAX_VALUES = 2**24
"""Attention values (head, query, key): 9 heads on 32 x 32 tokens with a ring are 11 million, 85 MB in double."""
MAX_ALPHA = 1000.0
ALPHAS = (0.0, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 40.0)


def shifts(kernel_size: int) -> np.ndarray:
    """The shift D of every head, in rows and columns: (head, 2)."""
    return np.indices((kernel_size, kernel_size)).reshape(2, -1).T - kernel_size // 2


def attention(shape: tuple[int, int], alpha: float, kernel_size: int, ring: int = 0) -> np.ndarray:
    """Attention of the heads on a map of `shape` (rows, columns): (head, query, key), rows sum to 1.

    With the encoding r = (|d|^2, d1, d2) of a key at distance d and v = -alpha (1, -2 D1, -2 D2) of the head at shift D
    (their equation 9), the score v . r is -alpha |d - D|^2 + alpha |D|^2. `ring`: rows of keys around the map. Raises
    InputError for an even kernel, an alpha outside 0 to 1,000, a map smaller than the kernel, or one too large to keep.
    """
    check(shape, alpha, kernel_size, ring)
    rows, columns = shape
    query = _places(range(rows), range(columns))
    key = _places(range(-ring, rows + ring), range(-ring, columns + ring))
    away = key[None] - query[:, None]  # query, key, 2
    relative = np.concatenate([(away**2).sum(-1, keepdims=True), away], axis=-1)  # query, key, 3
    head = -alpha * np.insert(-2.0 * shifts(kernel_size), 0, 1, axis=1)  # head, 3
    scores = torch.einsum("hp,qkp->hqk", torch.from_numpy(head), torch.from_numpy(relative.astype(np.float64)))
    return scores.softmax(-1).numpy()


def _places(rows: range, columns: range) -> np.ndarray:
    return np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)


def check(shape: tuple[int, int], alpha: float, kernel_size: int, ring: int) -> None:
    """Raise InputError for what `attention` does not take."""
    rows, columns = shape
    if kernel_size % 2 == 0 or min(rows, columns) < kernel_size:
        raise InputError("cnn_vs_attention.kernel", kernel_size=kernel_size, rows=rows, columns=columns)
    if not 0 <= alpha <= MAX_ALPHA:
        raise InputError("cnn_vs_attention.alpha", maximum=f"{MAX_ALPHA:g}")
    limit = MAX_VALUES // kernel_size**2
    if rows * columns * (rows + 2 * ring) * (columns + 2 * ring) > limit:
        raise InputError("cnn_vs_attention.too_many_tokens", tokens=rows * columns, maximum=math.isqrt(limit))


def projections(kernel: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """W_V (head, in, D) and W_O (head, D, out) whose product is a head's slice of the kernel (out, in, K, K).

    D is the smaller of in and out: one of the two matrices is the slice, the other the identity.
    """
    out, inner = kernel.shape[:2]
    slices = kernel.permute(2, 3, 1, 0).reshape(-1, inner, out)  # head, in, out
    same = torch.eye(min(inner, out), dtype=kernel.dtype).expand(len(slices), -1, -1)  # head, D, D
    return (slices, same) if out <= inner else (same, slices)


def equal(kernel: torch.Tensor, x: torch.Tensor, alpha: float, ring: bool = False) -> ConvolutionTrace:
    """A convolution with `kernel` (out, in, K, K), stride 1 and zero padding, and the attention layer that equals it.

    x: (in, row, column). Where the kernel reaches over the edge the two differ, for there is no token to look at;
    with `ring`, zero tokens stand there and they agree. Raises InputError as `attention` does.
    """
    kernel, x = (part.detach().to("cpu", torch.float64) for part in (kernel, x))
    size, (rows, columns) = kernel.shape[-1], (x.shape[-2], x.shape[-1])
    width = size // 2 if ring else 0
    weights = attention((rows, columns), alpha, size, width)
    value, out = projections(kernel)
    tokens = F.pad(x, (width,) * 4).flatten(1).T  # key, in
    heads = torch.from_numpy(weights) @ (tokens @ value)  # head, query, D
    output = (heads @ out).sum(0).T.reshape(-1, rows, columns)  # out, row, column
    convolved = F.conv2d(x[None], kernel, padding=size // 2)[0]  # out, row, column
    interior = np.zeros((rows, columns), bool)
    interior[size // 2 : rows - size // 2, size // 2 : columns - size // 2] = True
    return ConvolutionTrace(
        alpha=alpha,
        kernel_size=size,
        head_width=value.shape[-1],
        ring=width,
        shift=shifts(size),
        attention=weights,
        output=output.numpy(),
        convolved=convolved.numpy(),
        error=(output - convolved).abs().amax(0).numpy(),
        interior=interior,
    )


def open_cnn(progress: Progress = NO_PROGRESS) -> dict[str, OpenModel]:
    """The model whose convolutions are rebuilt from attention. Raises InputError as `open_model` does."""
    return {"cnn": open_model(CONVOLUTION_MODEL, families.RESNET, reads="image", progress=progress)}


def trace(photo: Image.Image, layer: str, cnn: OpenModel, progress: Progress = NO_PROGRESS) -> ConvolutionSweepTrace:
    """The first convolution of a ResNet's `layer` on a photo, and attention that stands for it, at every alpha.

    layer: one of traces.SWEPT. Raises InputError as `attention` does.
    """
    prepared = prepare_model(photo, cnn)
    kernel = resnet.first_kernel(cnn.model, layer)
    with torch.inference_mode():
        states = resnet.walk(cnn.model, prepared.pixels).states
        x = states[resnet.names(cnn.model).index(layer) - 1][0]  # C, row, column
        rows, columns = x.shape[-2:]
        middle = rows // 2 * columns + columns // 2
        uniform = equal(kernel, x, ALPHAS[0])
        attention, errors = [], []
        for alpha in ALPHAS:
            progress.beat()
            found = equal(kernel, x, alpha)
            attention.append(found.attention[:, middle].reshape(-1, rows, columns))
            errors.append(found.error)
    largest = float(np.abs(uniform.convolved).max())
    return ConvolutionSweepTrace(
        model=cnn.reference,
        layer=layer,
        kernel_size=uniform.kernel_size,
        channels=(kernel.shape[1], kernel.shape[0]),
        alpha=np.array(ALPHAS),
        attention=np.stack(attention),
        error=np.stack(errors) / largest,
        interior=uniform.interior,
        largest=largest,
        device="CPU",
        precision=uniform.output.dtype.name,
    )
