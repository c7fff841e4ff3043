"""What a browser is told that a page may do: nothing with other hosts, and nothing that the lab does not need."""

import base64
import hashlib
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "worker-src": "'self' blob:",
    "frame-src": "'none'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
"""Gradio makes functions of its templates, hence 'unsafe-eval'; scripts that stand in a page run by their hashes."""
SAID = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY_HEADER = "Content-Security-Policy"
HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
"""A year; only where the page came by https."""
SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


class Headers:
    """ASGI middleware: sets security headers.

    frames: the sites that may show the lab in a frame; head: what Gradio's script puts into the head of a page.
    """

    def __init__(self, app: ASGIApp, frames: tuple[str, ...], head: str) -> None:
        self.app, self.frames, self.head = app, frames, head.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers; a page waits for its content, whose scripts they name."""
        held: list[Message] = []

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SAID | (HTTPS if scope["scheme"] == "https" else {}) | {POLICY_HEADER: self.policy(b"")})
                if headers.get("content-type", "").startswith("text/html"):
                    held.append(message)
                    return
            elif held:
                MutableHeaders(scope=held[0])[POLICY_HEADER] = self.policy(message.get("body", b"") + self.head)
                await send(held.pop())
            await send(message)

        await self.app(scope, receive, sent if scope["type"] == "http" else send)

    def policy(self, page: bytes) -> str:
        """The policy of a page: the scripts that stand in it run, and no others that stand in a page."""
        hashes = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in SCRIPT.findall(page))
        scripts = " ".join([POLICY["script-src"], *(f"'sha256-{one}'" for one in hashes)])
        framed = {"frame-ancestors": " ".join(["'self'", *self.frames])}
        return "; ".join(f"{name} {value}" for name, value in (POLICY | {"script-src": scripts} | framed).items())
