"""LayerNorm on the visitor's own tokens, and where it stands (Ba et al. 2016; Xiong et al. 2020)."""

from typing import Any

import numpy as np
import torch
from PIL import Image

from models.anatomy.walk import Step, walk
from models.checkpoint import OpenModel
from models.parts import Stack
from models.prepared import prepare_model
from models.progress import NO_PROGRESS, Progress
from models.traces import LayerNormTrace, StreamTrace
from models.translation import layers as translation
from models.translation.pieces import pieces
from models.translation.sentence import clean, encode
from models.vit import layers as vision


def trace(
    sentence: str, translator: OpenModel, photo: Image.Image, vit: OpenModel, progress: Progress = NO_PROGRESS
) -> LayerNormTrace:
    """Walk through a translator's encoder and through a ViT, and keep what their LayerNorms read.

    Raises InputError for a sentence, a photo or a model that cannot be used.
    """
    translation.check(translator.model, translator.reference)
    prepared = prepare_model(photo, vit)
    with torch.inference_mode():
        progress.beat()
        ids = encode(translator, clean(sentence))
        stack = translation.stacks(translator.model)["encoder"]
        start = translation.start(translator.model, "encoder", ids[0]).stream
        output = translator.model.get_encoder()(input_ids=ids).last_hidden_state[0]
        steps = list(walk(stack, start))
        streams = [stream_of(translator.reference, stack, start, output, steps)]
        progress.beat()
        base = vit.model.base_model
        stack_of_vit = vision.stack(vit.model)._replace(final=base.layernorm)
        patches = vision.start(vit.model, prepared.pixels).stream
        output = base(prepared.pixels).last_hidden_state[0]
        streams.append(stream_of(vit.reference, stack_of_vit, patches, output, list(walk(stack_of_vit, patches))))
    norms = [[part.norm for part in parts] for parts in stack.layers]
    return LayerNormTrace(
        model=translator.reference,
        token=pieces(translator.reader, ids[0].tolist(), source=True),
        part=tuple(part.kind for part in stack.layers[0]),
        pre_norm=stack.pre_norm,
        x=stacked(norm_inputs(start, steps, stack.pre_norm)),
        weight=stacked([[norm.weight for norm in row] for row in norms]),
        bias=stacked([[norm.bias for norm in row] for row in norms]),
        eps=norms[0][0].eps,
        streams=tuple(streams),
    )


def norm_inputs(start: torch.Tensor, steps: list[list[Step]], pre_norm: bool) -> list[list[torch.Tensor]]:
    """What each part's LayerNorm reads (token, width): the stream before the part, or the sum after it."""
    if not pre_norm:
        return [[step.summed for step in row] for row in steps]
    before = [start, *(step.stream for row in steps for step in row)]
    return [[before[layer * len(row) + part] for part in range(len(row))] for layer, row in enumerate(steps)]


def stream_of(
    reference: str, stack: Stack, start: torch.Tensor, output: torch.Tensor, steps: list[list[Step]]
) -> StreamTrace:
    """The stream of a model, and which order of norm and residual gives the `output` of its own forward.

    start, output: (token, width). steps: of the walk in the order of the stack; the other order is walked here.
    """
    swapped = walk(stack._replace(pre_norm=not stack.pre_norm), start)
    walks = {stack.pre_norm: steps, not stack.pre_norm: swapped}
    streams = {pre_norm: [start, *(row[-1].stream for row in rows)] for pre_norm, rows in walks.items()}
    errors = {
        pre_norm: float((stack.final(stream[-1]) - output).norm() / output.norm())
        for pre_norm, stream in streams.items()
    }
    pre_norm = errors[True] < errors[False]
    length = torch.stack(streams[pre_norm]).norm(dim=-1)
    return StreamTrace(reference, pre_norm, errors[True], errors[False], length=length.cpu().numpy())


def stacked(rows: list[list[Any]]) -> np.ndarray:
    """Tensors of every layer and part as one array."""
    return torch.stack([torch.stack(row) for row in rows]).detach().cpu().numpy()
