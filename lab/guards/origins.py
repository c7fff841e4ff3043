"""Who may ask: pages of the lab itself, by a name that is the lab's, and programs, which are no pages of others."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from lab.guards.refusal import Refused
from models.errors import InputError

READING = ("GET", "HEAD", "OPTIONS")


class Origins:
    """ASGI middleware: what another website's page asks for is refused, except to be shown.

    hosts: the only names under which the lab answers, "*" for any. A page of another host that has its own name lead to
    this machine (DNS rebinding) asks under that name. What browsers say of a request is checked as the W3C's Fetch
    Metadata has it and, where they say nothing of that (plain http), by its Origin; programs send neither.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or raise Refused."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            host = _host(headers.get("host", ""))
            if "*" not in self.hosts and host not in self.hosts:
                raise Refused(421, InputError("request.host", host=host[:80]))
            if _is_foreign(scope["method"], headers):
                raise Refused(403, InputError("request.foreign"))
        await self.app(scope, receive, send)


def _host(netloc: str) -> str:
    """The name in "name:port", in small letters; "" for what is none."""
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""


def _is_foreign(method: str, headers: Headers) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site:
        shown = method in READING and headers.get("sec-fetch-mode") == "navigate"
        return site not in ("same-origin", "none") and not shown
    if origin is None or method in READING:
        return False
    forwarded = headers.get("x-forwarded-host", "").replace(" ", "").split(",")
    return origin.partition("://")[2] not in {headers.get("host"), *filter(None, forwarded)}
