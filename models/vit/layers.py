"""What the lab knows of the modules of a ViT (Dosovitskiy et al. 2021) and of a DeiT (Touvron et al. 2021)."""

from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from models.attention import patch_distance, refuse_oversized_attention, rms_distance, rollout
from models.families import AttentionReach, Output, Position, Units, Walk
from models.parts import AttentionModules, FeedForwardModules, Part, Stack, Start
from models.position import cell_at


def check(model: Any, size: tuple[int, int], reference: str) -> None:
    """Raise InputError where attention is too large."""
    config = model.config
    tokens = model.base_model.embeddings.position_embeddings.shape[1]
    refuse_oversized_attention(config.num_hidden_layers * config.num_attention_heads * tokens**2, reference)


def names(model: Any) -> list[str]:
    """The name of every layer, in order."""
    return [f"layer {number + 1}" for number in range(len(model.base_model.layers))]


def walk(model: Any, pixels: torch.Tensor) -> Walk:
    """The encoder, layer by layer, without hooks: what `model.forward` computes, kept.

    pixels: (image, channel, row, column). Returns the states (image, token, width) before the first and after every
    layer, and the attention (image, head, query, key) of every layer.
    """
    encoder = model.base_model
    state = encoder.embeddings(pixels)  # B, T, D
    states, attentions = [state], []
    for layer in encoder.layers:
        context, attention = layer.attention(layer.layernorm_before(state))  # B, T, D and B, H, T, T
        state = state + context
        state = state + layer.mlp(layer.layernorm_after(state))
        states.append(state)
        attentions.append(attention)
    return Walk(states, attentions)


def grid(model: Any, size: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of the whole patches in a picture of `size` (rows, columns) in pixels; it reads no others."""
    return size[0] // model.config.patch_size, size[1] // model.config.patch_size


def maps(model: Any, states: list[torch.Tensor], size: tuple[int, int]) -> list[torch.Tensor]:
    """The patches' part of the state after every layer: (image, channel, row, column). Prefix tokens are dropped."""
    rows, columns = grid(model, size)
    patches = [state[:, -rows * columns :] for state in states[1:]]
    return [tokens.unflatten(1, (rows, columns)).permute(0, 3, 1, 2) for tokens in patches]


def units(model: Any, side: int, position: Position) -> Units:
    """In every layer the patch that holds the position; it can see the whole picture."""
    patches = grid(model, (side, side))
    unit = cell_at(position, patches)
    count = len(names(model))
    box = np.tile(np.array((0, 0, 1, 1), np.float32), (count, 1))
    return Units([unit] * count, box, np.tile((np.array(unit) + 0.5) / np.array(patches), (count, 1)))


def head(model: Any, state: torch.Tensor) -> Output:
    """Final norm and head on a state (image, token, width): the feature of CLS, and the logits.

    A DeiT with two heads answers with their mean; the feature of its distillation token is not returned.
    """
    final = model.base_model.layernorm(state)
    feature = final[:, 0]
    if hasattr(model, "cls_classifier"):
        distilled = model.distillation_classifier(final[:, 1])
        return Output(feature, (model.cls_classifier(feature) + distilled) / 2)
    return Output(feature, model.classifier(feature))


def answer_rows(model: Any, matrices: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """What the tokens that `head` reads get from every patch: (…, patch) from (…, query, key).

    That is the row of CLS or, in a DeiT with two heads, the mean of its row and the distillation token's. size: rows
    and columns of the picture.
    """
    rows, columns = grid(model, size)
    read = 2 if hasattr(model, "cls_classifier") else 1
    return matrices[..., :read, -rows * columns :].mean(-2)


def attention_reach(model: Any, walk: Walk, side: int, position: Position) -> AttentionReach:
    """How far, and where, the attention of the patch that holds a position goes, in one square picture."""
    attention = torch.cat(walk.attention).cpu().numpy()  # L, H, T, T
    rows, columns = grid(model, (side, side))
    row, column = cell_at(position, (rows, columns))
    query = row * columns + column - rows * columns  # from the last token, as prefix tokens come first
    distance = patch_distance((rows, columns), model.config.patch_size)[query] / side
    reached = [rms_distance(layer[:, query, -rows * columns :], distance) for layer in attention]
    rolled = rollout(attention)[:, query, -rows * columns :]
    return AttentionReach(np.array(reached), rolled.reshape(-1, rows, columns))


def patch_set(model: Any) -> int | None:
    """The side of a patch: without position embeddings the answer is a function of the patches as a set."""
    return model.config.patch_size


def convolutional(model: Any) -> torch.nn.Module | None:
    """None: after the patches are embedded there is no convolution."""


def patch_vectors(model: Any, pixels: torch.Tensor) -> torch.Tensor:
    """The numbers of each patch of one picture, channel by channel, as the projection reads them: (patch, value)."""
    return F.unfold(pixels, model.config.patch_size, stride=model.config.patch_size)[0].T  # T, C*P*P


def patch_embeddings(model: Any, pixels: torch.Tensor) -> torch.Tensor:
    """Each patch of one picture after the linear projection, before positions are added: (patch, width)."""
    return model.base_model.embeddings.patch_embeddings(pixels)[0]


def position_embeddings(model: Any) -> torch.Tensor:
    """Of every token, prefix tokens first: (token, width)."""
    return model.base_model.embeddings.position_embeddings[0]


def stack(model: Any) -> Stack:
    """The encoder: self-attention and feed-forward in each layer, each after its norm."""
    heads = model.config.num_attention_heads

    def parts(layer: Any) -> list[Part]:
        own = layer.attention
        attention = AttentionModules(own.q_proj, own.k_proj, own.v_proj, own.o_proj, heads)
        feed_forward = FeedForwardModules(layer.mlp.fc1, layer.mlp.activation_fn, layer.mlp.fc2)
        return [
            Part("self_attention", layer.layernorm_before, attention),
            Part("feed_forward", layer.layernorm_after, feed_forward),
        ]

    return Stack([parts(layer) for layer in model.base_model.layers], pre_norm=True)


def start(model: Any, pixels: torch.Tensor) -> Start:
    """What enters the first layer for one picture (1, channel, row, column)."""
    stream = model.base_model.embeddings(pixels)[0]  # T, D
    position = position_embeddings(model)
    return Start(stream - position, position, stream)


def read(model: Any, states: torch.Tensor) -> torch.Tensor:
    """The logits (…, label) that the final norm and the head of CLS would give to any token's state (…, width)."""
    classifier = model.cls_classifier if hasattr(model, "cls_classifier") else model.classifier
    return classifier(model.base_model.layernorm(states))
