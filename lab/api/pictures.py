"""A picture as Python or an agent sends it: an upload, an example's name, a public address, or the file itself.

A path of this machine is no picture: only what was uploaded here, which lab.inputs.photo checks. An address is asked
for only where it leads out of this network, at every step of its way.
"""

import asyncio
import base64
import binascii
import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import NamedTemporaryFile
from typing import Any

import httpx
from gradio.utils import get_upload_folder
from safehttpx import AsyncSecureTransport

from lab.inputs.photo import EXAMPLES, MAX_BYTES
from models.errors import InputError

SCHEMES = ("http", "https")
MOST_STEPS = 4
"""Addresses that lead to one another."""
SECONDS = 20.0
"""For a picture to come."""


@contextmanager
def opened(sent: Any) -> Iterator[Any]:
    """What the photo input takes, for as long as it is opened. Raises InputError for what is no picture of these."""
    path = sent.get("path") if isinstance(sent, dict) else None
    if isinstance(path, str) and path.startswith(SCHEMES):
        sent = path
    if not isinstance(sent, str) or sent in EXAMPLES:
        yield sent
        return
    with NamedTemporaryFile(dir=get_upload_folder()) as file:
        file.write(_content(sent))
        file.flush()
        yield {"path": file.name}


def _content(sent: str) -> bytes:
    """The file that is sent as text, or found at an address."""
    scheme, _, rest = sent.partition(":")
    if scheme == "data":
        return _decoded(rest)
    if scheme in SCHEMES:
        try:
            return asyncio.run(asyncio.wait_for(_fetched(sent), SECONDS))
        except InputError:
            raise
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise InputError("api.address") from error
    raise InputError("api.photo", name=sent[:80], names=", ".join(EXAMPLES))


def _decoded(rest: str) -> bytes:
    _, mark, encoded = rest.partition(";base64,")
    if len(encoded) > MAX_BYTES * 4 / 3 + 4:
        raise _large()
    try:
        return base64.b64decode(encoded if mark else "!", validate=True)
    except binascii.Error as error:
        raise InputError("api.base64") from error


async def _fetched(address: str) -> bytes:
    """What is at a public address. Raises ValueError, OSError or httpx's errors where there is nothing."""
    url = httpx.URL(address)
    for _ in range(MOST_STEPS):
        transport = AsyncSecureTransport(await _public(url))
        async with httpx.AsyncClient(transport=transport) as client, client.stream("GET", url) as response:
            if response.has_redirect_location:
                url = url.join(response.headers["location"])
                continue
            response.raise_for_status()
            return await _read(response)
    raise ValueError("too many steps")


async def _public(url: httpx.URL) -> str:
    """The IPv4 address of a host that is reached from everywhere; the connection is made to it and no other.

    Raises ValueError for any other host, so that nobody can have this machine ask its neighbours.
    """
    if url.scheme not in SCHEMES or not url.host:
        raise ValueError(f"{url.scheme} is not asked for")
    found = await asyncio.get_running_loop().getaddrinfo(url.host, None, family=socket.AF_INET)
    addresses = [ipaddress.ip_address(place[0]) for *_, place in found]
    if not all(one.is_global and not one.is_multicast for one in addresses):
        raise ValueError(f"{url.host} is not public")
    return str(addresses[0])


async def _read(response: httpx.Response) -> bytes:
    content = bytearray()
    async for part in response.aiter_bytes():
        content.extend(part)
        if len(content) > MAX_BYTES:
            raise _large()
    return bytes(content)


def _large() -> InputError:
    return InputError("api.large", megabytes=MAX_BYTES // 1_000_000)
