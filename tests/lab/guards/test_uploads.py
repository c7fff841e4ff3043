"""Uploads of one address take turns, and the disk does not fill."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from lab import room as rooms
from lab.guards.refusal import UPLOAD, Refused
from lab.guards.uploads import AT_A_TIME, Uploads
from lab.room import ABANDONED_SECONDS, Room
from models.errors import InputError

from .conftest import alone

SCOPE = {"type": "http", "method": "POST", "path": UPLOAD, "headers": []}


def was_written(path, ago):
    """Has a file be written so many seconds ago."""
    os.utime(path, (time.time() - ago, time.time() - ago))


class Files(Room):
    """A room of which one notes what is there by short names."""

    def __init__(self, folder, most):
        super().__init__()
        (folder / "example").mkdir()
        (folder / "example" / "photo").write_bytes(b"a" * 1000)
        self.bound(folder, most)
        self.age = 1000.0

    def add(self, name, size, owner=""):
        """Write a file that is younger than those before."""
        path = self.put(f"{name}-folder/{name}", size)
        self.wrote(size, owner, [str(path)])

    def put(self, name, size):
        assert self.folder
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"a" * size)
        self.age -= 1
        was_written(path, self.age)
        return path

    def names(self):
        assert self.folder
        return {path.name for path in self.folder.rglob("*") if path.is_file()} - {"photo"}


def test_the_oldest_go_when_there_are_too_many_bytes(tmp_path):
    room = Files(tmp_path, 3000)
    for name in "abcde":
        room.add(name, 1000)
    assert room.names() == {"c", "d", "e"}
    assert (tmp_path / "example" / "photo").exists(), "what the page is made of stays"
    assert not (tmp_path / "a-folder").exists()


def test_who_has_most_loses_and_nobody_else(tmp_path):
    room = Files(tmp_path, 5000)
    room.add("student", 900, "10.0.0.1")
    room.add("answer", 900)
    for number in range(20):
        room.add(f"script{number}", 900, "10.0.0.2")
    assert room.names() == {"student", "answer", "script17", "script18", "script19"}


def test_small_files_are_counted_too(tmp_path, monkeypatch):
    monkeypatch.setattr(rooms, "MAX_FILES", 3)
    room = Files(tmp_path, 10**6)
    room.add("student", 1, "10.0.0.1")
    for number in range(9):
        room.add(f"script{number}", 1, "10.0.0.2")
    assert room.names() == {"student", "script7", "script8"}


def test_the_folder_is_not_looked_through_for_every_file(tmp_path, monkeypatch):
    looks = []
    monkeypatch.setattr(rooms, "_files", lambda folder: looks.append(folder) or ())
    room = Files(tmp_path, 10**6)
    for number in range(200):
        room.add(f"a{number}", 1000)
    assert len(looks) == 9


def test_what_a_cut_upload_left_goes_by_a_clock_that_does_not_jump(tmp_path, monkeypatch):
    room, now = Files(tmp_path, 3000), [0.0]
    monkeypatch.setattr(rooms.time, "monotonic", lambda: now[0])
    left, growing = room.put("tmpabc", 10), room.put("tmpdef", 10)
    room.wrote(1000)
    assert left.exists() and growing.exists(), "times that files have say nothing"
    now[0] += ABANDONED_SECONDS - 1
    growing.write_bytes(b"a" * 20)
    room.wrote(1000)
    assert left.exists()
    now[0] += 2
    room.wrote(1000)
    assert not left.exists() and growing.exists()


def test_without_a_bound_nothing_is_removed(tmp_path):
    Room().wrote(10**12)
    assert tmp_path.exists()


def ask(app, address):
    async def receive():
        return {"type": "http.request", "body": b"12345", "more_body": False}

    async def send(message):
        pass

    return app({**SCOPE, "client": (address, 1)}, receive, send)


def test_one_address_has_a_few_uploads_at_a_time_and_others_do_not_wait():
    at_once = {}
    most = {}

    async def work(scope, receive, send):
        address = scope["client"][0]
        at_once[address] = at_once.get(address, 0) + 1
        most[address] = max(most.get(address, 0), at_once[address])
        await asyncio.sleep(0.01)
        at_once[address] -= 1

    uploads = Uploads(work, Room())

    async def all_of_them():
        await asyncio.gather(*(ask(uploads, address) for address in ("school", "home") for _ in range(3 * AT_A_TIME)))

    alone(all_of_them())
    assert most == {"school": AT_A_TIME, "home": AT_A_TIME}
    assert not uploads.turns and not uploads.here


def test_whose_a_file_is_is_noted_and_a_refused_upload_counts_too(tmp_path):
    room = Files(tmp_path, 10**6)

    async def whole(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'["/folder/a.png"]'})

    async def refused(scope, receive, send):
        await receive()
        raise Refused(413, InputError("request.large", maximum=1))

    alone(ask(Uploads(whole, room), "school"))
    assert room.owners == {Path("/folder/a.png"): "school"}
    with pytest.raises(Refused):
        alone(ask(Uploads(refused, room), "home"))
    assert room.written == 2 * max(5, 10**6 // rooms.MAX_FILES)
