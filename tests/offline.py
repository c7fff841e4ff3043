"""A class without a network: starts the lab in a folder, asks it and prints what it answered as JSON.

unshare --map-root-user --net python -m tests.offline FOLDER HEALTHCHECK COMMAND   the last two as JSON, as a Dockerfile
has them
"""

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import time

import httpx

from lab.exhibits import decoding, generation, patches
from models.wheels import SMOLLM2
from tests.lab.test_bad_input import Form

SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
SERVER = "http://127.0.0.1:7860"


def open_loopback():
    """Let this machine reach itself, and nothing else."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def reaches(host):
    try:
        socket.create_connection((host, 443), timeout=2).close()
    except OSError:
        return False
    return True


def wait(ready, process, seconds=300):
    """Until something is so, while the process lives."""
    until = time.monotonic() + seconds
    while not ready():
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.2)


def main():
    """The command line."""
    folder, check, command = sys.argv[1], *map(json.loads, sys.argv[2:])
    open_loopback()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen([sys.executable, *command[1:]], cwd=folder, env=environment)
    try:
        wait(lambda: not subprocess.run([sys.executable, *check[1:]], capture_output=True).returncode, process)
        wait(lambda: httpx.get(f"{SERVER}/health").json()["models_open"] > 2, process)
        seen = {
            "elsewhere": reaches("1.1.1.1"),
            "health": httpx.get(f"{SERVER}/health").json(),
            "pages": [httpx.get(SERVER + path).status_code for path in ("/", "/zh")],
            "translated": Form(SERVER, decoding.EXHIBIT).press(sentence="Two dogs play in the water."),
            "written": Form(SERVER, generation.EXHIBIT).press(text="to be or", model=SMOLLM2),
            "of_the_hub": Form(SERVER, patches.EXHIBIT).press(vit="google/vit-none"),
        }
    finally:
        process.terminate()
        process.wait()
    sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main()
