"""The vocabulary: every trace, a frozen record of NumPy arrays with named axes. Torch stops here."""

from models.traces.cnn_vs_attention import (
    SETTINGS,
    SWEPT,
    VARIANTS,
    Attribution,
    AttributionsTrace,
    ConvolutionSweepTrace,
    ConvolutionTrace,
    DataEfficiencyTrace,
    ParametersTrace,
    PositionAblation,
    PositionAblationsTrace,
)
from models.traces.cost import COST_WIDTHS, COST_WINDOWS, CostTrace
from models.traces.encoder_positions import POSITION_SETTINGS, EncoderPositionsTrace
from models.traces.fields import (
    AREA_DEFINITIONS,
    HALF_MASS,
    IMAGES,
    THRESHOLDS,
    WEIGHTS,
    FieldsTrace,
    FieldTrace,
    TheoryTrace,
)
from models.traces.gradients import NORM_PLACES, STACK_VARIANTS, TRAINED_DEPTHS, GradientsTrace
from models.traces.layer_norm import LayerNormTrace, StreamTrace
from models.traces.patch_deletion import PATCH_CHANGES, PATCH_ORDERS, PatchDeletionTrace
from models.traces.patches import PatchesTrace
from models.traces.relevance import RelevanceTrace
from models.traces.sizes import SIZE_PARTS, ArchitectureSize, SizesTrace
from models.traces.swin import SwinBlock, SwinTrace
from models.traces.translation import (
    FATES,
    MAX_LENGTH,
    METHODS,
    STOPPING,
    STRATEGIES,
    DecodingTrace,
    Finished,
    LengthCandidate,
    NextTokens,
    RaceTrace,
    RefineTrace,
    SearchStep,
    SearchTrace,
)
from models.traces.vit import VitTrace

__all__ = [
    "AREA_DEFINITIONS",
    "COST_WIDTHS",
    "COST_WINDOWS",
    "FATES",
    "HALF_MASS",
    "IMAGES",
    "MAX_LENGTH",
    "METHODS",
    "NORM_PLACES",
    "PATCH_CHANGES",
    "PATCH_ORDERS",
    "POSITION_SETTINGS",
    "SETTINGS",
    "SIZE_PARTS",
    "STACK_VARIANTS",
    "STOPPING",
    "STRATEGIES",
    "SWEPT",
    "THRESHOLDS",
    "TRAINED_DEPTHS",
    "VARIANTS",
    "WEIGHTS",
    "ArchitectureSize",
    "Attribution",
    "AttributionsTrace",
    "ConvolutionSweepTrace",
    "ConvolutionTrace",
    "CostTrace",
    "DataEfficiencyTrace",
    "DecodingTrace",
    "EncoderPositionsTrace",
    "FieldTrace",
    "FieldsTrace",
    "Finished",
    "GradientsTrace",
    "LayerNormTrace",
    "LengthCandidate",
    "NextTokens",
    "ParametersTrace",
    "PatchDeletionTrace",
    "PatchesTrace",
    "PositionAblation",
    "PositionAblationsTrace",
    "RaceTrace",
    "RefineTrace",
    "RelevanceTrace",
    "SearchStep",
    "SearchTrace",
    "SizesTrace",
    "StreamTrace",
    "SwinBlock",
    "SwinTrace",
    "TheoryTrace",
    "VitTrace",
]
