"""The running lab as Python and agents meet it: by name, and by no other way."""

import asyncio
import base64
import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from gradio_client.utils import InvalidAPIEndpointError
from mcp.client import Client as Agent

from lab.api.agents import PATH
from lab.api.operations import LANGUAGE, OPERATIONS
from lab.inputs.photo import example
from lab.text import Text

pytestmark = pytest.mark.slow

README = (Path(__file__).resolve().parents[3] / "README.md").read_text(encoding="utf-8")
LINES = re.compile(r"```python\n(from gradio_client.*?)```.*?```text\n(.*?)```", re.DOTALL)
TEXT = "To be, or not"


@pytest.fixture(scope="module")
def python(server):
    return Client(server, verbose=False, analytics_enabled=False)


def refused(python, **sent):
    with pytest.raises(AppError) as error:
        python.predict(**sent)
    return str(error.value)


def agent(server, work):
    """What an agent's work with the tools gives."""

    async def working():
        async with Agent(f"{server}{PATH}/") as client:
            return await work(client)

    return asyncio.run(working())


def test_python_sees_the_endpoints_and_nothing_else(python):
    listed = python.view_api(return_format="dict", print_info=False)
    assert {*listed["named_endpoints"]} == {f"/{name}" for name in OPERATIONS}
    assert not listed["unnamed_endpoints"]
    assert len(python.config["dependencies"]) == len(OPERATIONS)
    for name, operation in OPERATIONS.items():
        taken = listed["named_endpoints"][f"/{name}"]["parameters"]
        assert [one["parameter_name"] for one in taken] == [*operation.arguments(Text("en"))]
        assert all(one["parameter_has_default"] for one in taken)


@pytest.mark.parametrize("lines", LINES.findall(README), ids=("en", "zh"))
def test_the_lines_of_the_readme_print_what_it_says(server, lines):
    code, printed = lines
    assert len([line for line in code.splitlines() if line]) == 5
    with redirect_stdout(io.StringIO()) as said:
        exec(compile(code.replace("http://127.0.0.1:7860", server), "README.md", "exec"), {})
    assert said.getvalue() == printed


def test_the_readme_has_the_lines_in_both_languages():
    assert len(LINES.findall(README)) == 2


def test_a_text_of_ones_own_is_computed_once_for_all(python, server):
    sent = {"text": TEXT, "arrays": ["logits"]}
    first = python.predict(**sent, api_name="/next_token")
    assert first["inputs"] == {"text": TEXT, "model": "gpt-shakespeare"}
    assert first["computed"]["origin"] == "computed"
    assert len(first["found"]["logits"]["numbers"]) == 66
    again = agent(server, lambda client: client.call_tool("next_token", sent))
    assert again.structured_content["computed"]["origin"] == "remembered"
    assert again.structured_content["found"] == first["found"]
    assert first["says"]["next"] == again.structured_content["says"]["next"]
    chinese = python.predict(text=TEXT, answer_language="zh", api_name="/next_token")
    assert chinese["says"]["next"].startswith("**实测。**")


def test_a_photo_is_a_file_its_text_or_an_examples_name(python, server):
    file = example("coffee")
    given = [python.predict(photo=handle_file(str(file)), api_name="/relevance")]
    given.append(python.predict(photo="coffee", api_name="/relevance"))
    encoded = f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"
    given.append(agent(server, lambda client: client.call_tool("relevance", {"photo": encoded})).structured_content)
    assert {one["inputs"]["photo"] for one in given} == {"coffee"}
    assert [one["computed"]["origin"] for one in given] == ["computed", "remembered", "remembered"]
    said = refused(python, photo=handle_file(__file__), api_name="/relevance")
    assert said.startswith("photo: This file cannot be read as a picture.")


def test_bad_arguments_get_a_sentence_that_names_them(python):
    assert refused(python, beam_width="wide", api_name="/beam_search").startswith("“beam_width”: please choose a whole")
    assert refused(python, beam_width=9, api_name="/beam_search").startswith("“beam_width”: ")
    assert refused(python, sentence=["a"], api_name="/beam_search").startswith("sentence: ")
    assert refused(python, photo="dog", api_name="/patches").startswith("photo: There is no example photo “dog”.")
    assert refused(python, vit="nothing", api_name="/patches").startswith("vit: There is no model “nothing”.")
    assert refused(python, position=[2, 2], api_name="/receptive_field").startswith("position: ")
    inside = handle_file(f"{python.src}favicon.ico")
    assert refused(python, photo=inside, api_name="/patches").startswith("photo: No picture could be fetched")
    with pytest.raises(TypeError, match="`beam`"):
        python.predict(beam=3, api_name="/beam_search")
    with pytest.raises(ValueError, match="api_name"):
        python.predict(api_name="/nothing")


