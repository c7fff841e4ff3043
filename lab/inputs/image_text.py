"""What is compared with a photo, and by which model."""

from dataclasses import dataclass
from typing import Any, ClassVar

import gradio as gr

from lab.inputs.generation import Prompt
from lab.inputs.hidden import rows_schema, whole_rows
from lab.inputs.kinds import Choice, Input, Line, Model, Number
from lab.inputs.photo import ExamplePhoto, ExamplePhotos, Photo
from lab.text import LANGUAGES, Text
from models.clip.bundled import CLIP
from models.clip.sentences import MOST, lines
from models.errors import InputError
from models.families import CAPTIONERS, DECODERS, DUAL_ENCODERS
from models.flamingo.bundled import FLAMINGO
from models.scenes.bundled import CAPTIONS, CODES, STREAM


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


@dataclass(frozen=True, kw_only=True, eq=False)
class Codes(Input):
    """Picture codes that a visitor puts somewhere: (place, code) each. A new question starts without any."""

    default: tuple[tuple[int, int], ...] = ()
    maximum: int = 64
    hidden: ClassVar[bool] = True
    form: ClassVar[str] = "codes"
    bad: ClassVar[tuple[Any, ...]] = (
        *(None, {}, "x", 3, [1], [[1]], [[1, 2, 3]], [["a", 0]], [[0, 1.5]], [[True, 5]], [[-1, 5]]),
        [[0, code] for code in range(65)],
    )

    @property
    def schema(self) -> dict[str, Any]:
        return rows_schema(2, self.maximum)

    def checked(self, sent: Any) -> tuple[tuple[int, int], ...]:
        if not whole_rows(sent, 2, self.maximum):
            raise InputError("scenes.put")
        return tuple((place, code) for place, code in sent)


CAPTION = Prompt(name="caption", default=CAPTIONS["en"][0])
CODER = Model(name="codes", default=CODES, families=("PictureCodes",), reads=None, bundled=(CODES,), more=True)
TOKENS = (
    Choice(name="pictured", default="scene", values=("scene", "photo")),
    CAPTION,
    MATCH[0],
    CODER,
    Codes(name="swapped"),
)
"""A drawn scene, or the photo, and codes to swap in it."""
WRITE = (
    CAPTION,
    Prompt(name="other", default=CAPTIONS["en"][1]),
    Choice(name="method", default="sample", values=("sample", "greedy")),
    Number(name="seed", default=0, minimum=0, maximum=99),
    Number(name="temperature", default=1.0, minimum=0.1, maximum=2, step=0.1, more=True),
    Number(name="top_k", default=0, minimum=0, maximum=100, more=True),
    Model(name="stream", default=STREAM, families=DECODERS, reads="text", bundled=(STREAM,), more=True),
    CODER,
    Codes(name="forced"),
)
"""Two captions, and how codes are drawn after them."""
DESCRIBED = (
    MATCH[0],
    ExamplePhoto(name="second", default="astronaut"),
    Choice(name="language", default=LANGUAGES[0], values=LANGUAGES),
    Model(
        name="flamingo", default=FLAMINGO, families=CAPTIONERS, reads="image and text", bundled=(FLAMINGO,), more=True
    ),
)
"""One photo or two, and who describes them in which language."""
OPENS = {
    "zh": {
        "texts": CHINESE_TEXTS,
        "things": CHINESE_THINGS,
        "caption": CAPTIONS["zh"][0],
        "other": CAPTIONS["zh"][1],
        "language": "zh",
    }
}
"""What the page of a language opens with."""
