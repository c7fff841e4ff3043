"""A program on a stand-in for ZeroGPU: the real `spaces` package, whose forked processes get no GPU but the CPU.

GRADIO_SERVER_PORT=… python -m tests.lab.lending NAME…   asks the saved questions of these files, and more; prints JSON
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PLACE = {"idle": True, "nvidiaIndex": 0, "nvidiaUUID": "GPU-0", "allowToken": "made"}
NONE_LEFT = {"left": 3, "wait": 600}


class Lender(ThreadingHTTPServer):
    """What the package asks on a Space: whether it may have a GPU, for which process; asked: the paths and queries."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Lending)
        self.asked, self.has_gpu = [], True
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def queries(self, path):
        return [query for one, query in self.asked if one == path]


class Lending(BaseHTTPRequestHandler):
    server: Lender  # pyright: ignore[reportIncompatibleVariableOverride] - the base class is not generic

    def do_POST(self):
        url = urlsplit(self.path)
        self.server.asked.append((url.path, {name: one for name, (one,) in parse_qs(url.query).items()}))
        refused = url.path == "/schedule" and not self.server.has_gpu
        body = json.dumps((NONE_LEFT if refused else PLACE) if url.path == "/schedule" else {}).encode()
        self.send_response(429 if refused else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        pass


class Asking:
    """Visitors of the lab of this process."""

    def __init__(self, lender):
        from lab.computing import Computations

        self.lender, self.computations = lender, Computations()

    def begin(self, exhibit, run, values) -> Any:
        from lab.question import ask, with_followers

        return self.computations.watch(ask(exhibit, run, with_followers(exhibit, values)), "a visitor")

    def answer(self, exhibit, run, values) -> Any:
        return self.begin(exhibit, run, values).future.result(timeout=300)

    def failure(self, *asked):
        """Code of the sentence that a visitor gets instead of an answer, or the kind of the error."""
        error = self.begin(*asked).future.exception(timeout=300)
        return getattr(error, "code", type(error).__name__)

    def saved_runs(self, names):
        """Ask the saved questions of these files, and compare; the files of those that borrowed a GPU."""
        from lab import saved
        from lab.exhibits import EXHIBITS
        from tests.lab.exhibits.test_saved import same

        runs = [(exhibit, run, name) for exhibit in EXHIBITS for run in exhibit.runs for name in run.saved]
        files = {saved.path(*one).stem: one for one in runs}
        borrowed = []
        for file in names:
            exhibit, run, name = files[file]
            before = len(self.lender.queries("/schedule"))
            now, found = self.answer(exhibit, run, run.saved[name]), saved.load(exhibit, run, name)
            assert found
            same(found.trace, now.trace)
            borrowed += [file] * (len(self.lender.queries("/schedule")) - before)
        return borrowed

    def leave(self, exhibit, run, values):
        """Watch until there is something to see, and no longer; how the run ended."""
        begun = self.begin(exhibit, run, values)
        begun.wait(None, 300, lambda: False)
        assert begun.partial and not begun.future.done()
        self.computations.leave(begun)
        return type(begun.future.exception(timeout=60)).__name__


def main():
    """The command line."""
    lender = Lender()
    os.environ |= {"SPACES_ZERO_GPU": "true", "SPACES_ZERO_DEVICE_API_URL": f"http://127.0.0.1:{lender.server_port}"}
    from lab.environment import prepare

    prepare()
    from lab import page
    from lab.exhibits.generation import EXHIBIT
    from tests.lab.test_bad_input import Form

    import spaces.zero.torch as card  # isort: skip - as on a Space, once Gradio is there

    card.init = card.move = lambda *_, **__: None
    page.launch(prevent_thread_lock=True, quiet=True)
    started = [path for path, _ in lender.asked]
    form = Form(f"http://127.0.0.1:{os.environ['GRADIO_SERVER_PORT']}", EXHIBIT)
    form.client.headers["x-ip-token"] = "a visitor's"
    pressed = form.press(text="Once")
    asking, (following, writing) = Asking(lender), map(EXHIBIT.run, ("next", "generate"))
    seen = {
        "started": started,
        "health": form.client.get("/health").json(),
        "pressed": pressed,
        "token": lender.queries("/schedule")[0].get("token"),
        "borrowed": asking.saved_runs(sys.argv[1:]),
        "empty": asking.failure(EXHIBIT, following, {"text": ""}),
        "left": asking.leave(EXHIBIT, writing, {"length": 120}),
    }
    seen["seconds"] = [int(query["durationSeconds"]) for query in lender.queries("/schedule")]
    lender.has_gpu = False
    seen["refused"] = asking.failure(EXHIBIT, following, {"text": "Twice"})
    seen["processes"] = sorted({query["pid"] for query in lender.queries("/allow")} - {str(os.getpid())})
    sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main()
