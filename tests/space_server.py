"""A stand-in for the part of Hugging Face that takes a Space's files."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

LARGE = 10_000_000
"""Bytes of a file that git alone may not carry there; the weights are such even below, by their name."""


class Space(ThreadingHTTPServer):
    """files: name and bytes of what is in the Space; stored: what came past git, by its SHA-256."""

    def __init__(self, **files):
        super().__init__(("127.0.0.1", 0), Taking)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.files, self.stored, self.large, self.created, self.tokens = dict(files), {}, set(), {}, set()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def commit(self, lines):
        """Carry out a commit as the Hub's library writes it: a line of JSON for each operation."""
        for line in lines:
            kind, value = line["key"], line["value"]
            if kind == "file":
                self.files[value["path"]] = base64.b64decode(value["content"])
            elif kind == "lfsFile":
                self.files[value["path"]] = self.stored[value["oid"]]
                self.large.add(value["path"])
            elif kind == "deletedFile":
                del self.files[value["path"]]


class Taking(BaseHTTPRequestHandler):
    server: Space  # pyright: ignore[reportIncompatibleVariableOverride] - the base class is not generic

    def do_GET(self):
        self.server.tokens.add(self.headers.get("Authorization"))
        found = [
            {"type": "file", "path": name, "size": len(body), "oid": "0"} for name, body in self.server.files.items()
        ]
        self.reply(found if "/tree/" in self.path else {"id": "you/lab", "sha": "0" * 40, "siblings": []})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = urlsplit(self.path).path
        if path == "/api/repos/create":
            self.server.created = json.loads(body)
            self.reply({"url": f"{self.server.address}/spaces/you/lab"})
        elif path.endswith("/preupload/main"):
            asked = json.loads(body)["files"]
            self.reply(
                {"files": [{"path": one["path"], "uploadMode": mode(one), "shouldIgnore": False} for one in asked]}
            )
        elif path.endswith("/info/lfs/objects/batch"):
            objects = [{**one, "actions": self.place(one)} for one in json.loads(body)["objects"]]
            self.reply({"transfer": "basic", "objects": objects})
        elif path.endswith("/commit/main"):
            self.server.commit(map(json.loads, body.splitlines()))
            self.reply({"commitUrl": f"{self.server.address}/spaces/you/lab/commit/1", "commitOid": "1" * 40})
        else:
            self.reply({"errors": [], "warnings": []})

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.stored[hashlib.sha256(body).hexdigest()] = body
        self.reply({})

    def place(self, file):
        return {"upload": {"href": f"{self.server.address}/stored/{file['oid']}"}}

    def reply(self, answer):
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        pass


def mode(file):
    """Whether git carries a file or it is stored beside: what is large, and what is no text."""
    binary = b"\0" in base64.b64decode(file["sample"])
    return "lfs" if binary or file["size"] > LARGE else "regular"
