"""The vocabulary: every trace, a frozen record of NumPy arrays with named axes. Torch stops here."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from models.axes import Trace


@dataclass(frozen=True, eq=False)
class VitTrace(Trace):
    """One photo through one Vision Transformer.

    Tokens are the prefix tokens (CLS, and DeiT's distillation token) followed by the patches, row by row. The axes
    query, key and token all run over them; depth 0 is before the first layer, depth k after layer k.
    """

    model: str
    patch_size: int
    grid: tuple[int, int]
    prefix: tuple[str, ...]
    labels: tuple[str, ...]
    pixels: Annotated[np.ndarray, "row column channel"]
    """uint8 RGB as the model saw them: resized, before normalisation."""
    attention: Annotated[np.ndarray, "layer head query key"]
    """After softmax: each row sums to 1."""
    lens: Annotated[np.ndarray, "depth label"]
    """Class probabilities if the model stopped at this depth: final norm and head on its state (logit lens)."""
    patch_vector: Annotated[np.ndarray, "patch value"]
    """The normalised numbers of each patch, channel by channel, as the projection reads them."""
    embedding: Annotated[np.ndarray, "patch width"]
    """Each patch vector after the linear projection, before positions are added."""
    position_similarity: Annotated[np.ndarray, "token other_token"]
    """Cosine similarity of the position embeddings."""

    def __post_init__(self) -> None:
        super().__post_init__()
        tokens = len(self.prefix) + self.grid[0] * self.grid[1]
        if self.attention.shape[-2:] != (tokens, tokens) or len(self.patch_vector) != tokens - len(self.prefix):
            raise ValueError("attention, patches, grid and prefix disagree about the number of tokens")

    @property
    def probability(self) -> np.ndarray:
        """Class probabilities of the whole model (label)."""
        return self.lens[-1]


@dataclass(frozen=True, eq=False)
class SwinBlock(Trace):
    """One block of one Swin: windows of a map, shifted or not, and the attention in each.

    Tokens are numbered row by row in the block's map, slots row by row in a window.
    """

    stage: int
    grid: tuple[int, int]
    """Rows and columns of the block's map of tokens."""
    window_size: int
    shift_size: int
    window_token: Annotated[np.ndarray, "window slot"]
    """The token that stands in each slot after the cyclic shift."""
    region: Annotated[np.ndarray, "row column"]
    """Region ids of the shifted map; tokens of one window see each other only within a region."""
    attention: Annotated[np.ndarray, "window head query key"]
    """After softmax, over the slots of a window: each row sums to 1."""


@dataclass(frozen=True, eq=False)
class SwinTrace(Trace):
    """One photo through one Swin Transformer, every block of every stage."""

    model: str
    patch_size: int
    labels: tuple[str, ...]
    pixels: Annotated[np.ndarray, "row column channel"]
    """uint8 RGB as the model saw them: resized, before normalisation."""
    probability: Annotated[np.ndarray, "label"]
    """Class probabilities."""
    blocks: tuple[SwinBlock, ...]
    """In the order in which the photo passes them."""


@dataclass(frozen=True, eq=False)
class PatchesTrace(Trace):
    """One photo through a Vision Transformer and through a Swin."""

    vit: VitTrace
    swin: SwinTrace


COST_WIDTHS, COST_WINDOWS = (32, 64, 96), (4, 8)
"""Channels and window sizes that the cost of attention is measured for."""


@dataclass(frozen=True, eq=False)
class CostTrace(Trace):
    """What one attention layer costs over maps of growing size: among all tokens, and in windows.

    Multiply-adds of the whole map; softmax is left out of the formula and of the count. Where global attention is too
    large to run, its count and seconds are nan.
    """

    device: str
    n_embd: int
    window_size: int
    side: Annotated[np.ndarray, "map"]
    """Tokens a side."""
    global_formula: Annotated[np.ndarray, "map"]
    window_formula: Annotated[np.ndarray, "map"]
    global_counted: Annotated[np.ndarray, "map"]
    window_counted: Annotated[np.ndarray, "map"]
    global_seconds: Annotated[np.ndarray, "map"]
    window_seconds: Annotated[np.ndarray, "map"]


METHODS = ("beam", "greedy", "sample")
"""Ways to search."""
STRATEGIES = ("lowest", "random", "left_to_right", "picked")
"""Which positions mask-predict masks again."""


@dataclass(frozen=True, eq=False)
class SearchStep(Trace):
    """One decoder call of beam search, greedy decoding or sampling: its candidates, the best first, and what became
    of each. Rows are the running hypotheses that the call extends."""

    parent: Annotated[np.ndarray, "candidate"]
    """The row that a candidate extends."""
    token: Annotated[np.ndarray, "candidate"]
    """Its last token's id."""
    log_prob: Annotated[np.ndarray, "candidate"]
    """Of its last token, given the source and the tokens before it."""
    score: Annotated[np.ndarray, "candidate"]
    """Sum of its tokens' log probabilities."""
    fate: Annotated[np.ndarray, "candidate"]
    """Index into FATES."""
    kept: Annotated[np.ndarray, "next_row"]
    """The candidates that run on, in the order of the next call's rows; where none does, the best that ended."""
    pool: Annotated[np.ndarray, "slot"]
    """Finished hypotheses after this call, the best first: indices into the trace's `finished`, -1 where empty."""
    open: bool
    """Whether a running hypothesis could still beat the worst of the pool, as far as the stopping rule can tell."""
    cross_attention: Annotated[np.ndarray, "row layer head source"]
    """Of each row's last token over the source."""
    self_attention: Annotated[np.ndarray, "row layer head key"]
    """Of each row's last token over the decoder's inputs up to itself."""


FATES = ("kept", "finished", "outranked", "ended_low", "pool_better", "not_drawn", "filtered", "forced_out")
"""kept: runs on. finished: ended and entered the pool. outranked: did not end, and beam_width others were better.
ended_low: ended, but not among the beam_width best candidates. pool_better: ended among them, but the pool was full of
better ones. not_drawn: sampling drew another. filtered: temperature, top-k or
top-p left it no probability. forced_out: a visitor forced another token."""


@dataclass(frozen=True, eq=False)
class Finished(Trace):
    """One finished hypothesis: where it ended and its score divided by length ** length_penalty."""

    step: int
    candidate: int
    score: float
    token: Annotated[np.ndarray, "position"]
    """Its ids, without the decoder's start token, with </s> where it has one."""


@dataclass(frozen=True, eq=False)
class SearchTrace(Trace):
    """One sentence through one autoregressive model, every decoder call."""

    model: str
    source: tuple[str, ...]
    """The source's pieces, </s> last."""
    output: str
    """The best hypothesis as plain text."""
    steps: tuple[SearchStep, ...]
    finished: tuple[Finished, ...]
    """In the order in which they entered the pool."""
    piece: tuple[str, ...]
    piece_id: Annotated[np.ndarray, "piece"]
    """The id of each piece: all that occur in the steps."""
    flops: int
    """Of the matrix products of encoder and decoder, two for each multiply-add."""
    seconds: float
    method: str = "beam"
    """One of METHODS."""
    stopped: str = "rule"
    """Why the search ended: rule (no running one could enter the pool), full (the pool was, and that sufficed),
    ended (none ran on), length (the longest output was reached)."""
    forces: tuple[tuple[int, int, int], ...] = ()
    """The call, row and id of each token that a visitor forced."""

    @property
    def winner(self) -> Finished:
        """The hypothesis that is the output."""
        return self.finished[self.steps[-1].pool[0]]


@dataclass(frozen=True, eq=False)
class LengthCandidate(Trace):
    """One output length through all passes of mask-predict."""

    masked: Annotated[np.ndarray, "step position"]
    """Which positions the pass saw as a mask and predicted."""
    token: Annotated[np.ndarray, "step position"]
    """Ids after each pass."""
    probability: Annotated[np.ndarray, "step position"]
    """Of the token after each pass; where it was not masked, that of the pass that predicted it (stale)."""
    rival: Annotated[np.ndarray, "step position rank"]
    """The ids that the pass found most probable at each position, masked or not."""
    rival_probability: Annotated[np.ndarray, "step position rank"]
    log_prob: float
    """Log probability of this length."""
    score: float
    """Mean log probability of its final tokens; the best candidate is the output."""


@dataclass(frozen=True, eq=False)
class RefineTrace(Trace):
    """One sentence through one non-autoregressive model by mask-predict."""

    model: str
    source: tuple[str, ...]
    output: str
    candidates: tuple[LengthCandidate, ...]
    """In the order of their lengths' probability."""
    best: int
    length_probability: Annotated[np.ndarray, "length"]
    """Of each output length from 0."""
    cross_attention: Annotated[np.ndarray, "step layer head position source"]
    """Of the best candidate."""
    self_attention: Annotated[np.ndarray, "step layer head query key"]
    piece: tuple[str, ...]
    piece_id: Annotated[np.ndarray, "piece"]
    flops: int
    seconds: float

    @property
    def winner(self) -> LengthCandidate:
        """The length that is the output."""
        return self.candidates[self.best]


@dataclass(frozen=True, eq=False)
class DecodingTrace(Trace):
    """One sentence through an autoregressive and a non-autoregressive model."""

    request: str
    """What was asked, as JSON, so that a page can ask it again with a forced token."""
    sentence: str
    language: str
    """Of the translation: de or zh."""
    reference: str
    """A person's translation, or nothing."""
    unseen: tuple[str, ...]
    """Words of the sentence that never occur in the training sources of the autoregressive model."""
    search: SearchTrace
    refine: RefineTrace
    contrast: tuple[RefineTrace, ...]
    """The same by the model trained on raw instead of distilled data, where there is one."""
    device: str
    batch: Annotated[np.ndarray, "batch"]
    """How many copies of the sentence were translated at once."""
    search_seconds: Annotated[np.ndarray, "batch"]
    """Seconds for all copies, without tracing; nan where it was not measured."""
    refine_seconds: Annotated[np.ndarray, "batch"]


@dataclass(frozen=True, eq=False)
class ConvolutionTrace(Trace):
    """One map through a convolution and through the attention layer that stands for it, in double precision."""

    alpha: float
    kernel_size: int
    head_width: int
    """Channels of a head's values: the smaller of the input's and the output's."""
    ring: int
    """Rows of zero tokens around the map that the queries may attend to; 0 without."""
    shift: Annotated[np.ndarray, "head place"]
    """Rows and columns from a query to the token that the head looks for."""
    attention: Annotated[np.ndarray, "head query key"]
    """After softmax: each row sums to 1. Keys include the ring, queries do not."""
    output: Annotated[np.ndarray, "channel row column"]
    """Of the attention layer."""
    convolved: Annotated[np.ndarray, "channel row column"]
    """Of the convolution with stride 1 and zero padding."""
    error: Annotated[np.ndarray, "row column"]
    """Largest |output - convolved| of any channel."""
    interior: Annotated[np.ndarray, "row column"]
    """Whether the kernel lies inside the map."""

    @property
    def interior_error(self) -> float:
        """Largest error where the kernel lies inside the map."""
        return float(self.error[self.interior].max())

    @property
    def border_error(self) -> float:
        """Largest error where the kernel reaches over the edge; 0 for a kernel of one place."""
        return float(self.error[~self.interior].max(initial=0))


THRESHOLDS = (0.2, 0.3, 0.5, 0.99)
"""Shares of an effective field that squares around a position hold."""
WEIGHTS = ("trained", "random")
"""Whose fields are measured: the model's, and those of one like it that has not been trained."""
IMAGES = ("photo", "average")
"""What they are measured on: the visitor's photo, and the lab's photos on average."""


@dataclass(frozen=True, eq=False)
class FieldTrace(Trace):
    """What one position of a photo can see and does see in every layer of one model.

    Lengths are shares of the picture's side, areas shares of the picture. `weights` and `images` are the first one or
    two of WEIGHTS and IMAGES.
    """

    model: str
    family: str
    """resnet, vit, deit or swin."""
    layer_name: tuple[str, ...]
    labels: tuple[str, ...]
    pixels: Annotated[np.ndarray, "row column channel"]
    """uint8 RGB as the model saw them: resized, before normalisation."""
    probability: Annotated[np.ndarray, "label"]
    """Class probabilities."""
    box: Annotated[np.ndarray, "layer edge"]
    """The theoretical field: top, left, bottom, right."""
    field: Annotated[np.ndarray, "weights images layer field_row field_column"]
    """The effective field in cells of a few pixels: mean |gradient| in a cell over that in the picture, so 1 on average
    (but 0 in a field of zeros)."""
    area: Annotated[np.ndarray, "weights images layer threshold definition"]
    """Smallest square that holds a share of the field (THRESHOLDS), inside the theoretical field, by RepLKNet's
    definition and by raw gradient mass."""
    square: Annotated[np.ndarray, "weights images layer edge"]
    """The one that holds half of the gradient mass: top, left, bottom, right."""
    radius: Annotated[np.ndarray, "weights images layer"]
    """Root mean square distance of the effective field from the centre of the unit that stands for the position."""
    box_radius: Annotated[np.ndarray, "layer"]
    """The same, if every pixel of the theoretical field counted equally."""
    attention_distance: Annotated[np.ndarray, "layer"]
    """Root mean square distance that the attention of the position's own token spans, mean over heads; nan where there
    is no attention."""
    rollout: Annotated[np.ndarray, "layer patch_row patch_column"]
    """Attention rollout from the position's patch over all patches; one nan a layer where there is none."""


SWEPT = ("stage 2, layer 2", "stage 3, layer 2", "stage 4, layer 2")
"""Layers of a basic ResNet whose first convolution has stride 1 and whose map is small enough to be quick."""


@dataclass(frozen=True, eq=False)
class SweepTrace(Trace):
    """A trained convolution and the attention layer that stands for it, while alpha grows."""

    model: str
    layer: str
    kernel_size: int
    channels: tuple[int, int]
    """In and out."""
    alpha: Annotated[np.ndarray, "alpha"]
    attention: Annotated[np.ndarray, "alpha head row column"]
    """Of the token in the middle of the map."""
    error: Annotated[np.ndarray, "alpha row column"]
    """Largest difference of any output channel, as a share of the convolution's largest output."""
    interior: Annotated[np.ndarray, "row column"]
    """Whether the kernel lies inside the map."""
    largest: float
    """The convolution's largest |output|."""


@dataclass(frozen=True, eq=False)
class EvidenceTrace(Trace):
    """Which pixels of a photo speak for one class of one model."""

    model: str
    pixels: Annotated[np.ndarray, "row column channel"]
    label: str
    probability: float
    integrated: Annotated[np.ndarray, "row column"]
    """Integrated gradients: what each pixel adds to the label's logit."""
    grad_cam: Annotated[np.ndarray, "cam_row cam_column"]
    """At least 0; one nan where the model is no CNN."""
    logit_difference: float
    """The label's logit for the photo less that for a plain picture of the mean colour."""
    completeness_error: float
    """Sum of the integrated gradients less the logit difference."""


@dataclass(frozen=True, eq=False)
class EfficiencyTrace(Trace):
    """What models have, cost and reach, and what one layer of each kind has at growing width."""

    model: tuple[str, ...]
    parameters: Annotated[np.ndarray, "model"]
    multiply_adds: Annotated[np.ndarray, "model"]
    """Of one picture."""
    val_accuracy: Annotated[np.ndarray, "model"]
    """Share of Imagenette's validation pictures; nan where no recipe tells it."""
    kind: tuple[str, ...]
    """convolution (3x3), attention, vit_layer."""
    n_embd: Annotated[np.ndarray, "width"]
    weights: Annotated[np.ndarray, "kind width"]
    """In kernels and matrices, biases and norms left out."""


VARIANTS = ("photo", "shuffled", "shifted", "mirrored")
"""Of a photo: unchanged; cut into square tiles that change places; rolled cyclically down and to the right; left and
right exchanged."""
SETTINGS = ("with", "without")
"""A model as it is, and without its position parameters."""


@dataclass(frozen=True, eq=False)
class PositionTrace(Trace):
    """Variants of one photo through one model, with and without its position parameters.

    variant is VARIANTS; setting is SETTINGS, or its first where a model has no position parameters.
    """

    model: str
    labels: tuple[str, ...]
    tile: int
    """Side of a shuffled tile in pixels."""
    shift: int
    """Pixels that the shifted photo was rolled down and to the right."""
    pixels: Annotated[np.ndarray, "variant row column channel"]
    """uint8 RGB."""
    probability: Annotated[np.ndarray, "setting variant label"]
    similarity: Annotated[np.ndarray, "setting variant"]
    """Cosine of the feature that the head reads and that of the unchanged photo in the same setting."""


@dataclass(frozen=True, eq=False)
class DependenceTrace(Trace):
    """Validation accuracy of each family after training on each share of the pictures, all after the same steps."""

    family: tuple[str, ...]
    steps: int
    parameters: Annotated[np.ndarray, "family"]
    multiply_adds: Annotated[np.ndarray, "family"]
    """Of one picture."""
    share: Annotated[np.ndarray, "share"]
    """Ascending, in (0, 1]."""
    n_image: Annotated[np.ndarray, "share"]
    """Training pictures of each share."""
    n_seed: Annotated[np.ndarray, "share"]
    """Runs of each family that mean, lowest and highest are taken over; with one, all three are that run."""
    mean: Annotated[np.ndarray, "family share"]
    lowest: Annotated[np.ndarray, "family share"]
    highest: Annotated[np.ndarray, "family share"]


@dataclass(frozen=True, eq=False)
class TheoryTrace(Trace):
    """What a point of the last map of published CNNs can see, by theory alone."""

    model: tuple[str, ...]
    """As torchvision names them."""
    side: int
    """Pixels a side of the picture."""
    size: Annotated[np.ndarray, "model"]
    """Pixels a side of the field, padding included."""


@dataclass(frozen=True, eq=False)
class ReceptiveFieldTrace(Trace):
    """One position of one photo in several models; the rest of it only where a run asked for more than the fields."""

    request: str
    """A mark of the photo, the models and the layer: where it is still the same, another position needs only fields."""
    position: tuple[float, float]
    """Down and across, as shares of the sides."""
    n_image: int
    """How many photos the average is over; 0 without an average."""
    columns: tuple[FieldTrace, ...]
    published: tuple[TheoryTrace, ...] = ()
    evidence: tuple[EvidenceTrace, ...] = ()
    sweep: tuple[SweepTrace, ...] = ()
    awareness: tuple[PositionTrace, ...] = ()
    efficiency: tuple[EfficiencyTrace, ...] = ()
    dependence: tuple[DependenceTrace, ...] = ()
