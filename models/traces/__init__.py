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
from models.traces.fields import IMAGES, THRESHOLDS, WEIGHTS, FieldsTrace, FieldTrace, TheoryTrace
from models.traces.patches import PatchesTrace
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
    RaceTrace,
    RefineTrace,
    SearchStep,
    SearchTrace,
)
from models.traces.vit import VitTrace

__all__ = [
    "COST_WIDTHS",
    "COST_WINDOWS",
    "FATES",
    "IMAGES",
    "MAX_LENGTH",
    "METHODS",
    "SETTINGS",
    "STOPPING",
    "STRATEGIES",
    "SWEPT",
    "THRESHOLDS",
    "VARIANTS",
    "WEIGHTS",
    "Attribution",
    "AttributionsTrace",
    "ConvolutionSweepTrace",
    "ConvolutionTrace",
    "CostTrace",
    "DataEfficiencyTrace",
    "DecodingTrace",
    "FieldTrace",
    "FieldsTrace",
    "Finished",
    "LengthCandidate",
    "ParametersTrace",
    "PatchesTrace",
    "PositionAblation",
    "PositionAblationsTrace",
    "RaceTrace",
    "RefineTrace",
    "SearchStep",
    "SearchTrace",
    "SwinBlock",
    "SwinTrace",
    "TheoryTrace",
    "VitTrace",
]
