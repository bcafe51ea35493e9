r"""The application: the pages of the site, what they are told of changes, and programs run for them.

    GET  /<page>          a page or another file of the site; pages get the script for live code
    GET  /_live/hello     whether programs can be run, and of which blocks: {"live": true, "why": "", "blocks": {…}}
    GET  /_live/changes   server-sent events: `changed`, when a page is no longer as it was loaded; before there is a
                          site, `progress`: {"judged": 3, "blocks": 12, "says": "3 of 12 blocks so far"}
    POST /_live/run       `asked.Asked` in; lines of JSON out, as they come: {"programs": 3, "run": "…"},
                          {"printed": "epoch 1\n", "of": 0}, {"ended": 0}, and in the end {"told": {…}}, which `told`
                          describes, or {"error": "…"}
    POST /_live/stop      {"run": "…"}: ends the programs of a run now, and its answer says so
    GET  /_live/live.js   what pages need for it, and /_live/live.css

The guard has looked at every request before.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from quizproof.errors import CannotVerify
from quizproof.outcome import Outcome
from quizproof_renderers.serving.asked import Asked, Carried, Refused, carried
from quizproof_renderers.serving.edition import Edition
from quizproof_renderers.serving.guard import Guard, Pass, refusal
from quizproof_renderers.serving.live_runs import STOPPED, Busy, LiveRuns
from quizproof_renderers.serving.rates import Rate
from quizproof_renderers.serving.served_page import (
    GONE,
    SCRIPT,
    SITE_STYLE,
    STYLE,
    broken_page,
    counted,
    live_hash,
    served,
    waiting_page,
)
from quizproof_renderers.site import assets
from quizproof_renderers.text import sentence

_BEAT_SECONDS = 15.0
"""How often a page that waits for changes is sent something, so that it is noticed when it has gone."""
_COUNT_SECONDS = 0.5
"""How often it is told how far the proof is, before there is a site."""
MAX_WATCHERS = 100
"""Pages that wait for changes at the same time."""
_OPEN_FIRST = "Open the address that `quizproof serve` printed: it has the token of this start."


@dataclass
class State:
    """What the server shows now."""

    own: Pass
    runs: LiveRuns | None
    """None where programs are not run."""
    why_not: str = ""
    """Why they are not."""
    edition: Edition | None = None
    progress: Callable[[], tuple[int, int]] = lambda: (0, 0)
    """Before there is an edition: how many blocks are judged, and how many there are, about."""
    is_ending: bool = False
    watchers: int = 0
    rate: Rate = field(default_factory=Rate)
    _turn: asyncio.Event = field(default_factory=asyncio.Event)

    def publish(self, edition: Edition) -> None:
        """Show another edition. Called in the loop of the server."""
        self.edition = edition
        self.wake()

    def end(self) -> None:
        """Let all that waits come to its end. Called in the loop of the server."""
        self.is_ending = True
        self.wake()

    def wake(self) -> None:
        """Let those who wait for changes look."""
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    async def change(self, seconds: float) -> None:
        """Wait until something may have changed, at most so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._turn.wait(), seconds)


def application(state: State) -> Guard:
    """The application, with its guard."""
    routes = [
        Route("/_live/hello", _hello),
        Route("/_live/changes", _changes),
        Route("/_live/run", _run, methods=["POST"]),
        Route("/_live/stop", _stop, methods=["POST"]),
        Route(f"/{SCRIPT}", _live_script),
        Route(f"/{STYLE}", _live_style),
        Route(f"/{SITE_STYLE}", _site_style),
        Route("/{path:path}", _file),
    ]
    app = Starlette(routes=routes)
    app.state.shown = state
    return Guard(app, state.own)


def _shown(request: Request) -> State:
    state: State = request.app.state.shown
    return state


async def _file(request: Request) -> Response:
    """A file of the site."""
    state = _shown(request)
    path = request.path_params["path"]
    path += "index.html" if not path or path.endswith("/") else ""
    edition = state.edition
    if edition is None:
        return Response(
            waiting_page(*state.progress()), 503, {"retry-after": "1", "cache-control": "no-store"}, "text/html"
        )
    content = await asyncio.to_thread(edition.read, path)
    if content is None and path.endswith(".html") and edition.unreadable:
        page = broken_page(path, edition.unreadable)
        return Response(page, 503, {"retry-after": "1", "cache-control": "no-store"}, "text/html")
    if content is None:
        missing = await asyncio.to_thread(edition.read, "404.html")
        return Response(missing, 404, media_type="text/html") if missing else refusal(404, "There is no such page.")
    hash_ = edition.files[path]
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if kind == "text/html":
        content = served(content, path, hash_)
    return _cached(request, content, f"{hash_[:16]}-{live_hash()}", kind)


async def _live_script(request: Request) -> Response:
    return _cached(request, assets.live(), live_hash(), "text/javascript")


async def _live_style(request: Request) -> Response:
    return _cached(request, assets.live_style_sheet(), live_hash(), "text/css")


