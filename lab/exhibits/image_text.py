"""Image and Text: two towers that meet in a dot product; words and picture codes in one stream; photos in words."""

from lab.exhibit import Endpoint, Exhibit, Run, View
from lab.inputs.image_text import DESCRIBED, MATCH, OPENS, PROMPTED, TOKENS, WRITE
from lab.views.image_text import caption, fails, match, matrix, prompts, tokens, write
from models.traces import CaptionTrace, FoilsTrace, MatchTrace, PictureCodesTrace, PromptsTrace, TextToImageTrace

SAVED = {"": {}, **OPENS}
"""The questions whose answers are saved: what the page of each language opens with."""

EXHIBIT = Exhibit(
    "image_text",
    inputs=tuple(dict.fromkeys((*MATCH, PROMPTED, *TOKENS, *WRITE, *DESCRIBED))),
    runs=(
        Run(
            "match",
            compute="models.clip.match:trace",
            trace=MatchTrace,
            inputs=tuple(one.name for one in MATCH),
            views=(
                View("match", match, widget="image_text/match"),
                View("matrix", matrix, widget="image_text/matrix"),
            ),
            saved=SAVED,
            endpoints=(Endpoint("image_text_match"),),
        ),
        Run(
            "prompts",
            compute="models.clip.prompts:trace",
            trace=PromptsTrace,
            inputs=("photo", "things", "clip"),
            views=(View("prompts", prompts, widget="chart"),),
            saved=SAVED,
            endpoints=(Endpoint("zero_shot_prompts"),),
        ),
        Run(
            "fails",
            compute="models.clip.fails:trace",
            trace=FoilsTrace,
            views=(View("fails", fails, widget="chart", truth="recorded"),),
            endpoints=(Endpoint("caption_foils"),),
        ),
        Run(
            "tokens",
            compute="models.scenes.picture:trace",
            trace=PictureCodesTrace,
            inputs=tuple(one.name for one in TOKENS),
            views=(View("tokens", tokens, widget="image_text/tokens"),),
            actions={"swap": "swapped"},
            saved=SAVED,
            endpoints=(Endpoint("picture_tokens"),),
        ),
        Run(
            "write",
            compute="models.scenes.generate:trace",
            trace=TextToImageTrace,
            inputs=tuple(one.name for one in WRITE),
            views=(View("write", write, widget="image_text/write"),),
            actions={"put": "forced"},
            grows=True,
            saved=SAVED,
            endpoints=(Endpoint("text_to_image"),),
        ),
        Run(
            "caption",
            compute="models.flamingo.caption:trace",
            trace=CaptionTrace,
            inputs=tuple(one.name for one in DESCRIBED),
            views=(View("caption", caption, widget="image_text/caption"),),
            saved=SAVED,
            endpoints=(Endpoint("photo_caption"),),
        ),
    ),
    opens=OPENS,
    focused=True,
)
