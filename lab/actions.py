"""What a widget may ask for: an action's name and plain values, checked here, by name."""

from typing import Any

from lab.exhibit import Exhibit, Run
from models.errors import InputError


def overrides(exhibit: Exhibit, run: Run, sent: Any) -> dict[str, Any]:
    """The hidden input that an action sets, and its value; widgets send {"action": name, "values": {input: value}}.

    Raises InputError for an action that the run does not have, or a value that the input does not take.
    """
    name = sent.get("action") if isinstance(sent, dict) else None
    hidden = run.actions.get(name) if isinstance(name, str) else None
    if not hidden:
        raise InputError("run.action")
    values = sent.get("values")
    return {hidden: exhibit.input(hidden).checked(values.get(hidden) if isinstance(values, dict) else None)}
