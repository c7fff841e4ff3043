"""Every text key that the code can compose exists: those written out, and those glued from a known vocabulary."""

import ast
import itertools
from pathlib import Path

import pytest

from lab import menu
from lab.exhibits import EXHIBITS
from lab.text import LANGUAGES, table
from lab.views.fields import growth
from lab.views.strategies import details, finetune, train
from models.scenes.world import COLOURS, PLACES, SHAPES, SIZES
from models.strategies.recorded import RECORDED
from models.strategies.variants import AHEAD, DETAILS
from models.traces import (
    FED_WAYS,
    FINETUNING_WAYS,
    FOIL_KINDS,
    GRAPH_EDGES,
    GRAPH_KINDS,
    HEAD_RULES,
    MEASURED,
    METHODS,
    MISTAKES,
    PATCH_CHANGES,
    PATCH_ORDERS,
    POOLED,
    POSITION_SETTINGS,
    RANKED_WEIGHTS,
    SCORED_KINDS,
    STACK_VARIANTS,
    TRAINING_DETAILS,
    TRAINING_STRATEGIES,
)
from models.translation.bundled import RAW_COUNTERPART

ROOT = Path(__file__).resolve().parents[2]
RECORDS = {
    "lab/api/operations.py",
    "lab/layout.py",
    "lab/truth.py",
    "lab/header.py",
    "lab/record.py",
    "lab/page.py",
    "lab/inputs/lines.py",
    "lab/inputs/image_text.py",
    "lab/inputs/kinds.py",
    "lab/inputs/photo.py",
    "lab/inputs/sentence.py",
    "lab/inputs/several.py",
    "tools/load.py",
}
"""Glue names of records, which test_records walks."""
KINDS = {
    "lab/format.py": {
        "kind": (
            *("embedder", "stem", "layer", "stage_layer", "stage_block", "stage_downsampling", "stage_local"),
            *("stage_attention", "stage_fusion", "last_map"),
        )
    },
    "lab/menu.py": {"kind": menu.KINDS},
    "lab/screen.py": {},
    "lab/views/anatomy/attention.py": {"stack": ("encoder", "decoder")},
    "lab/views/anatomy/cache.py": {"name": ("with_cache", "without_cache"), "key": ("claim", "claim_decoder")},
    "lab/views/anatomy/flow.py": {"flow.stack": ("encoder", "decoder")},
    "lab/views/blocks/gradients.py": {
        "variant": STACK_VARIANTS,
        "bound": ("lowest", "highest"),
        "'relieve' if relieve else 'relieve_not'": ("relieve", "relieve_not"),
        "'norm_keeps' if kept else 'norm_keeps_not'": ("norm_keeps", "norm_keeps_not"),
        "'learnt' if learnt else 'learnt_none'": ("learnt", "learnt_none"),
    },
    "lab/views/blocks/norm_order.py": {
        "bound": ("smallest", "largest"),
        "'pre' if stream.pre_norm else 'post'": ("pre", "post"),
    },
    "lab/views/blocks/order.py": {"setting": POSITION_SETTINGS, "held": ("holds", "fails")},
    "lab/views/blocks/positions.py": {
        "axis": ("position", "patch"),
        "kind": ("dot_product", "cosine", "sinusoids", "learned"),
    },
    "lab/views/blocks/sizes.py": {
        "word": ("model", "parameters", "embedding", "attention", "feed_forward", "ratio", "multiply_adds")
    },
    "lab/views/cost/cost.py": {"kind": ("global", "window")},
    "lab/views/cost/speed.py": {
        "axis": ("multiply_adds", "milliseconds"),
        "kind": ("resnet", "vit", "swin", "mobilevit"),
        "word": ("model", "side", "parameters", "multiply_adds", "alone_ms", "batch_ms", "rate"),
    },
    "lab/views/cnn_vs_attention/parameters.py": {
        "kind": ("convolution", "attention", "vit_layer", "resnet_layer"),
        "name": ("model", "parameters", "multiply_adds", "accuracy"),
    },
    "lab/views/cnn_vs_attention/position.py": {"kind": ("line", "line_none", "verdict_model", "verdict_model_none")},
    "lab/views/cnn_vs_attention/data.py": {"family": ("resnet", "swin", "vit")},
    "lab/views/decoding/outputs.py": {
        "kind": (
            *("autoregressive", "non_autoregressive", "raw_data"),
            *("unseen", "language", "followed", "replaced", "ignored"),
        )
    },
    "lab/views/decoding/decode.py": {"'same' if search.output == refine.output else 'differ'": ("same", "differ")},
    "lab/views/decoding/refinement.py": {"raw.model": tuple(RAW_COUNTERPART.values())},
    "lab/views/decoding/search.py": {"search.method": ("beam", "sample"), "kind": ("departs", "never_departs")},
    "lab/views/image_text/match.py": {"among": ("alone", "tied", "claim")},
    "lab/views/image_text/scenes.py": {"name": (*SIZES, *COLOURS, *SHAPES, *PLACES)},
    "lab/views/strategies/history.py": {"trace.measure": MEASURED, "trace.unit": ("epoch", "step")},
    "lab/views/strategies/recovery.py": {"mistake": MISTAKES, "trace.corpus": (*RECORDED.values(),)},
    "lab/views/strategies/train.py": {
        "strategy": TRAINING_STRATEGIES,
        "name": ("gold", "own"),
        "word": train.COLUMNS,
    },
    "lab/views/strategies/curves.py": {"bound": ("lowest", "highest")},
    "lab/views/strategies/details.py": {
        "variant": tuple(itertools.chain(*DETAILS.values())),
        "curve": {curve for curves in details.CHARTS.values() for curve in curves},
        "name": {*details.FIRST_COLUMNS, *itertools.chain(*details.COLUMNS.values()), details.LAST_COLUMN},
        "measure": {one.measure for one in AHEAD.values()},
        "trace.detail": TRAINING_DETAILS,
        "outcome(one < other)": details.OUTCOMES,
    },
    "lab/views/strategies/fed.py": {"way": FED_WAYS},
    "lab/views/strategies/finetune.py": {
        "way": FINETUNING_WAYS,
        "word": finetune.COLUMNS,
        "beside(trace, at, place)": ("above", "below", "within"),
    },
    "lab/views/strategies/widths.py": {"name": ("bleu", "log_prob", "length"), "trace.corpus": (*RECORDED.values(),)},
    "lab/views/strategies/wrong.py": {"trace.mistake": MISTAKES},
    "lab/views/image_text/caption.py": {"'differs' if difference else 'exact'": ("differs", "exact")},
    "lab/views/image_text/fails.py": {"kind": FOIL_KINDS, "language": LANGUAGES},
    "lab/views/graph/compare.py": {
        "kind": GRAPH_KINDS,
        "edges": GRAPH_EDGES,
        "name": ("accuracy", "far"),
        "word": ("kind", "parameters"),
    },
    "lab/views/generation/learning.py": {"found": ("by_heart", "not_yet")},
    "lab/views/generation/heads.py": {"rule": HEAD_RULES, "found": ("best", "none")},
    "lab/views/graph/depth.py": {"kind": GRAPH_KINDS},
    "lab/views/graph/graph.py": {"trace.kind": GRAPH_KINDS},
    "lab/views/graph/paper.py": {"trace.kind": GRAPH_KINDS, "word": ("edge", "attention", "then")},
    "lab/views/graph/ranking.py": {"kind": SCORED_KINDS, "name": RANKED_WEIGHTS},
    "lab/views/anatomy/pooling.py": {"name": POOLED, "overtakes": ("never", "always", "last", "layer")},
    "lab/views/patches/answer.py": {"verb": ("knows", "gives"), "view": ("swin_answer", "mobilevit_answer")},
    "lab/views/patches/deletion.py": {
        "order": (*PATCH_ORDERS, "random"),
        "change": PATCH_CHANGES,
        "bound": ("lowest", "highest"),
        "hover": ("hover", "hover_random"),
        "where": ("both", *PATCH_CHANGES, "neither"),
    },
    "lab/views/fields/growth.py": {"kind": ("theory", "effective", "untrained", "attention")},
    "tools/readme.py": {
        "column": ("exhibit", "views", "about", "uses"),
        "name": tuple(exhibit.name for exhibit in EXHIBITS),
        "view": (),
    },
}
"""What each file puts into a key, by the expression that it glues; a new file or expression is to be added here."""


