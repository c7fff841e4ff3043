"""The load test: it asks as a browser does that opens a link, for every view, with content of its own."""

import asyncio

import httpx
import pytest

from lab.exhibits import EXHIBITS
from tools.load import VISITED, Student, doors, follow

pytestmark = pytest.mark.slow


def test_a_student_gets_an_answer_to_their_own_photo_and_a_script_is_refused(server):
    async def visit():
        async with httpx.AsyncClient(base_url=server, timeout=120) as client:
            found = doors((await client.get("/config?page=")).json())
            assert list(found) == [one.name for one in EXHIBITS]
            student = Student(client, found, seed=1)
            walked = [visited for visited, _ in zip(student.walk(), VISITED, strict=False)]
            assert sorted(walk.view for walk in walked) == sorted(visited.view for visited in VISITED)
            cut = next(visited for visited in VISITED if visited.view == "cut")
            asked = await student.own(cut.run, cut.exhibit)
            assert asked.keys() == {"photo"}
            link = {"view": "cut", "asked": asked}
            assert await follow(client, found["patches"], student.session, link) is None
            asked = {"photo": {"path": "/etc/passwd"}}
            return await follow(client, found["patches"], student.session, {"view": "cut", "asked": asked})

    assert "cannot be accessed" in (asyncio.run(visit()) or "")
