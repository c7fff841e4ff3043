"""What kind of truth a view shows, and what it was measured with: one line below every view."""

from lab.exhibit import Exhibit, Run, View
from lab.inputs.kinds import Model
from lab.text import Text, plain
from models.provenance import Provenance


def line(exhibit: Exhibit, view: View, text: Text, provenance: Provenance | None = None) -> str:
    """Kind of truth, models with revisions, layers, precision and device, source; as far as each is known and matters.

    provenance: of the answer that is seen; None before there is one. What was derived depends on no device.
    """
    words = f"{exhibit.name}.view.{view.name}"
    parts = [f"**{text(f'run.truth.{kind(exhibit, view)}')}**"]
    if provenance:
        parts += [text("run.model", name=plain(name), revision=revision) for name, revision in provenance.models]
    if text.has(f"{words}.layers"):
        parts.append(text(f"{words}.layers"))
    if provenance and view.truth == "measured":
        precision = text("run.and").join(provenance.precision)
        parts.append(text("run.computed", precision=precision, device=plain(provenance.device)))
    if provenance and view.truth == "recorded" and provenance.device:
        parts.append(text("run.trained", device=plain(provenance.device)))
    if text.has(f"{words}.source"):
        parts.append(text(f"{words}.source"))
    return " · ".join(parts)


def kind(exhibit: Exhibit, view: View) -> str:
    """The view's truth; "weights" or "here" where it was measured on a model alone, or on this machine."""
    run, _ = exhibit.views[view.name]
    if view.truth != "measured" or is_of_own(exhibit, run):
        return view.truth
    return "weights" if any(isinstance(exhibit.input(name), Model) for name in run.inputs) else "here"


def is_of_own(exhibit: Exhibit, run: Run) -> bool:
    """Whether a run asks for the visitor's own photo or text."""
    return any(exhibit.input(name).own for name in run.inputs)
