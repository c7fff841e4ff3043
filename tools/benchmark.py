"""Every figure that the README states.

python -m tools.benchmark                       prints them beside the last ones and puts them into docs/figures.json
python -m tools.benchmark --only views models   measures some of its parts
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from lab import saved
from lab.exhibits import EXHIBITS, decoding, patches
from lab.inputs.models import THREE_CLASSIFIERS
from lab.inputs.photo import Photo
from lab.text import Text
from lab.views.patches import cut, windows
from lab.views.payload import Payload
from lab.widget import pack
from models.measure import seconds
from tools import browser
from tools.figures import Figures, middle, timed, turns
from tools.generation_figures import generation_rows
from tools.load import class_rows
from tools.replicas import replica_rows
from tools.space_figures import space_rows

TEXT = Text("en")
ONE_EXHIBIT = """import runpy
import lab.exhibits
lab.exhibits.EXHIBITS = lab.exhibits.EXHIBITS[:1]
runpy.run_path("app.py", run_name="__main__")"""
WATCH = """stage => {
  window.times = [];
  stage.addEventListener("pointermove", event => {
    requestAnimationFrame(() => setTimeout(() => window.times.push(performance.now() - event.timeStamp)));
  });
}"""
"""From the browser's own time stamp of a pointer movement until the frame that shows it has been drawn."""


def size(drawn: Any) -> int:
    """Bytes that a browser gets of what a view draws."""
    if isinstance(drawn, Payload):
        return len(pack(drawn.arrays)[0]) + len(json.dumps(drawn.meta))
    if isinstance(drawn, dict) and all(isinstance(part, Payload) for part in drawn.values()):
        return sum(map(size, drawn.values()))
    return len(json.dumps(drawn))


def view_rows(figures: Figures) -> None:
    """What each widget gets of the saved runs: made when its tab is first opened."""
    for exhibit in EXHIBITS:
        for run, view in exhibit.views.values():
            found, payload = saved.load(exhibit, run), view.payload
            if found and payload:
                trace = found.trace
                name = f"{exhibit.name}, {view.name}: payload"
                figures.add(f"{name}, made", middle(lambda p=payload, t=trace: size(p(t, TEXT))) * 1000, "ms")
                figures.add(name, size(payload(trace, TEXT)) / 1e6, "MB", "at most 1.5 MB")


def trace_rows(figures: Figures) -> None:
    """A model's trace against the plain eager forward that gives attention too, and the payload of the trace."""
    import torch

    from models.checkpoint import open_model
    from models.families import SWIN, VIT
    from models.pixels import prepare
    from models.swin.trace import trace as trace_swin
    from models.vit.trace import trace as trace_vit

    photo = Photo(name="photo").checked(Photo.default)
    for name, families, trace, view in (("vit", VIT, trace_vit, cut), ("swin", SWIN, trace_swin, windows)):
        opened = open_model(patches.EXHIBIT.input(name).default, families, "image")

        @torch.inference_mode()
        def plain(opened: Any = opened) -> None:
            pixels = prepare(photo, opened.reader, opened.model.config)
            opened.model(pixels.to(opened.model.device), output_attentions=True)

        def traced(opened: Any = opened, trace: Any = trace) -> Any:
            return trace(opened, photo)

        figures.compare(f"{name}: trace", timed(traced), f"{name}: plain forward", timed(plain), "at most 1.2x")
        figures.add(f"{name}: payload of a trace", size(view.payload(traced(), TEXT)) / 1e6, "MB", "at most 1.5 MB")


