"""A stand-in for the Hub on this machine."""

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from models.hub import CONVERTED


class Hub(ThreadingHTTPServer):
    """As much of the Hub's protocol as the library speaks: a model's list of files, and HEAD and GET of a file.

    left: set by an answer that nobody reads any longer.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.models, self.gated, self.sizes = {}, set(), {}
        self.asked, self.tokens, self.requests = [], [], {}
        self.status, self.silence, self.cuts = 200, 0.0, 0
        self.left = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def add(self, name, folder, revision="main"):
        """Publish the files of `folder`."""
        self.models[name, revision] = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
        return name

    def converts(self, name, folder, number=4, author="SFconvertbot", status="open", on="main", title=CONVERTED):
        """Publish the files of `folder` as an open pull request; on: the branch that it was made on top of."""
        self.add(name, folder, f"refs/pr/{number}")
        self.requests.setdefault(name, []).append((number, author, status, on, title))

    def weights_asked(self):
        return [path for path in self.asked if path.endswith(".safetensors")]

    def off(self):
        """From now on no connection is accepted."""
        self.shutdown()
        self.server_close()


class Answer(BaseHTTPRequestHandler):
    server: Hub  # pyright: ignore[reportIncompatibleVariableOverride] - the base class is not generic

    def do_GET(self):
        self.server.asked.append(self.path)
        self.server.tokens.append(self.headers.get("Authorization"))
        time.sleep(self.server.silence)
        parts = [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]
        if self.server.status != 200:
            self.reply(self.server.status)
        elif parts[4:] == ["discussions"]:
            self.discussions("/".join(parts[2:4]))
        elif parts[4:5] == ["commits"]:
            self.commits("/".join(parts[2:4]), parts[5])
        elif parts[:2] == ["api", "models"]:
            self.listing("/".join(parts[2:4]), parts[5] if len(parts) > 4 else "main")
        else:
            self.file("/".join(parts[:2]), parts[3], parts[4])

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, format, *args):
        pass

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        if self.command == "GET":
            cut = self.server.cuts > 0 and self.path.endswith(".safetensors")
            self.server.cuts -= cut
            self.wfile.write(body[: len(body) // 2] if cut else body)

    def content(self, name, revision):
        """The files of a model at a branch or commit, and the commit; None after an answer that there are none."""
        for (one, branch), files in self.server.models.items():
            commit = hashlib.sha1((one + branch).encode()).hexdigest()
            if one == name and revision in (branch, commit):
                return files, commit
        known = any(one == name for one, _ in self.server.models)
        code: dict[str, Any] = {"X_Error_Code": "RevisionNotFound" if known else "RepoNotFound"}
        return self.reply(404 if known else 401, **code)

    def discussions(self, name):
        found = [
            {
                "title": title,
                "num": number,
                "author": {"name": author},
                "createdAt": "2023-03-16T00:00:00.000Z",
                "status": status,
                "repo": {"name": name, "type": "model"},
                "isPullRequest": True,
            }
            for number, author, status, _, title in self.server.requests.get(name, ())
        ]
        self.reply(200, json.dumps({"count": len(found), "start": 0, "discussions": found}).encode())

    def commits(self, name, revision):
        number = int(revision.removeprefix("refs/pr/"))
        below = next(on for one, _, _, on, _ in self.server.requests[name] if one == number)
        ids = [hashlib.sha1((name + branch).encode()).hexdigest() for branch in (revision, below)]
        plain = {"title": "", "message": "", "date": "2023-03-16T00:00:00.000Z", "authors": []}
        self.reply(200, json.dumps([{"id": one, **plain} for one in ids]).encode())

    def listing(self, name, revision):
        if found := self.content(name, revision):
            files, commit = found
            sizes = {file: self.server.sizes.get(file, len(body)) for file, body in files.items()}
            blobs = {file: hashlib.sha1(body).hexdigest() for file, body in files.items()}
            siblings = [{"rfilename": file, "size": size, "blobId": blobs[file]} for file, size in sizes.items()]
            self.reply(200, json.dumps({"id": name, "sha": commit, "siblings": siblings}).encode())

    def file(self, name, revision, file):
        if name in self.server.gated:
            return self.reply(401, X_Error_Code="GatedRepo")
        if not (found := self.content(name, revision)):
            return None
        files, commit = found
        body = files[file]
        headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()}"', "X_Repo_Commit": commit, "X_Linked_Size": len(body)}
        if file.endswith(".safetensors"):
            headers |= {"X_Xet_Hash": "0" * 64, "X_Xet_Refresh_Route": "/xet-is-not-used"}
        if wanted := self.headers.get("Range"):
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            span = f"bytes {start}-{len(body) - 1}/{len(body)}"
            return self.reply(206, body[start:], Content_Range=span, **headers)
        return self.reply(200, body, **headers)
