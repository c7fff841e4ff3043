"""What is compared with a photo, and by which model."""

from dataclasses import dataclass
from typing import Any, ClassVar

import gradio as gr

from lab.inputs.kinds import Line, Model
from lab.inputs.photo import ExamplePhotos, Photo
from lab.text import Text
from models.clip.bundled import CLIP
from models.clip.sentences import MOST, lines
from models.families import DUAL_ENCODERS


@dataclass(frozen=True, kw_only=True, eq=False)
class Sentences(Line):
    """Sentences, one a line; the computation gets them one by one."""

    maximum: int = 4_000
    own: ClassVar[bool] = True
    bad: ClassVar[tuple[Any, ...]] = (None, 7, [], {"a": 1}, "", " \n ", "a\n" * (MOST + 1), "x" * 4_001)

    def component(self, text: Text, exhibit: str) -> gr.Textbox:
        return gr.Textbox(
            self.default,
            label=text(f"{exhibit}.input.{self.name}"),
            info=text(f"{exhibit}.input.{self.name}_info"),
            lines=6,
            max_lines=MOST,
            interactive=True,
        )

    def checked(self, sent: Any) -> tuple[str, ...]:
        return lines(super().checked(sent))


TEXTS = "\n".join(
    (
        "A temple with a curved roof behind trees.",
        "A close-up of a cat's face.",
        "A smiling astronaut in an orange suit.",
        "A cup of coffee on a wooden table.",
        "A rocket takes off into the sky.",
        "A red and yellow flower in a garden.",
    )
)
CHINESE_TEXTS = "\n".join(
    (
        "树丛中的一座房子",
        "一只猫的脸",
        "一个穿橙色衣服的女人在微笑",
        "桌子上有一杯咖啡",
        "一枚火箭飞上天空",
        "花园里的一朵红花",
    )
)
"""A sentence for each of the example photos."""
THINGS = "\n".join(("temple", "cat", "astronaut", "cup of coffee", "rocket", "flower"))
CHINESE_THINGS = "\n".join(("房子", "猫", "女人", "咖啡", "火箭", "花"))
"""What one may see on the example photos."""
MATCH = (
    Photo(name="photo", default="cat"),
    Sentences(name="texts", default=TEXTS),
    Model(
        name="clip",
        default=CLIP,
        families=DUAL_ENCODERS,
        reads="image and text",
        bundled=(CLIP,),
        hub={"openai/clip-vit-base-patch32": 605},
        more=True,
    ),
    ExamplePhotos(name="others", default=True, more=True),
)
PROMPTED = Sentences(name="things", default=THINGS)
OPENS = {"zh": {"texts": CHINESE_TEXTS, "things": CHINESE_THINGS}}
"""What the page of a language opens with."""
