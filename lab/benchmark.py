"""Prints every figure that the README states: python -m lab.benchmark"""

import statistics
import time
from collections.abc import Callable
from types import ModuleType

from lab import browser
from lab.exhibits import decoding, fields
from lab.exhibits import patches as exhibit
from lab.photo import example, open_photo
from lab.text import Text
from lab.views.patches import cut, windows
from lab.widget import pack
from models.device import describe

WATCH = """stage => {
  window.times = [];
  stage.addEventListener("pointermove", event => {
    requestAnimationFrame(() => setTimeout(() => window.times.push(performance.now() - event.timeStamp)));
  });
}"""
"""From the browser's own time stamp of a pointer movement until the frame that shows it has been drawn."""


def line(name: str, figure: str, aim: str = "") -> None:
    """Print one row."""
    print(f"{name:<52}{figure:>18}{'   aim: ' + aim if aim else ''}", flush=True)


def best(function: Callable, repeats: int = 15) -> float:
    """Seconds of the fastest call: the least disturbed one."""
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        function()
        times.append(time.perf_counter() - begun)
    return min(times)


def trace_rows(name: str, reference: str, module: ModuleType, payload: Callable) -> None:
    """A model's trace against the plain forward that gives attention too, and the payload."""
    import torch

    from models.checkpoint import open_model
    from models.pixels import prepare

    photo = open_photo(example(exhibit.FIRST_PHOTO))
    _, model, processor = open_model(reference, module.FAMILIES, "image")

    def plain() -> None:
        with torch.inference_mode():
            pixels = prepare(photo, processor, model.config)
            model(pixels.to(model.device), output_attentions=True)

    forward, traced = best(plain), best(lambda: module.trace(photo, reference))
    seen = module.trace(photo, reference)
    line(f"{name}: plain eager forward", f"{forward * 1000:.0f} ms")
    line(f"{name}: trace", f"{traced * 1000:.0f} ms = {traced / forward:.2f}x", "at most 1.2x")

    def packed() -> bytes:
        return pack(payload(seen, Text("en")).arrays)[0]

    line(f"{name}: trace to payload", f"{best(packed, 5) * 1000:.0f} ms")
    line(f"{name}: payload", f"{len(packed()) / 1e6:.2f} MB", "at most 1.5 MB")


def decoding_rows() -> None:
    """The traced search against generate(), and both kinds of decoding one sentence at a time and 32 at once."""
    from models.checkpoint import open_model
    from models.translation import beam_search, mask_predict
    from models.translation.decoding import encode, generate

    left, right = decoding.PAIRS[decoding.LANGUAGE]
    _, marian, tokenizer = open_model(left, ("MarianMTModel",), "text")
    cmlm = open_model(right, ("CmlmForTranslation",), "text").model
    ids = encode(tokenizer, decoding.FIRST)
    beam = beam_search.Settings(beam_width=5)
    more = {"return_dict_in_generate": True, "output_scores": True, "output_attentions": True}
    bare = best(lambda: generate(marian, ids, beam, 1))
    told = best(lambda: generate(marian, ids, beam, 1, **more))
    traced = min(beam_search.search(marian, tokenizer, ids, beam, "").seconds for _ in range(15))
    line("generate(), beam 5: bare", f"{bare * 1000:.0f} ms")
    line("generate(), beam 5: with scores and attentions", f"{told * 1000:.0f} ms")
    line("traced search, beam 5", f"{traced * 1000:.0f} ms = {traced / bare:.2f}x", "at most 1x")
    for copies in (1, 32):
        ways: dict[str, Callable] = {
            "greedy": lambda n=copies: generate(marian, ids, beam_search.Settings("greedy"), n),
            "beam 5": lambda n=copies: generate(marian, ids, beam, n),
        }
        for passes in (1, 4, 10):
            refine = mask_predict.Settings(passes)
            ways[f"{passes} passes"] = lambda n=copies, r=refine: mask_predict.translate(cmlm, ids.repeat(n, 1), r)
        for name, way in ways.items():
            line(f"{copies} at once, {name}: a sentence", f"{best(way, 5) * 1000 / copies:.1f} ms")


