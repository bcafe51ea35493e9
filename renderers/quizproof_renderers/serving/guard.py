"""The guard: what every request must be before anything of it is read.

Pages may be read by anyone on this machine. To have a program run, a request must come from a page of this server, in a
browser that has opened the address with the token of this start.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from dataclasses import dataclass, field
from http import cookies
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quizproof_renderers.serving.address import Address

MAX_BODY = 2 << 20
"""Bytes of a request: of a program that is as long as it may be, as JSON."""
BODY_SECONDS = 10.0
"""How long a request may take to arrive."""
SEND_SECONDS = 30.0
"""How long a client may take nothing of what it is sent."""
_LIVE = "/_live/"
"""What the addresses begin with that pages themselves ask."""
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "frame-ancestors 'self'",
}
"""No other site may read, frame or include what comes from here."""


@dataclass(frozen=True)
class Pass:
    """The token of one start of the server, and the cookie in which browsers keep it."""

    address: Address
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    _once: set[str] = field(default_factory=set)
    """Codes that are as good as the token, each one time."""

    @property
    def url(self) -> str:
        """The address to open: it brings the token along."""
        return f"{self.address.url}?token={self.token}"

    def url_for_once(self) -> str:
        """An address that can be opened one time: other users can see the arguments with which a browser is started."""
        code = secrets.token_urlsafe(24)
        self._once.add(code)
        return f"{self.address.url}?token={code}"

    @property
    def cookie(self) -> str:
        """Its name. Cookies belong to a host with all its ports, so each server has one of its own."""
        return f"quizproof-{self.address.port}"

    def is_carried(self, headers: Headers) -> bool:
        """Whether a request has the token in its cookie."""
        try:
            jar = cookies.SimpleCookie(headers.get("cookie", ""))
        except cookies.CookieError:
            return False
        return self.cookie in jar and self.is_token(jar[self.cookie].value)

    def admits(self, text: str) -> bool:
        """Whether a text is the token, or a code that nobody has used."""
        if text in self._once:
            self._once.remove(text)
            return True
        return self.is_token(text)

    def is_token(self, text: str) -> bool:
        """Whether a text is the token, compared in a time that says nothing about it."""
        return hmac.compare_digest(text.encode(), self.token.encode())


class Guard:
    """Wraps an application, and answers what must not reach it."""

    def __init__(self, app: ASGIApp, own: Pass) -> None:
        """`own`: of this start."""
        self._app = app
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        patient = _patient(send)
        answer = self._refusal(scope) or self._entrance(scope)
        if answer is None:
            body = await _body(scope, receive)
            if isinstance(body, Response):
                answer = body
            else:
                await self._app(scope, _again(body, receive), patient)
                return
        await answer(scope, receive, patient)

    def _refusal(self, scope: Scope) -> Response | None:
        """Why a request is not answered, if it is not."""
        headers, method, path = Headers(scope=scope), scope["method"], scope["path"]
        host = headers.get("host", "")
        if host not in self._own.address.hosts:
            own, local = self._own.address.urls
            return refusal(421, f"This server answers as {own} and {local} only.")
        if method not in ("GET", "HEAD", "POST"):
            return refusal(405, "Only GET, HEAD and POST are answered.", allow="GET, HEAD, POST")
        origin = headers.get("origin")
        asks = path.startswith(_LIVE) or method == "POST"
        is_foreign = origin is not None and origin != f"http://{host}"
        # Browsers say it of themselves, and no page can change it. A link that leads here is a navigation.
        site = headers.get("sec-fetch-site", "same-origin")
        if asks and (is_foreign or site not in ("same-origin", "none")):
            return refusal(403, "Only pages of this server can ask for this.")
        if method != "POST":
            return None
        if origin is None:
            return refusal(403, "A request without `Origin` comes from no page of this server.")
        if not self._own.is_carried(headers):
            return refusal(403, "Open the address that `quizproof serve` printed: it has the token of this start.")
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return refusal(415, "A request is JSON, with the content type application/json.")
        return None

    def _entrance(self, scope: Scope) -> Response | None:
        """The answer to a request that brings the token in its address: the cookie, and the address without it."""
        if scope["method"] == "POST" or b"token=" not in scope["query_string"]:
            return None
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if not self._own.admits(query.get("token", [""])[0]):
            return refusal(403, "This token is of another start. Open the address that `quizproof serve` printed.")
        # Two slashes would make it the address of another server.
        answer = RedirectResponse("/" + scope["path"].lstrip("/"), 303)
        answer.set_cookie(self._own.cookie, self._own.token, httponly=True, samesite="strict", path="/")
        answer.headers["cache-control"] = "no-store"
        return answer


def refusal(status: int, why: str, **headers: str) -> Response:
    """An answer in plain words. `headers`: names with `_` for `-`."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return PlainTextResponse(f"{why}\n", status, {**more, "cache-control": "no-store"})


async def _body(scope: Scope, receive: Receive) -> bytes | Response:
    """What a request brings; the answer to one that brings too much, or takes too long over it."""
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_BODY:
        return refusal(413, f"A request has at most {MAX_BODY:,} bytes.", connection="close")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                body += message.get("body", b"")
                if len(body) > MAX_BODY:
                    return refusal(413, f"A request has at most {MAX_BODY:,} bytes.", connection="close")
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        return refusal(408, f"The request did not arrive within {BODY_SECONDS:g} s.", connection="close")


def _again(body: bytes, receive: Receive) -> Receive:
    """What gives a body that was read, and then what comes after it: that the client has gone."""
    left = [body]

    async def given() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return given


def _patient(send: Send) -> Send:
    """What sends with our headers, and gives up on a client that takes nothing for a while."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        async with asyncio.timeout(SEND_SECONDS):
            await send(message)

    return sent