async def _site_style(request: Request) -> Response:
    return _cached(request, assets.style_sheet(), live_hash(), "text/css")


def _cached(request: Request, content: bytes, hash_: str, kind: str) -> Response:
    """A file that browsers keep, and ask for again each time."""
    headers = {"etag": f'"{hash_}"', "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(None, 304, headers)
    return Response(content, 200, headers, kind)


async def _hello(request: Request) -> Response:
    """What a page can have run."""
    state = _shown(request)
    why = state.why_not or ("" if state.own.is_carried(request.headers) else _OPEN_FIRST)
    blocks: dict[str, Any] = {}
    if state.edition and state.runs and not why:
        for id_ in request.query_params.get("ids", "").split(","):
            if place := state.edition.places.get(id_):
                blocks[id_] = {"kind": place.block.proof.kind, "edition": place.block.edition}
    return _json({"live": state.runs is not None and not why, "why": why, "blocks": blocks})


def _json(data: Any) -> Response:
    return Response(json.dumps(data), headers={"cache-control": "no-store"}, media_type="application/json")


async def _changes(request: Request) -> Response:
    """Say when a page has changed. Ends when it has said so."""
    state = _shown(request)
    if state.watchers >= MAX_WATCHERS:
        return refusal(503, "Too many pages are open.", retry_after="10")
    path, loaded = request.query_params.get("page", ""), request.query_params.get("is", "")

    async def events() -> AsyncIterator[str]:
        state.watchers += 1
        try:
            yield ": here\n\n"
            while not state.is_ending:
                if state.edition and state.edition.files.get(path, GONE) != loaded:
                    yield "event: changed\ndata: \n\n"
                    return
                if state.edition is None:
                    judged, blocks = state.progress()
                    count = {"judged": judged, "blocks": blocks, "says": counted(judged, blocks)}
                    yield f"event: progress\ndata: {json.dumps(count)}\n\n"
                await state.change(_BEAT_SECONDS if state.edition else _COUNT_SECONDS)
                yield ": here\n\n"
        finally:
            state.watchers -= 1

    return StreamingResponse(events(), headers={"cache-control": "no-store"}, media_type="text/event-stream")


async def _run(request: Request) -> Response:
    """Run what a page asks for."""
    state = _shown(request)
    if state.runs is None:
        return refusal(403, state.why_not)
    if state.edition is None:
        return refusal(503, "The bank is being proven. Try again in a moment.", retry_after="2")
    if seconds := state.rate.wait():
        return refusal(429, f"Too many programs were asked for. Try again in {seconds} s.", retry_after=str(seconds))
    try:
        asked = Asked.model_validate_json(await request.body())
        task = await asyncio.to_thread(carried, asked, state.edition)
    except ValidationError as error:
        detail = error.errors(include_url=False, include_input=False)[0]
        # What is no JSON at all is wrong at no place in it.
        place = f"{'.'.join(map(str, detail['loc']))}: " if detail["loc"] else ""
        return refusal(400, f"The request is malformed: {place}{detail['msg']}")
    except Refused as error:
        return refusal(error.status, str(error))
    except CannotVerify as error:
        return refusal(409, f"{error}.")
    try:
        found = state.runs.carry_out(task.errand)
    except Busy:
        return refusal(503, "Too many programs are waiting for their turn. Try again in a moment.", retry_after="2")
    except CannotVerify as error:
        return refusal(503, f"{error}.")
    headers = {"cache-control": "no-store"}
    return StreamingResponse(_lines(task, found, state.runs), headers=headers, media_type="application/x-ndjson")


async def _stop(request: Request) -> Response:
    """End a run of the page that asks."""
    state = _shown(request)
    try:
        name = json.loads(await request.body())["run"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return refusal(400, 'The request is malformed: it is {"run": "…"}.')
    if state.runs is None or not isinstance(name, str) or not state.runs.stop(name):
        return refusal(404, "No such program is running.")
    return _json({"stopped": True})


async def _lines(task: Carried, found: AsyncIterator[tuple[int, str | Outcome]], runs: LiveRuns) -> AsyncIterator[str]:
    """The answer to a request, line by line."""
    yield _line(programs=len(task.errand.programs), run=task.errand.name)
    outcomes: dict[int, Outcome] = {}
    try:
        async for index, what in found:
            if isinstance(what, Outcome):
                outcomes[index] = what
                yield _line(ended=index)
            else:
                yield _line(printed=what, of=index)
        versions = runs.versions(task.errand.runtime)
        told = await asyncio.to_thread(task.tell, [outcomes[index] for index in sorted(outcomes)], versions)
    except CannotVerify as error:
        yield _line(error=sentence(str(error)))
    else:
        # What a program did until then says nothing about what it is worth.
        if told["kind"] != "run" and any(outcome.detail == STOPPED for outcome in outcomes.values()):
            yield _line(error="You stopped it, so it was not marked.")
        else:
            yield _line(told=told)


def _line(**data: Any) -> str:
    return json.dumps(data, allow_nan=False) + "\n"
