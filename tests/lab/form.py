"""An exhibit's button, pressed as a script presses it."""

from typing import Any

from lab.exhibit import Exhibit
from lab.text import Text


class Form:
    """An exhibit's button on the English page: what pressing it sends, by the name of the input."""

    def __init__(self, config: dict[str, Any], exhibit: Exhibit) -> None:
        text = Text("en")
        components = {one["id"]: one["props"] for one in config["components"]}
        buttons = {id for id, props in components.items() if props.get("value") == text(f"{exhibit.name}.run")}
        named = {text(f"{exhibit.name}.input.{one.name}"): one.name for one in exhibit.inputs if not one.hidden}
        forms = {}
        for event in config["dependencies"]:
            if any(target in buttons and trigger == "click" for target, trigger in event["targets"]):
                parts = [components[id] for id in event["inputs"]]
                forms[event["id"]] = [(named.get(props.get("label"), ""), props.get("value")) for props in parts]
        whole = {*named.values(), ""}  # visit and door have no label; another exhibit's button may have the same words
        self.number: int
        self.number, self.parts = next((id, parts) for id, parts in forms.items() if {*dict(parts)} == whole)

    def data(self, **values: Any) -> list[Any]:
        """What is sent: some values, the rest as they stand."""
        return [values.get(name, value) for name, value in self.parts]