def calls(path):
    """The first argument of every call of something named text, or Text(...)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            named = isinstance(node.func, ast.Name) and node.func.id == "text"
            own = isinstance(node.func, ast.Attribute) and node.func.attr == "text"
            if named or own:
                yield node.args[0]


def keys(path):
    """Every key that a file can compose."""
    place = str(path.relative_to(ROOT))
    for argument in calls(path):
        for one in [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]:
            if isinstance(one, ast.Constant):
                yield one.value
            elif isinstance(one, ast.JoinedStr) and place not in RECORDS:
                parts = [
                    KINDS[place][ast.unparse(part.value)] if isinstance(part, ast.FormattedValue) else [str(part.value)]
                    for part in one.values
                    if isinstance(part, ast.FormattedValue | ast.Constant)
                ]
                yield from ("".join(words) for words in itertools.product(*parts))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_that_python_composes_exists(language):
    found = {}
    for path in [*ROOT.glob("lab/**/*.py"), *ROOT.glob("tools/*.py")]:
        for key in keys(path):
            found.setdefault(key, str(path.relative_to(ROOT)))
    assert len(found) > 60
    missing = {key: path for key, path in found.items() if key not in table(language)}
    assert not missing


def test_glued_keys_are_found():
    found = set(keys(ROOT / "lab/views/fields/growth.py"))
    assert {"fields.view.growth.line_theory", "fields.view.growth.kind_attention", "fields.view.growth.depth"} <= found


def test_the_glued_vocabularies_are_those_of_the_code():
    assert set(KINDS["lab/views/decoding/search.py"]["search.method"]) == set(METHODS) - {"greedy"}
    assert set(KINDS["lab/views/fields/growth.py"]["kind"]) == set(growth.LINES)
