"""What a widget may ask for: an action's name and plain values, checked here, by name."""

from typing import Any

from lab.exhibit import Exhibit
from models.errors import InputError


def overrides(exhibit: Exhibit, sent: Any) -> dict[str, Any]:
    """The hidden input that an action sets, and its value.

    sent: {"view": name, "action": name, "values": {input: value}}. Raises InputError for an action that the view's run
    does not have, or a value that the input does not take.
    """
    asked = sent if isinstance(sent, dict) else {}
    view, name = asked.get("view"), asked.get("action")
    run, _ = exhibit.views.get(view, (None, None)) if isinstance(view, str) else (None, None)
    hidden = run.actions.get(name) if run and isinstance(name, str) else None
    if not hidden:
        raise InputError("run.action")
    values = asked.get("values")
    return {hidden: exhibit.input(hidden).checked(values.get(hidden) if isinstance(values, dict) else None)}
