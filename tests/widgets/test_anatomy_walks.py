"""Flow and attention as they are drawn, against the trace."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lab.format import scientific
from lab.views.anatomy.attention import entropy

from .anatomy_walks import DIM, HEADS, LAYERS, WIDTH, alone, translator, vit
from .drawn import data, show
from .payloads import patch_walk, walk

pytestmark = pytest.mark.browser


@pytest.fixture
def flow(bench):
    return bench.open("anatomy/flow", walk(bench))


@pytest.fixture
def attention(bench):
    return bench.open("anatomy/attention", walk(bench))


def number(page, name):
    return json.loads(data(page, name))


@pytest.mark.parametrize("stack", [0, 1])
def test_every_state_of_the_stream_and_every_number_is_that_of_the_trace(flow, stack):
    trace = translator().flows[stack]
    states = trace.states()
    for step in range(1, len(states) + 1):
        show(flow, stack=stack, token=2, step=step, vector=0, place=-1)
        assert number(flow, "length") == pytest.approx(np.linalg.norm(states[step - 1, 2]), rel=1e-3)
    for layer in range(LAYERS):
        for part in range(len(trace.part)):
            added = next(at for at, kind in enumerate(trace.part) if at == part)
            position = 1 if trace.part[part] != "feed_forward" else 3
            show(flow, stack=stack, token=1, step=2 + layer * len(trace.part) + added, vector=position, place=WIDTH - 1)
            assert number(flow, "number") == pytest.approx(trace.added[layer, part, 1, -1], abs=1e-3)


def test_what_only_scales_and_adds_no_position_is_drawn_as_such(bench):
    trace = alone("decoder", centred=False)
    page, states = bench.open("anatomy/flow", walk(bench, trace)), trace.flows[0].states()
    for step in range(1, len(states) + 1):
        show(page, token=2, step=step, vector=0, place=-1)
        assert number(page, "length") == pytest.approx(np.linalg.norm(states[step - 1, 2]), rel=1e-3)
    show(page, token=1, step=4, vector=1, place=3)
    normed = trace.flows[0].normed(states[2], 1, 0)
    assert number(page, "number") == pytest.approx(normed[1, 3], abs=1e-3)
    expect(page.locator(".formula")).to_contain_text("RMSNorm")
    show(page, step=1)
    expect(page.locator(".formula")).to_contain_text("rotary")
    expect(page.locator(".strip:visible")).to_have_count(2)


@pytest.mark.parametrize("stack", ["encoder", "decoder"])
def test_a_stack_alone_has_one_kind_of_attention_masked_as_it_is(bench, stack):
    trace = alone(stack)
    page, (one,) = bench.open("anatomy/attention", walk(bench, trace)), trace.attention
    expect(page.locator(".kinds button")).to_have_count(1)
    show(page, layer=1, head=1, query=2, key=1, step=0)
    assert number(page, "share") == pytest.approx(one.attention[1, 1, 2, 1], abs=1e-3)
    assert number(page, "bits") == pytest.approx(
        entropy(np.where(one.allowed, one.scores[1, 1], -np.inf)).mean(), abs=1e-3
    )
    expect(page.locator(".masked button").nth(int(stack == "encoder"))).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".line-said")).to_contain_text("Head 2, token 3")


def test_a_number_is_read_where_one_points(flow):
    trace = translator().flows[1]
    show(flow, stack=1, token=3, step=2)
    box = flow.locator(".strip .cells").nth(1).bounding_box()
    flow.mouse.move(box["x"] + box["width"] * 4.5 / WIDTH, box["y"] + box["height"] / 2)
    flow.wait_for_function("document.querySelector('.lab-widget').dataset.place === '4'")
    assert number(flow, "number") == pytest.approx(trace.added[0, 0, 3, 4], abs=1e-3)
    written = f"{abs(trace.added[0, 0, 3, 4]):.3f}"
    expect(flow.locator(".readout")).to_contain_text(written)
    expect(flow.locator(".strip output").nth(1)).to_contain_text(written)


def test_the_encoder_of_a_translator_ends_in_what_the_decoder_reads_and_has_no_head(bench, flow):
    last_row = ".path .rows > :last-child > :first-child"
    last = flow.locator(last_row)
    expect(last).to_have_text("Output head")
    show(flow, stack=0, token=0, step=6)
    expect(last).to_have_text("Encoder output")
    expect(flow.locator(".formula")).to_contain_text("keys and values")
    expect(bench.open("anatomy/flow", walk(bench, alone("encoder"))).locator(last_row)).to_have_text("Output head")


def test_attention_opens_where_it_is_spread_most(attention):
    trace = translator()
    own = next(one for one in trace.attention if one.kind == "decoder")
    spread = entropy(np.where(own.allowed, own.scores, -np.inf)).mean(-1)
    layer, head = np.unravel_index(spread.argmax(), spread.shape)
    assert (number(attention, "layer"), number(attention, "head")) == (layer, head)
    row = own.attention[layer, head, number(attention, "query")]
    assert number(attention, "key") == row.argmax()


def test_layers_unfold_and_fold(flow):
    show(flow, open=-1)
    parts, layer = flow.locator(".row.part:visible"), flow.locator(".row.layer").nth(1)
    expect(parts).to_have_count(0)
    layer.click()
    expect(parts).to_have_count(3)
    assert number(flow, "step") == 5
    layer.click()
    expect(parts).to_have_count(0)


def test_the_lens_says_what_the_trace_says(flow):
    trace = translator().flows[1]
    show(flow, stack=1, token=0, step=4)
    said = flow.locator(".lens span:nth-of-type(3n + 1)").all_inner_texts()
    wanted = [trace.name[at].replace("▁", "·").replace("</s>", "■ end") for at in trace.top[3, 0]]
    assert said == wanted


def test_a_photo_is_walked_by_its_patches(bench):
    page, trace = bench.open("anatomy/flow", patch_walk(bench)), vit().flow
    states = trace.states()
    box = page.locator(".stage").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.9)
    page.wait_for_function("document.querySelector('.lab-widget').dataset.token === '15'")
    show(page, step=5)
    assert number(page, "length") == pytest.approx(np.linalg.norm(states[4, 15]), rel=1e-3)
    show(page, step=4, vector=1, place=3)
    normed = trace.normed(states[2], 1, 0)[15, 3]
    assert number(page, "number") == pytest.approx(normed, abs=1e-3)


@pytest.mark.parametrize("kind", ["encoder", "decoder", "cross"])
def test_scores_weights_and_entropy_are_those_of_the_trace(attention, kind):
    trace = next(one for one in translator().attention if one.kind == kind)
    for layer, head, query, key in ((0, 0, 1, 0), (1, 1, 3, 2)):
        show(attention, kind=kind, masked=kind == "decoder", layer=layer, head=head, query=query, key=key, place=2)
        at = layer, head, query
        assert number(attention, "score") == pytest.approx(trace.scores[(*at, key)], abs=1e-3)
        assert number(attention, "share") == pytest.approx(trace.attention[(*at, key)], abs=1e-3)
        assert number(attention, "number") == pytest.approx(trace.query[(*at, 2)], abs=1e-3)
        rows = np.where(trace.allowed, trace.scores[layer, head], -np.inf)
        assert number(attention, "bits") == pytest.approx(entropy(rows).mean(), abs=2e-3)


@pytest.mark.parametrize(
    ("masked", "scaled", "split"), [(False, True, 0), (True, False, 0), (True, True, 4), (False, False, 1)]
)
def test_switches_recompute_the_rows(attention, masked, scaled, split):
    trace = translator().attention[1]
    count = split or HEADS
    show(attention, kind="decoder", layer=1, head=0, query=2, key=1, masked=masked, scaled=scaled, split=split)
    joined = [
        np.concatenate(list(vectors[1]), axis=-1).reshape(-1, count, WIDTH // count)[:, 0]
        for vectors in (trace.query, trace.key)
    ]
    scores = joined[0] @ joined[1].T / (np.sqrt(WIDTH / count) if scaled else 1)
    rows = np.where(trace.allowed | (not masked), scores, -np.inf)
    assert number(attention, "score") == pytest.approx(scores[2, 1], abs=2e-3)
    assert number(attention, "bits") == pytest.approx(entropy(rows).mean(), abs=2e-3)
    assert number(attention, "count") == count
    expect(attention.locator(".strips.below .strip:visible")).to_have_count(1)


def test_the_code_stands_beside_what_it_makes(attention):
    trace = translator().attention[1]
    show(attention, kind="decoder", layer=0, head=1, query=3, key=0, step=0)
    expect(attention.locator(".line-said")).to_contain_text(f"{abs(trace.query[0, 1, 3, 0]):.3f}")
    attention.locator(".listing [data-line]").nth(2).hover()
    attention.wait_for_function("document.querySelector('.lab-widget').dataset.step === '2'")
    expect(attention.locator(".line-said")).to_contain_text("scores")
    expect(attention.locator(".line-said")).to_contain_text(f"{abs(trace.scores[0, 1, 3, 0]):.3f}")


@pytest.mark.parametrize(("masked", "scaled", "split"), [(True, True, 0), (False, True, 0), (True, False, 4)])
@pytest.mark.parametrize("kind", ["encoder", "decoder"])
def test_the_code_is_that_of_the_switches(attention, kind, masked, scaled, split):
    layer = 1
    code = next(one for one in translator().code if (one.kind, one.masked, one.scaled) == (kind, masked, scaled))
    show(attention, kind=kind, layer=layer, head=0, query=2, key=1, masked=masked, scaled=scaled, split=split, step=0)
    at = code.split.index(split or HEADS)
    lines, shapes = attention.locator(".listing .line"), attention.locator(".listing .shape")
    expect(lines).to_have_text([re.compile(re.escape(line.strip())) for line in code.lines])
    expect(shapes).to_have_text(["×".join(map(str, shape)) for _, _, shape in code.made[at]])
    steps = attention.locator(".film input")
    expect(steps).to_have_attribute("max", str(len(code.made[at]) - 1))
    own = code.own and not split
    expect(attention.locator(".check")).to_contain_text(
        "as in the model" if own else "The model’s own attention is another"
    )
    expect(attention.locator(".check")).to_contain_text(scientific(float(code.difference[at, layer])))
    last = len(code.made[at]) - 1
    show(attention, step=last)
    expect(attention.locator(".made .strip")).to_be_visible(visible=own)
    show(attention, step=last - 1)
    expect(attention.locator(".made .strip")).to_be_visible()


def test_a_switch_keeps_the_chosen_line(attention):
    show(attention, kind="decoder", masked=True, scaled=True, split=0, step=5)
    expect(attention.locator(".line.now")).to_contain_text("softmax")
    attention.locator(".masked button").nth(1).click()
    expect(attention.locator(".line.now")).to_contain_text("softmax")
    assert number(attention, "step") == 3
    attention.locator(".listing [data-line]").nth(2).hover()
    expect(attention.locator(".line.now")).to_contain_text("/ √d")
    attention.locator(".scaled button").nth(1).click()
    expect(attention.locator(".line.now")).to_have_count(1)
    expect(attention.locator(".listing")).not_to_contain_text("√d")


def test_positions_are_asked_for_once(attention):
    attention.locator(".positions button").nth(0).click()
    assert attention.evaluate("page.asked") == []
    attention.locator(".positions button").nth(1).click()
    ((_, asked),) = attention.evaluate("page.asked")
    assert (asked["action"], asked["values"]) == ("positions", {"with_positions": False})


def test_heads_have_their_dimensions(attention):
    expect(attention.locator(".strips.above output").first).to_have_text(f"× {DIM}")
