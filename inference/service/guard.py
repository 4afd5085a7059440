"""What every request passes first and every answer last: who may ask, headers, the log.

A service on loopback is open to every page that the same person's browser shows. Two checks close
it to them. The Host header must be an address, localhost or a name that the person has allowed: a
page that has its own name resolve to 127.0.0.1 (DNS rebinding) still sends that name. And a request
that changes or reads something by POST must come from the page it is sent to, which Origin and
Sec-Fetch-Site tell; programs send neither.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import time
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unspin.inference.service.limits import Refusal

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types unspin-parser"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

SAFE = {"GET", "HEAD", "OPTIONS"}

log = logging.getLogger("unspin.service")


class Guard:
    """ASGI middleware around the whole app. `hosts` are names that may be asked for as well."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self.app = app
        self.hosts = {"localhost", *(host.lower() for host in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method = scope["method"]
        if method == "HEAD":  # answered as GET: the server leaves the body out
            scope = {**scope, "method": "GET"}
        began = time.monotonic()
        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-cache")
            await send(message)

        try:
            self._check(method, Headers(scope=scope))
            await self.app(scope, receive, send_guarded)
        except Refusal as refusal:
            await refused(refusal)(scope, receive, send_guarded)
        except Exception as error:  # its message could quote a text: it is not for the log
            log.error("a request failed: %s", type(error).__name__)
            log.debug("because:", exc_info=error)
            if not status:
                await refused(Refusal(500, "something broke"))(scope, receive, send_guarded)
        # The path as the app knows it: what a client made up could hold anything.
        path = getattr(scope.get("route"), "path", "-")
        milliseconds = 1000 * (time.monotonic() - began)
        log.info("%s %s %d %.0f ms", method[:8], path, status, milliseconds)

    def _check(self, method: str, headers: Headers) -> None:
        """Raises `Refusal` for a request that another site has made."""
        host = headers.get("host", "")
        if not self._known(host):
            raise Refusal(421, "unknown Host: allow a name with `unspin serve --allow-host NAME`")
        if method in SAFE:
            return
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site", "none")
        if (origin is not None and _authority(origin) != host.lower()) or site not in {
            "none",
            "same-origin",
        }:
            raise Refusal(403, "a page of another site asked: that is not allowed")

    def _known(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
            if name not in self.hosts:
                ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def refused(refusal: Refusal) -> Response:
    """The answer to a request that gets no result."""
    headers = {"cache-control": "no-store"}
    if refusal.retry_after is not None:
        headers["retry-after"] = str(refusal.retry_after)
    body = json.dumps({"error": refusal.message})
    return Response(body, refusal.status, headers, "application/json")