def decoding_rows(figures: Figures) -> None:
    """The traced search against generate(), and both kinds of decoding one sentence at a time and 32 at once."""
    from models.search import Settings
    from models.translation import beam_search, mask_predict
    from models.translation.bundled import LENGTH_CANDIDATES
    from models.translation.decoding import open_translators
    from models.translation.race import generate
    from models.translation.sentence import encode

    references = {name: decoding.EXHIBIT.input(name).default for name in ("autoregressive", "non_autoregressive")}
    opened = open_translators(**references)
    _, marian, tokenizer = opened["autoregressive"]
    cmlm = opened["non_autoregressive"].model
    sentence = decoding.EXHIBIT.input("sentence").default
    ids, other_ids = (encode(opened[name], sentence) for name in references)
    beam, greedy = Settings(beam_width=5), Settings("greedy")
    more = {"return_dict_in_generate": True, "output_scores": True, "output_attentions": True}

    def traced() -> Any:
        return beam_search.search(marian, tokenizer, ids, beam, "")

    for name, options, aim in (("bare", {}, "at most 1x"), ("with scores and attentions", more, "")):
        library = timed(lambda options=options: generate(marian, ids, beam, 1, **options))
        figures.compare(f"traced search beside {name}", lambda: traced().seconds, f"generate() {name}", library, aim)
    figures.add("traced search, trace and count included", middle(traced) * 1000, "ms")
    for copies in (1, 32):
        ways: dict[str, Callable[[], object]] = {
            "greedy": lambda n=copies: generate(marian, ids, greedy, n),
            "beam 5": lambda n=copies: generate(marian, ids, beam, n),
        }
        for passes in (1, 4, 10):
            c = mask_predict.Settings(passes, LENGTH_CANDIDATES["de"])
            ways[f"{passes} passes"] = lambda n=copies, c=c: mask_predict.translate(cmlm, other_ids.repeat(n, 1), c)
        for name, times in turns({name: timed(way) for name, way in ways.items()}, 5).items():
            figures.add(f"{copies} at once, {name}: a sentence", statistics.median(times) * 1000 / copies, "ms")


def field_rows(figures: Figures) -> None:
    """The fields of all layers of each column's own classifier, forward included, against captum once for each layer.

    MobileViT is not among them: captum needs a module for every layer, and its attention leaves maps that none gives.
    """
    import torch
    from captum.attr import NeuronGradient

    from models.checkpoint import open_model
    from models.families import CLASSIFIERS
    from models.position import CENTRE
    from models.prepared import prepare_model
    from models.receptive_field.effective import fields

    def unit(output: torch.Tensor | tuple) -> torch.Tensor:
        state = output[0] if isinstance(output, tuple) else output
        if state.ndim == 3:
            return state[:, state.shape[1] // 2].sum(-1)
        return state[:, :, state.shape[2] // 2, state.shape[3] // 2].sum(-1)

    for reference in (one.default for one in THREE_CLASSIFIERS):
        _, model, _ = opened = open_model(reference, CLASSIFIERS, "image")
        pixels = prepare_model(Photo(name="photo").checked(Photo.default), opened).pixels
        modules = modules_of_layers(model, pixels)

        def ours(model: Any = model, pixels: torch.Tensor = pixels) -> None:
            fields(model, pixels, CENTRE)

        def by_captum(model: Any = model, pixels: torch.Tensor = pixels, modules: Any = modules) -> None:
            for module in modules:
                NeuronGradient(model, module).attribute(pixels.clone(), unit)

        name = f"fields, {reference}"
        figures.compare(f"{name}: ours", timed(ours), f"{name}: captum", timed(by_captum), "less than 1x", rounds=3)


def modules_of_layers(model: Any, pixels: Any) -> list[Any]:
    """The module that gives the state of each layer: the outermost of those that give the same values."""
    import torch

    from models import families

    family, given = families.layers(model), []

    def note(module: Any, _: object, output: Any) -> None:
        given.append((module, output[0] if isinstance(output, tuple) else output))

    hooks = [module.register_forward_hook(note) for module in model.modules()]
    with torch.inference_mode():
        model(pixels)
        for hook in hooks:
            hook.remove()
        states = family.walk(model, pixels).states[-len(family.names(model)) :]
    tensors = [(module, output) for module, output in given if isinstance(output, torch.Tensor)]
    alike = [[m for m, o in tensors if o.shape == s.shape and torch.allclose(o, s, atol=1e-4)] for s in states]
    return [modules[-1] for modules in alike]


def graph_rows(figures: Figures) -> None:
    """A layer of dot-product attention along the edges of a graph, against all pairs under its mask, by density."""
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    from models.graph.layers import DotProduct, to_mask, with_loops

    count, generator = 1000, torch.Generator().manual_seed(0)
    layer, nodes = DotProduct(64, 8, 8, concat=True), torch.randn(count, 64, generator=generator)
    for density in (0.001, 0.01, 0.1, 1):
        edges = with_loops((torch.rand(count, count, generator=generator) < density).nonzero().T, count)
        mask = to_mask(edges, count)

        @torch.inference_mode()
        def by_edges(edges: Any = edges) -> Any:
            return layer(nodes, edges)[0]

        @torch.inference_mode()
        def by_mask(mask: Any = mask) -> Any:
            query, key, value = (part.transpose(0, 1)[None] for part in layer.parts(nodes))
            return layer.joined(scaled_dot_product_attention(query, key, value, mask)[0].transpose(0, 1))

        torch.testing.assert_close(by_edges(), by_mask())
        name = f"{count} nodes, {density:.1%} of all pairs"
        figures.compare(f"{name}: edge list", timed(by_edges), f"{name}: masked", timed(by_mask), rounds=5)


def start_rows(figures: Figures) -> None:
    """Seconds until HTTP with one exhibit and with all, and of importing Gradio alone, in turns."""
    gradio = [sys.executable, "-c", "import gradio"]
    timers = {
        "python -c 'import gradio'": timed(lambda: subprocess.run(gradio, check=True)),
        "start until HTTP 200, one exhibit": lambda: started(("-c", ONE_EXHIBIT)),
        "start until HTTP 200, all exhibits": lambda: started(("app.py",)),
    }
    for name, times in turns(timers, 3).items():
        figures.add(name, statistics.median(times), "s", "at most 3.5 s")


def started(program: tuple[str, ...]) -> float:
    """Seconds until the lab answers."""
    with browser.lab(program) as running:
        return running.seconds


def page_rows(figures: Figures) -> None:
    """The page's weight, its first picture and the time from a hover to what it paints."""
    with browser.lab() as running, browser.chromium() as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 1100})
        session = page.context.new_cdp_session(page)
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        session.send("Network.enable")

        def first() -> None:
            page.goto(running.address)
            page.locator(".cut[data-count]").wait_for()

        figures.add("page: until the first picture", seconds(first), "s")
        page.wait_for_timeout(3000)  # what loads in the background; streams of answers stay open
        figures.add("page: weight on the wire", sum(sizes) / 1e6, "MB")
        figures.add("page: files", len(sizes), "")
        paint_rows(figures, "an element that draws nothing", hover(page, ".lab-header"), "")
        for view, stage in (("cut", ""), ("attend", ""), ("windows", ""), ("pair", ".vit ")):
            tab = TEXT(f"patches.view.{view}.tab")
            drawn = page.locator(f".{view} {stage}.stage")

            def opened(tab: str = tab, drawn: Any = drawn) -> None:
                page.get_by_role("tab", name=tab).last.click()
                drawn.wait_for()

            figures.add(f"{view}: first opened", seconds(opened) * 1000, "ms")
            if view == "windows":
                page.locator(".windows .jumps button").nth(1).click()
            paint_rows(figures, view, hover(page, f".{view} {stage}.stage"), "p95 under 16 ms")


