"""The service as an ASGI app: scores and restorations as JSON, and the page that shows them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from unspin.inference.api import Model
from unspin.inference.constraints import Constraints
from unspin.inference.documents import json_line
from unspin.inference.results import Score
from unspin.inference.service import schema
from unspin.inference.service.batcher import Batcher, Task
from unspin.inference.service.guard import Guard, refused
from unspin.inference.service.limits import Limits, Refusal
from unspin.inference.service.orders import Order, receive_order
from unspin.model.settings import MODES

PAGE = Path(__file__).parent / "page"
HIGHLIGHT = Path(__file__).parents[1] / "view" / "highlight.css"

FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": schema.Failure, "description": description}
    for status, description in {
        400: "not readable JSON",
        408: "the body came too slowly",
        413: "too long",
        415: "not JSON",
        422: "JSON of another shape",
        429: "too many requests wait: see Retry-After",
        503: "no result in time: see Retry-After",
    }.items()
}


def create_app(
    model: Model,
    limits: Limits | None = None,
    hosts: Collection[str] = (),
    constraints: Constraints | None = None,
) -> FastAPI:
    """The app that serves `model` within `constraints`.

    `hosts` are names it may be asked for by, beside localhost.
    """
    limits = limits or Limits()
    batcher = Batcher(model, limits)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await batcher.warm_up()
        yield
        await batcher.close()

    app = FastAPI(
        title="unspin",
        version=version("unspin"),
        summary="Finds the damage that synonym spinners do to English articles, and restores it.",
        lifespan=lifespan,
        docs_url=None,  # it would load its script from elsewhere
        redoc_url=None,
    )
    app.add_middleware(Guard, hosts=hosts)
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(HTTPException, _on_http_exception)

    async def answer(task: Task, request: Request) -> Response:
        with batcher.admitted():
            order = await receive_order(request, limits)
            # A long dictionary takes a while to read: not on the event loop.
            order = await asyncio.to_thread(order.within, constraints, task == "restore")
            work = batcher.read(task, order.texts, order.mode, order.language)
            results = await _while_connected(request, work)
            # A long text's JSON takes a while to write: not on the event loop.
            return await asyncio.to_thread(_written, order, results)

    @app.post(
        "/score",
        summary="Score how much of a text a spinner damaged",
        openapi_extra=_body(),
        responses={200: {"model": schema.Scored | schema.ScoredList}, **FAILURES},
    )
    async def score(request: Request) -> Response:
        return await answer("score", request)

    @app.post(
        "/restore",
        summary="Restore the wording of a text",
        openapi_extra=_body(),
        responses={200: {"model": schema.Restored | schema.RestoredList}, **FAILURES},
    )
    async def restore(request: Request) -> Response:
        return await answer("restore", request)

    @app.get("/health", summary="That the service answers, and its limits")
    async def health() -> schema.Health:
        return schema.Health(
            status="ok",
            version=app.version,
            model=model.settings.version,
            modes=list(MODES),
            in_hand=batcher.in_hand,
            limits=asdict(limits),
        )

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(PAGE / "index.html")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> FileResponse:
        return FileResponse(PAGE / "docs.html")

    @app.get("/page/highlight.css", include_in_schema=False)
    async def highlight() -> FileResponse:
        return FileResponse(HIGHLIGHT)

    app.mount("/page", StaticFiles(directory=PAGE))
    return app


def _body() -> dict[str, Any]:
    """OpenAPI's description of a request, which the app parses by itself."""
    shapes = [schema.Document.model_json_schema(), schema.Documents.model_json_schema()]
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"oneOf": shapes}}},
        }
    }


async def _while_connected(request: Request, work: Any) -> Any:
    """The result of `work`, which is dropped when the client goes away."""
    reading = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({reading, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            raise Refusal(499, "the client has gone")
        return await reading
    finally:
        reading.cancel()
        leaving.cancel()


def _written(order: Order, results: list[Score]) -> Response:
    """The rows that the command line would write, one or a list of them."""
    found = iter(results)
    try:
        rows = [row.output(next(found) if row.error is None else None) for row in order.rows]
        body = json_line(rows[0] if order.single else {"results": rows})
    except RecursionError:
        raise Refusal(400, "not readable JSON: nested too deep") from None
    return Response(body, headers={"cache-control": "no-store"}, media_type="application/json")


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return refused(error)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    """Unknown paths and methods, in the same shape as other failures."""
    assert isinstance(error, HTTPException)
    response = refused(Refusal(error.status_code, str(error.detail).lower()))
    response.headers.update(error.headers or {})
    return response
