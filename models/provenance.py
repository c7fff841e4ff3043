"""Where a run's numbers come from: its models and their revisions, the device and the precision."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

from models.axes import Trace
from models.checkpoint import OpenModel, revision
from models.device import describe


@dataclass(frozen=True)
class Provenance:
    """What a trace was computed with."""

    models: tuple[tuple[str, str], ...]
    """Reference and revision of each, in the order of the run's inputs."""
    device: str
    """Of what was recorded, the one that it was trained on, or "" where the record does not say."""
    precision: tuple[str, ...]
    """The kinds of the numbers that were computed with, as PyTorch names them: "float32"; none for a record."""

    @classmethod
    def of(cls, trace: Trace, opened: Mapping[str, Any], recorded: bool = False) -> Self:
        """That of a trace which was computed just now with opened models, each of them named once.

        A trace that was computed on another device, or more precisely, than its models are says so itself. recorded: it
        was read from a record, and not computed here.
        """
        found = [one for one in opened.values() if isinstance(one, OpenModel)]
        models = tuple((name, revision(name)) for name in dict.fromkeys(one.reference for one in found))
        device, precision = getattr(trace, "device", ""), getattr(trace, "precision", "")
        if recorded:
            return cls(models, device, ())
        return cls(models, device or describe(), (precision,) if precision else _precision(found))

    def to_json(self) -> str:
        """For a file."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, written: str) -> Self:
        """What `to_json` wrote."""
        read = json.loads(written)
        return cls(tuple(map(tuple, read["models"])), read["device"], tuple(read["precision"]))


class Measurement(NamedTuple):
    """A trace and what it was computed with."""

    trace: Trace
    provenance: Provenance


def _precision(found: list[OpenModel]) -> tuple[str, ...]:
    """Of the models' weights; where a run makes its own layers, PyTorch's default."""
    import torch

    kinds = {parameter.dtype for one in found for parameter in one.model.parameters()} or {torch.get_default_dtype()}
    return tuple(sorted(str(kind).removeprefix("torch.") for kind in kinds))
