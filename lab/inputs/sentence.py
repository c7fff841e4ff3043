"""A sentence that the visitor types, or one of the examples for the language that it is translated into."""

from dataclasses import dataclass
from typing import Any, ClassVar

import gradio as gr

from lab.inputs.kinds import Input
from lab.sentences import examples
from lab.text import Text
from models.translation.sentence import clean


@dataclass(frozen=True, kw_only=True, eq=False)
class Sentence(Input):
    """A sentence of any language. `follows` names the input that decides which examples are offered."""

    own: ClassVar[bool] = True
    bad: ClassVar[tuple[Any, ...]] = (None, 7, ["a"], {}, "", "  ", "word " * 100, "?!")

    def component(self, text: Text, exhibit: str) -> gr.Textbox:
        label = text(f"{exhibit}.input.{self.name}")
        return gr.Textbox(self.default, label=label, lines=1, max_lines=6, interactive=True)

    def samples(self, text: Text, component: gr.Textbox, language: str) -> gr.Dataset:
        """Examples for a language, to click; Gradio cuts what is longer than 60 characters."""
        rows = self.rows(language)
        return gr.Dataset(components=[component], samples=rows, label=text("sentence.examples"), layout="gallery")

    @staticmethod
    def rows(language: str) -> list[list[str]]:
        """The examples of a language as Gradio takes them."""
        return [[line] for line in examples(language)]

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string"}

    def checked(self, sent: Any) -> str:
        return clean(sent, english=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class EnglishSentence(Sentence):
    """A sentence for models that read English alone."""

    bad: ClassVar[tuple[Any, ...]] = (*Sentence.bad, "一只小狗在跑。")

    def checked(self, sent: Any) -> str:
        return clean(sent)
