"""From the bytes of a request to the texts to read, strictly: nothing ambiguous is guessed at."""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from fastapi import Request
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from unspin.inference.constraints import Constraints
from unspin.inference.dictionaries import with_dictionaries
from unspin.inference.documents import Row
from unspin.inference.service.batcher import Text
from unspin.inference.service.limits import Limits, Refusal
from unspin.inference.service.schema import Document, Documents


@dataclass(frozen=True, slots=True)
class Order:
    """The texts of one request; `single` if it was one text and not a list.

    `constraints` are those of each row.
    """

    rows: Sequence[Row]
    single: bool
    mode: str
    language: str
    constraints: Sequence[Constraints | None] = ()

    def within(self, shared: Constraints | None, dictionaries: bool) -> Order:
        """This order within `shared` constraints and, if `dictionaries`, its rows' own.

        Raises `Refusal` (422) if the dictionary of a single text cannot be used; in a list, the
        row has an error.
        """
        if not dictionaries:
            return replace(self, constraints=[shared] * len(self.rows))
        rows, constraints = with_dictionaries(self.rows, shared)
        if self.single and rows[0].error:
            raise Refusal(422, rows[0].error)
        return replace(self, rows=rows, constraints=constraints)

    @property
    def texts(self) -> list[Text]:
        """The texts that can be read."""
        return [
            (row.text, own)
            for row, own in zip(self.rows, self.constraints, strict=True)
            if row.error is None
        ]


async def receive_order(request: Request, limits: Limits) -> Order:
    """Receive, parse and check a request. Raises `Refusal`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(415, "send JSON, with the header Content-Type: application/json")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refusal(415, "compressed bodies are not read: send plain JSON")
    body = await _body(request, limits)
    # A long body takes a while to parse: not on the event loop.
    return await asyncio.to_thread(parse_order, body, limits)


def parse_order(body: bytes, limits: Limits) -> Order:
    """The order that `body` holds. Raises `Refusal`: 400 for no JSON, 422 for other JSON."""
    fields = _json(body)
    if not isinstance(fields, dict):
        raise Refusal(422, 'not a JSON object with a "text" or "texts"')
    try:
        if "texts" not in fields:
            document = Document.model_validate(fields)
            row = Row(document.text, fields, name="the text")
            if reason := _too_long(row.text, limits):
                raise Refusal(413, reason)
            return Order([row], True, document.mode, document.language)
        documents = Documents.model_validate(fields)
    except ValidationError as error:
        raise Refusal(422, _first_problem(error)) from None
    if len(documents.texts) > limits.texts:
        raise Refusal(413, f"{len(documents.texts)} texts: send at most {limits.texts} at a time")
    rows = [_row(item, i, limits) for i, item in enumerate(documents.texts, 1)]
    return Order(rows, False, documents.mode, documents.language)


async def _body(request: Request, limits: Limits) -> bytes:
    """The whole body. Raises `Refusal` as soon as it is known to be too long or too slow."""
    too_long = Refusal(413, f"the body is longer than {limits.body_bytes} bytes: split it")
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > limits.body_bytes:
        raise too_long
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for part in request.stream():
                body += part
                if len(body) > limits.body_bytes:
                    raise too_long
    except TimeoutError:
        raise Refusal(
            408, f"the body did not arrive within {limits.body_seconds:g} seconds"
        ) from None
    except ClientDisconnect:
        raise Refusal(499, "the client has gone") from None
    return bytes(body)


def _json(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError as error:
        raise Refusal(400, f"not UTF-8 (byte {body[error.start]:#04x} at {error.start})") from None
    except json.JSONDecodeError as error:
        raise Refusal(
            400, f"not valid JSON: {error.msg} at line {error.lineno} column {error.colno}"
        ) from None
    except RecursionError:
        raise Refusal(400, "not readable JSON: nested too deep") from None
    except ValueError as error:  # among others a whole number of thousands of digits
        raise Refusal(400, f"not readable JSON: {str(error).split(';')[0]}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise ValueError(f"the field {_quoted(twice)} stands there twice")
    return fields


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"the number {digits[:20]} is too large")
    return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _row(item: object, number: int, limits: Limits) -> Row:
    """An item of a list; what cannot be read says why and does not stop the others."""
    fields = item if isinstance(item, dict) else {}
    text = fields.get("text") if fields else item
    if isinstance(item, dict) and "text" not in fields:
        error: str | None = 'no field "text"'
    elif not isinstance(text, str):
        error = "not a text"
    else:
        error = _too_long(text, limits)
    if isinstance(text, str) and error is None:
        return Row(text, fields, number, f"text {number}")
    return Row("", fields, number, f"text {number}", error)


def _too_long(text: str, limits: Limits) -> str | None:
    if len(text) <= limits.text_chars:
        return None
    return f"the text has {len(text)} characters, at most {limits.text_chars} are read: split it"


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    message = problem["msg"].removeprefix("Value error, ")
    return f"{_quoted(place)}: {message[:1].lower()}{message[1:]}"


def _quoted(name: str) -> str:
    return json.dumps(name if len(name) <= 40 else name[:40] + "…", ensure_ascii=False)
