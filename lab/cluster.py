"""The lab on Ray Serve: one process with the page, and model replicas behind a deployment handle (lab/replicas.py).

Nothing else of the lab knows Ray. It needs requirements-serve.txt: make serve installs it and runs
python -m lab.cluster
"""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

import ray
from ray import serve
from ray.exceptions import RayError
from ray.serve.exceptions import RayServeException

from lab import environment, preload

if TYPE_CHECKING:
    from lab.replicas import Size

RAY = {
    "RAY_USAGE_STATS_ENABLED": "0",  # its makers are told nothing
    "RAY_worker_niceness": "0",  # visitors wait: this is no work for the background
    "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "60",  # after less it gives up on a machine that is busy while it starts
    "RAY_SERVE_QUEUE_LENGTH_RESPONSE_DEADLINE_S": "1",  # a busy replica needs more than 0.1 s to say that it is
}
"""What Ray reads, where the owner has not set it."""
APPLICATION, REPLICA = "lab", "Replica"
HEAD = "node:__internal_head__"
"""What Ray calls the machine on which the cluster was begun."""
MAX_REQUESTS = 1000
"""Of the page at the same time: each visitor who waits has a stream open."""
GROWTH_SECONDS, SHRINKING_SECONDS = 5, 300
"""For which there is more to compute, or less, before there is another replica, or one fewer."""
LONGEST_RUN_SECONDS = 120
"""So long a replica that is no longer needed may go on with a run."""
SETTINGS = ("LAB_", "GRADIO_")
"""How the names of those begin that other machines get from this one."""


class Model:
    """A replica: opens models and computes, on so many cores."""

    def __init__(self, cores: int) -> None:
        os.environ["OMP_NUM_THREADS"] = str(cores)
        environment.settle()
        from lab.replicas import answers
        from models.device import describe

        self.said, self.described = answers, describe()
        preload.begin()

    async def answers(self, sent: bytes) -> AsyncGenerator[bytes, None]:
        """What it says to a question."""
        async for one in self.said(sent):
            yield one

    def device(self) -> str:
        """The device's name for the page."""
        return self.described


class Handle:
    """The replicas, as the page's process asks them."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle

    async def ask(self, sent: bytes) -> AsyncGenerator[bytes, None]:
        """What a replica says; whoever listens no longer tells it."""
        from lab.replicas import Lost

        said = self.handle.options(stream=True).answers.remote(sent)
        try:
            async for one in said:
                yield one
        except (RayError, RayServeException) as error:
            raise Lost from error
        except (asyncio.CancelledError, GeneratorExit):
            said.cancel()
            raise

    def running(self) -> int:
        """How many there are, by the controller of Ray Serve."""
        states: Any = serve.status().applications[APPLICATION].deployments[REPLICA].replica_states
        return states.get("RUNNING", 0)

    async def device(self) -> str:
        """That of one of them."""
        return await self.handle.device.remote()


def page(size: "Size") -> Any:
    """A class whose one instance serves the page: two of them would each know half of a visitor's requests."""

    def build() -> Any:
        environment.settle()
        from lab import carrier
        from lab.page import mounted
        from lab.replicas import Replicas

        carrier.current = Replicas(Handle(serve.get_deployment_handle(REPLICA, APPLICATION)), size)
        return mounted()

    return serve.ingress(build)()


def application(size: "Size") -> serve.Application:
    """The page and its replicas."""
    model: Any = serve.deployment(
        Model,
        name=REPLICA,
        max_ongoing_requests=size.places + 1,  # a download holds up nobody
        autoscaling_config={
            "min_replicas": size.least,
            "max_replicas": size.most,
            "target_ongoing_requests": size.places,
            "upscale_delay_s": GROWTH_SECONDS,
            "downscale_delay_s": SHRINKING_SECONDS,
        },
        graceful_shutdown_timeout_s=LONGEST_RUN_SECONDS,
        ray_actor_options={"num_cpus": size.cores, "num_gpus": size.gpus},
    )
    shown: Any = serve.deployment(
        page(size),
        name="Page",
        num_replicas=1,
        max_ongoing_requests=MAX_REQUESTS,
        ray_actor_options={"num_cpus": 0, "resources": {HEAD: 0.001}},  # visitors' files are there
    )
    return shown.bind(model.bind(size.cores))


def start() -> str:
    """Start everything, here or on the cluster that RAY_ADDRESS names; the lab's address."""
    port = environment.prepare()
    from lab.replicas import Size

    for name, value in RAY.items():
        os.environ.setdefault(name, value)
    if os.environ.get("RAY_ADDRESS"):
        settings = {name: value for name, value in os.environ.items() if name.startswith(SETTINGS)}
        ray.init(runtime_env={"env_vars": settings}, logging_level=logging.WARNING)
    else:
        ray.init(include_dashboard=False, logging_level=logging.WARNING)
    quiet = {"enable_access_log": False, "log_level": "WARNING"}  # a path of a visitor's file is in the other lines
    serve.start(
        proxy_location="HeadOnly", http_options={"host": environment.address(), "port": port}, logging_config=quiet
    )
    there = ray.cluster_resources()
    size = Size.chosen(there.get("CPU", 1), there.get("GPU", 0))
    serve.run(application(size), name=APPLICATION, logging_config=quiet)
    return f"http://{environment.address()}:{port}"


def main() -> None:
    """Until the program is told to end."""
    sys.stdout.write(f"{start()}\n")
    sys.stdout.flush()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # Ray has set its own meanwhile
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    if os.environ.get("RAY_ADDRESS"):
        serve.shutdown()
    ray.shutdown()


if __name__ == "__main__":
    from lab.cluster import main as named  # what Ray sends to its processes must not come from __main__

    named()
