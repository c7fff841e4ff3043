"""Image and Text: two towers that meet in a dot product."""

from lab.exhibit import Exhibit, Run, View
from lab.inputs.image_text import MATCH, OPENS, PROMPTED
from lab.views.image_text import fails, match, matrix, prompts
from models.traces import FoilsTrace, MatchTrace, PromptsTrace

EXHIBIT = Exhibit(
    "image_text",
    inputs=(*MATCH, PROMPTED),
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
            saved={"": {}, **OPENS},
        ),
        Run(
            "prompts",
            compute="models.clip.prompts:trace",
            trace=PromptsTrace,
            inputs=("photo", "things", "clip"),
            views=(View("prompts", prompts, widget="chart"),),
            saved={"": {}, **OPENS},
        ),
        Run(
            "fails",
            compute="models.clip.fails:trace",
            trace=FoilsTrace,
            views=(View("fails", fails, widget="chart", truth="recorded"),),
        ),
    ),
    opens=OPENS,
    focused=True,
)
