"""A photo through a Swin Transformer (Liu et al. 2021), every block of every stage included."""

import torch
from PIL import Image

from models.attention import refuse_oversized_attention
from models.checkpoint import open_model
from models.device import compute_lock, device
from models.errors import InputError
from models.pixels import class_names, denormalise, prepare
from models.progress import NO_PROGRESS, Progress
from models.swin.windows import region_ids, window_token
from models.traces import SwinBlock, SwinTrace

FAMILIES = ("SwinForImageClassification",)


def trace(image: Image.Image | None, reference: str | None, progress: Progress = NO_PROGRESS) -> SwinTrace:
    """Run `image` (RGB) through the model that `reference` names and keep what a lecture shows.

    `progress` hears of a download. Raises InputError when there is no image, when the model cannot be opened, when one
    of its maps cannot be cut into whole windows, or when its attention has more values than the lab keeps.
    """
    if image is None:
        raise InputError("photo.missing")
    _, model, processor = open_model(reference, FAMILIES, "image", progress)
    pixel_values = prepare(image, processor, model.config).to(device())
    rows, columns = pixel_values.shape[-2:]
    check_maps(model.config, (rows, columns), str(reference))
    with compute_lock, torch.inference_mode():
        state, blocks = walk(model, pixel_values)
        probability = predict(model, state)[0].softmax(-1)
    return SwinTrace(
        model=str(reference),
        patch_size=model.config.patch_size,
        labels=class_names(model.config, len(probability)),
        pixels=denormalise(pixel_values[0].cpu().numpy(), processor),
        probability=probability.cpu().numpy(),
        blocks=tuple(blocks),
    )


def check_maps(config, size: tuple[int, int], reference: str) -> None:
    """Raise InputError where a map is no multiple of the window: the library would pad it with unmasked tokens.

    size: rows and columns of the model's pixels. Attention that is too large is refused here too, before it is made.
    """
    window, values = config.window_size, 0
    if not (isinstance(window, int) and isinstance(config.patch_size, int)):
        raise InputError("model.unreadable", reference=reference)
    for stage, (depth, heads) in enumerate(zip(config.depths, config.num_heads, strict=True)):
        cell = config.patch_size * 2**stage
        rows, columns = size[0] / cell, size[1] / cell
        if rows % window or columns % window:
            raise InputError("model.windows", reference=reference, window=window, side=f"{min(rows, columns):g}")
        values += int(rows * columns) * depth * heads * window**2
    refuse_oversized_attention(values, reference)


def walk(model, pixel_values: torch.Tensor) -> tuple[torch.Tensor, list[SwinBlock]]:
    """The encoder, block by block, without hooks: what `model.forward` computes, kept.

    Returns the last state (1, T, D) before the final norm, and every block's record.
    """
    swin = model.base_model
    state, grid = swin.embeddings(pixel_values)  # 1, T, D
    blocks = []
    for number, stage in enumerate(swin.encoder.layers):
        for layer in stage.blocks:
            state, attention = layer(state, grid)  # 1, T, D and windows, H, M*M, M*M
            window, shift = int(layer.window_size), int(layer.shift_size)
            blocks.append(
                SwinBlock(
                    stage=number,
                    grid=grid,
                    window_size=window,
                    shift_size=shift,
                    window_token=window_token(grid, window, shift),
                    region=region_ids(grid, window, shift),
                    attention=attention.cpu().numpy(),
                )
            )
        if stage.downsample is not None:
            state = stage.downsample(state, grid)  # 1, T/4, 2D
            grid = (grid[0] // 2, grid[1] // 2)
    return state, blocks


def predict(model, state: torch.Tensor) -> torch.Tensor:
    """Logits (1, label): final norm, mean over all tokens, head. Swin has no CLS token."""
    return model.classifier(model.base_model.layernorm(state).mean(dim=1))
