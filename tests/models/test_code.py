"""Pickles and code that comes with a model: never opened, never run, anywhere in the lab."""

import ast
import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from models.axes import Trace
from models.checkpoint import open_model
from tests.models.opening import FAMILIES, code

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "app.py", *ROOT.glob("lab/**/*.py"), *ROOT.glob("models/**/*.py"), *ROOT.glob("tools/**/*.py")]
OWN_CODE = {"models/anatomy/living_code.py"}
"""Runs our own short versions of what a lecture writes, which are files of the lab."""

OWN_PICKLES = {"lab/replicas.py"}
"""Sends questions and answers from one of the lab's own processes to another, as Ray itself does."""


def calls(path):
    """(what is called, its named arguments) of every call in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), {one.arg: ast.unparse(one.value) for one in node.keywords}


def unsafe(path):
    """The calls in a file that would open a pickle or run what it is given."""
    for name, named in calls(path):
        called = name.rpartition(".")[2]
        if name.startswith(("pickle.", "dill.", "joblib.", "marshal.", "shelve.")) or called == "literal_exec":
            yield name
        if called == "load" and "torch" in name and named.get("weights_only") != "True":
            yield name
        if named.get("allow_pickle", "False") != "False" or named.get("trust_remote_code", "False") != "False":
            yield name
        if called == "from_pretrained" and name.startswith("kind.") and named.get("use_safetensors") != "True":
            yield name
        if name in ("eval", "exec", "os.system") or named.get("shell", "False") != "False":
            yield name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_opens_a_pickle_or_runs_what_it_is_given(path):
    found, name = set(unsafe(path)), str(path.relative_to(ROOT))
    own = {"exec"} if name in OWN_CODE else {"pickle.dumps", "pickle.loads"} if name in OWN_PICKLES else set()
    assert found == own


def test_such_calls_are_found(tmp_path):
    lines = ("pickle.loads(a)", "torch.load(a)", "np.load(a, allow_pickle=True)", "f(trust_remote_code=x)", "exec(a)")
    (tmp_path / "a.py").write_text("\n".join([*lines, "run(a, shell=True)"]))
    assert len(list(unsafe(tmp_path / "a.py"))) == 6


class Evil:
    """Makes a file where it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


@pytest.fixture
def mark(tmp_path):
    """What does not exist unless a pickle was opened or code was run."""
    mark = tmp_path / "mark"
    pickle.loads(pickle.dumps(Evil(mark)))
    assert mark.exists()
    mark.unlink()
    yield mark
    assert not mark.exists()


@pytest.fixture
def folder(tiny_vit, tmp_path):
    """A model that one may spoil."""
    return Path(shutil.copytree(tiny_vit, tmp_path / "model"))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.pth", "model.ckpt"])
def test_pickled_weights_are_not_opened(folder, mark, name):
    (folder / "model.safetensors").unlink()
    torch.save({"a": Evil(mark)}, folder / name)
    assert code(folder) in ("model.pickled", "model.no_weights")


def test_a_pickle_under_the_name_of_safetensors_is_not_opened(folder, mark):
    (folder / "model.safetensors").write_bytes(pickle.dumps(Evil(mark)))
    assert code(folder).startswith("model.")


def test_code_that_comes_with_a_model_is_not_run(folder, mark):
    (folder / "evil.py").write_text(f"import pathlib\npathlib.Path({str(mark)!r}).touch()\nclass Evil: pass\n")
    own = dict.fromkeys(("AutoConfig", "AutoModel", "AutoModelForImageClassification"), "evil.Evil")
    for file in ("config.json", "preprocessor_config.json"):
        settings = json.loads((folder / file).read_text())
        settings["auto_map"] = own | {"AutoImageProcessor": "evil.Evil"}
        (folder / file).write_text(json.dumps(settings))
    assert open_model(str(folder), FAMILIES, "image")


def test_a_saved_trace_with_a_pickle_is_not_opened(tmp_path, mark):
    np.savez(tmp_path / "run.npz", a=np.array([Evil(mark)], dtype=object))
    with pytest.raises(ValueError, match="pickle"):
        np.load(tmp_path / "run.npz")["a"]
    with pytest.raises((ValueError, KeyError)):
        Trace.load(tmp_path / "run.npz")


def test_a_header_of_safetensors_that_asks_for_too_much_gets_a_sentence(folder):
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + length])
    name = next(one for one in header if one != "__metadata__")
    for shape, ends in (([10**9, 10**9], [0, 4]), ([1], [0, 2**62]), ([-1], [0, 4]), ([1], [4, 0])):
        forged = json.dumps(header | {name: {"dtype": "F32", "shape": shape, "data_offsets": ends}}).encode()
        weights.write_bytes(len(forged).to_bytes(8, "little") + forged + whole[8 + length :])
        assert code(folder).startswith("model.")
    for length in (0, 2**62, 2**64 - 1):
        weights.write_bytes(length.to_bytes(8, "little") + b"{}")
        assert code(folder).startswith("model.")