def hover(page: Any, selector: str, count: int = 200) -> list[float]:
    """Milliseconds from pointer movements over an element to their frames."""
    page.eval_on_selector(selector, WATCH)
    page.wait_for_timeout(1000)  # until nothing moves any longer
    box = page.locator(selector).bounding_box()
    for step in range(count):
        x, y = 0.05 + step * 37 % 90 / 100, 0.05 + step * 61 % 90 / 100
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_function(f"window.times.length > {step}")
    return page.evaluate("window.times")


def paint_rows(figures: Figures, name: str, times: list[float], aim: str) -> None:
    """The middle and the slow end of what `hover` gives."""
    figures.add(f"{name}: hover to paint, p50", statistics.median(times), "ms")
    figures.add(f"{name}: hover to paint, p95", statistics.quantiles(times, n=20)[-1], "ms", aim)


PARTS: dict[str, tuple[Callable[[Figures], None], ...]] = {
    "views": (view_rows,),
    "models": (trace_rows, decoding_rows, field_rows),
    "graphs": (graph_rows,),
    "generation": (generation_rows,),
    "page": (start_rows, page_rows),
    "replicas": (replica_rows,),
    "30 students": (lambda figures: class_rows(figures, 30),),
    "80 students": (lambda figures: class_rows(figures, 80),),
    "space": (space_rows,),
}
"""What measures each part; the last one limits this process."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="the parts to measure")
    asked = parser.parse_args()
    for part in asked.only:
        figures = Figures(part)
        for measure in PARTS[part]:
            measure(figures)
        figures.write()


if __name__ == "__main__":
    main()
