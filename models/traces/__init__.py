"""The vocabulary: every trace, a frozen record of NumPy arrays with named axes. Torch stops here."""

from models.traces.cnn_vs_attention import (
    SETTINGS,
    SWEPT,
    VARIANTS,
    ConvolutionTrace,
    DependenceTrace,
    EfficiencyTrace,
    EvidenceTrace,
    PositionTrace,
    SweepTrace,
)
from models.traces.cost import COST_WIDTHS, COST_WINDOWS, CostTrace
from models.traces.fields import IMAGES, THRESHOLDS, WEIGHTS, FieldTrace, ReceptiveFieldTrace, TheoryTrace
from models.traces.patches import PatchesTrace
from models.traces.swin import SwinBlock, SwinTrace
from models.traces.translation import (
    FATES,
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
    "METHODS",
    "SETTINGS",
    "STOPPING",
    "STRATEGIES",
    "SWEPT",
    "THRESHOLDS",
    "VARIANTS",
    "WEIGHTS",
    "ConvolutionTrace",
    "CostTrace",
    "DecodingTrace",
    "DependenceTrace",
    "EfficiencyTrace",
    "EvidenceTrace",
    "FieldTrace",
    "Finished",
    "LengthCandidate",
    "PatchesTrace",
    "PositionTrace",
    "RaceTrace",
    "ReceptiveFieldTrace",
    "RefineTrace",
    "SearchStep",
    "SearchTrace",
    "SweepTrace",
    "SwinBlock",
    "SwinTrace",
    "TheoryTrace",
    "VitTrace",
]
