"""Many lines that a visitor writes, or takes out of a file."""

from dataclasses import dataclass
from typing import Any, ClassVar

import gradio as gr

from lab.inputs.kinds import Line
from lab.text import Text


@dataclass(frozen=True, kw_only=True, eq=False)
class Lines(Line):
    """A text of many lines, read where it is asked for; who writes here has chosen what `only` says."""

    maximum: int = 100_000
    bad: ClassVar[tuple[Any, ...]] = (None, 7, [], {"a": 1}, "x" * 100_001)

    @property
    def field(self) -> str:
        """The class by which the page finds the field."""
        return f"lab-field-{self.name}"

    def component(self, text: Text, exhibit: str) -> gr.Textbox:
        return gr.Textbox(
            self.default,
            label=text(f"{exhibit}.input.{self.name}"),
            info=text(f"{exhibit}.input.{self.name}_info"),
            elem_classes=self.field,
            lines=4,
            max_lines=8,
            interactive=True,
        )
