"""Some of a few values."""

from dataclasses import dataclass
from typing import Any, ClassVar

import gradio as gr

from lab.inputs.kinds import Choice
from lab.text import Text


@dataclass(frozen=True, kw_only=True, eq=False)
class Choices(Choice):
    """Some of a few values, at least one and at most so many; the computation gets them in the order of `values`."""

    default: tuple[Any, ...] = ()
    most: int
    bad: ClassVar[tuple[Any, ...]] = (
        *(None, {}, {"a": 1}, [], "none of these", 3, True),
        *([None], [["a"]], [{}], ["none of these"], [-1], [True], ["none of these"] * 1000),
    )

    def component(self, text: Text, exhibit: str) -> Any:
        label = text(f"{exhibit}.input.{self.name}")
        return gr.CheckboxGroup(self.named(text, exhibit), value=[*self.default], label=label, interactive=True)

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": super().schema, "minItems": 1, "maxItems": self.most}

    def checked(self, sent: Any) -> tuple[Any, ...]:
        if not isinstance(sent, list | tuple) or not 1 <= len(sent) <= self.most:
            raise self.refusal("choices", most=self.most, values=", ".join(map(str, self.values)))
        chosen = [Choice.checked(self, one) for one in sent]
        return tuple(value for value in self.values if value in chosen)

    def shown(self, sent: Any) -> list[Any]:
        return [*sent]