def field_rows() -> None:
    """The fields of all layers of each bundled classifier, forward included, against captum once for each layer."""
    import torch
    from captum.attr import NeuronGradient

    from models.checkpoint import open_model
    from models.pixels import prepare
    from models.receptive_field import effective

    def middle(output: torch.Tensor | tuple) -> torch.Tensor:
        state = output[0] if isinstance(output, tuple) else output
        if state.ndim == 3:
            return state[:, state.shape[1] // 2].sum(-1)
        return state[:, :, state.shape[2] // 2, state.shape[3] // 2].sum(-1)

    for reference in fields.COLUMNS:
        _, model, processor = open_model(reference, effective.FAMILIES, "image")
        pixels = prepare(open_photo(example(fields.FIRST_PHOTO)), processor, model.config).to(model.device)

        def by_captum(model=model, pixels=pixels) -> None:
            for module in effective.modules(model):
                NeuronGradient(model, module).attribute(pixels.clone(), middle)

        ours = best(lambda m=model, p=pixels: effective.fields(m, p, (0.5, 0.5)), 5)
        theirs = best(by_captum, 5)
        line(f"fields of all layers, {reference}", f"{ours * 1000:.0f} ms", "less than captum")
        line(f"fields by captum, {reference}", f"{theirs * 1000:.0f} ms = {theirs / ours:.1f}x")


def page() -> None:
    """The server's start, the page's weight and the time from a hover to what it paints."""
    with browser.lab() as running, browser.chromium() as chromium:
        line("app.py: seconds to HTTP 200", f"{running.seconds:.1f} s")
        opened = chromium.new_page(viewport={"width": 1440, "height": 1100})
        session = opened.context.new_cdp_session(opened)
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        session.send("Network.enable")
        begun = time.perf_counter()
        opened.goto(running.address)
        opened.locator(".cut[data-count]").wait_for()
        line("page: seconds to the first picture", f"{time.perf_counter() - begun:.1f} s")
        opened.wait_for_load_state("networkidle")
        line("page: weight on the wire", f"{sum(sizes) / 1e6:.2f} MB in {len(sizes)} files")
        times = hover(opened, ".lab-header")
        line("a frame of an element that draws nothing", paint(times))
        for tab, widget in (
            ("Cut", "cut"),
            ("Attend", "attend"),
            ("Windows", "windows"),
            ("Side by side", "pair .vit"),
        ):
            opened.get_by_role("tab", name=tab).last.click()
            if widget == "windows":
                opened.locator(".windows .jumps button").nth(1).click()
            times = hover(opened, f".{widget} .stage")
            line(f"{tab}: hover to paint", paint(times), "p95 under 16 ms")


def hover(opened, selector: str, count: int = 200) -> list[float]:
    """Milliseconds from pointer movements over an element to their frames."""
    opened.eval_on_selector(selector, WATCH)
    box = opened.locator(selector).bounding_box()
    for step in range(count):
        x, y = 0.05 + step * 37 % 90 / 100, 0.05 + step * 61 % 90 / 100
        opened.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        opened.wait_for_function(f"window.times.length > {step}")
    return opened.evaluate("window.times")


def paint(times: list[float]) -> str:
    """The middle and the slow end of what `hover` gives."""
    return f"p50 {statistics.median(times):.0f}, p95 {statistics.quantiles(times, n=20)[-1]:.0f} ms"


def main() -> None:
    """All rows."""
    from models.swin import trace as swin
    from models.vit import trace as vit

    print(describe())
    trace_rows("vit", exhibit.FIRST_VIT, vit, cut.payload)
    trace_rows("swin", exhibit.FIRST_SWIN, swin, windows.payload)
    decoding_rows()
    field_rows()
    page()


if __name__ == "__main__":
    main()