def test_agents_list_and_call_the_tools(server):
    async def work(client):
        listed = await client.list_tools()
        default = await client.call_tool("windows", {})
        errors = [
            await client.call_tool("beam_search", {"beam_width": "wide"}),
            await client.call_tool("beam_search", {"beam": 3}),
            await client.call_tool("patches", {"photo": f"{server}/favicon.ico"}),
            await client.call_tool("patches", {"photo": "dog", LANGUAGE: "zh"}),
            await client.call_tool("pressed", {}),
        ]
        return listed.tools, default, errors

    tools, default, errors = agent(server, work)
    assert [tool.name for tool in tools] == [*OPERATIONS]
    (search,) = (tool for tool in tools if tool.name == "beam_search")
    assert search.input_schema["properties"]["beam_width"]["maximum"] == 8
    assert "default" not in search.input_schema["properties"]["autoregressive"]
    assert not default.is_error
    assert default.structured_content["says"]["swin_answer"].startswith("Swin (swin-imagenette) answers: church")
    assert '"endpoint": "windows"' in default.content[0].text
    assert all(error.is_error for error in errors)
    said = [error.content[0].text for error in errors]
    assert said[0] == "“beam_width”: please choose a whole number from 1 to 8."
    assert said[1].startswith("There is no argument “beam”.")
    assert said[2].startswith("photo: No picture could be fetched from this address.")
    assert said[3].startswith("photo: 没有名为“dog”的示例照片。")
    assert said[4].startswith("There is no tool “pressed”.")


def test_the_address_of_the_tools_holds_no_stream_open(server):
    for method in ("GET", "DELETE"):
        answer = httpx.request(method, f"{server}{PATH}/", headers={"accept": "text/event-stream"}, timeout=60)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_plain_http_calls_by_name_and_waits(server):
    calls = f"{server}/gradio_api/call"

    def waited(answer):
        return httpx.get(f"{calls}/beam_widths/{answer.json()['event_id']}", timeout=60).text

    assert "event: complete" in waited(httpx.post(f"{calls}/v2/beam_widths", json={"answer_language": "zh"}))
    assert "event: complete" in waited(httpx.post(f"{calls}/beam_widths", json={"data": []}))
    assert "event: error" in waited(httpx.post(f"{calls}/beam_widths", json={"data": [1] * 9}))
    wrong = httpx.post(f"{calls}/v2/beam_widths", json={"width": 3})
    assert wrong.status_code == 422
    assert wrong.json()["detail"].startswith("There is no argument “width”. Please use these: translator, ")


def test_nothing_else_is_called_by_name(server, python):
    with httpx.Client(base_url=f"{server}/gradio_api", timeout=60) as client:
        page = client.get(f"{server}/config?page=").json()["dependencies"]
        private = {one["api_name"] for one in page}
        assert private and not private & {*OPERATIONS}
        assert {one["api_visibility"] for one in page} == {"private"}
        for name in ({re.sub(r"_[0-9]+$", "", one) for one in private} & private) | {max(private), "nothing"}:
            for way in ("call", "call/v2", "run", "api"):
                assert client.post(f"{way}/{name}", json={"data": []}).status_code == 404, (way, name)
        assert client.post("run/beam_search", json={"data": []}).status_code == 404
        for number in (-1, 10**6):
            sent = {"data": [], "fn_index": number, "session_hash": "nobody"}
            for way in ("queue/join", "run/predict"):
                assert client.post(way, json=sent).status_code == 404, way
    with pytest.raises((InvalidAPIEndpointError, KeyError, ValueError)):
        python.predict(fn_index=page[0]["id"])


@pytest.mark.parametrize(
    "address",
    [
        "api",
        "api/",
        "gradio_api/deep_link?session_hash=nobody",
    ],
)
def test_what_nobody_needs_is_closed(server, address):
    assert httpx.get(f"{server}/{address}").status_code == 404


def test_pages_do_not_carry_the_endpoints(server):
    for page in ("", "zh"):
        whole = httpx.get(f"{server}/{page}").text
        assert "answer_language" not in whole
        config = httpx.get(f"{server}/config?page={page}").json()
        assert all(one["type"] != "api" for one in config["components"])
