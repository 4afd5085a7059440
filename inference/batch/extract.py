"""The main article of a page, by trafilatura in a child process that cannot hang.

A page may send a parser into a loop of C code that no exception ends. So the child has its clock
set before every page, and the system ends it when that runs out; the next page gets a new child.
The clock counts processor time: what is found must not depend on how busy the machine is.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from unspin.inference.batch.extras import need
from unspin.inference.batch.html import without_surrogates
from unspin.inference.batch.records import Problem, Reason
from unspin.model.errors import UnspinError

_CHILD = f"from {__name__} import serve; serve()"
_FIELDS = {"title": "title", "author": "author", "published": "date", "url": "url"}
"""What a page says of its article: our name of it, and trafilatura's."""

_MEMORY = 4 << 30
"""Bytes of address space that the child may take."""

_idle: deque[_Child] = deque()


@dataclass(frozen=True, slots=True)
class Article:
    """The text of a page's article, paragraphs on lines, and what the page says of it."""

    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)


def extract(html: str, timeout: float, url: str | None = None) -> Article | Problem:
    """The article of a page, or why there is none; `timeout` counts seconds of processor time.

    As many children are started as threads call this at a time; they end with this process.
    Raises `UnspinError` if trafilatura is not installed.
    """
    request = json.dumps([without_surrogates(html), url, timeout]).encode() + b"\n"
    child = _handed_over(request)
    reply = child.reply()
    if reply is None:
        if child.timed_out():
            return Problem(Reason.TIMEOUT, f"extraction took more than {timeout:g} s")
        return Problem(Reason.UNREADABLE, "extraction crashed")
    _idle.append(child)
    if "error" in reply:
        return Problem(Reason.UNREADABLE, f"extraction failed: {reply['error']}")
    if not reply["text"]:
        return Problem(Reason.NO_ARTICLE, "no main text was found")
    return Article(reply["text"], reply["fields"])


def _handed_over(request: bytes) -> _Child:
    """A child that has taken the request; one that died while it was idle is passed over."""
    while _idle:
        with suppress(IndexError):  # another thread was faster
            if (child := _idle.pop()).take(request):
                return child
    if not (child := _Child()).take(request):
        raise UnspinError("the process that extracts articles cannot be started")
    return child


class _Child:
    """A process that runs `serve`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # the terminal's Ctrl-C is for the parent to answer
        )

    def take(self, request: bytes) -> bool:
        """Hand over a request; False if the process is gone."""
        assert self._process.stdin
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except OSError:
            self._end()
            return False
        return True

    def reply(self) -> dict[str, Any] | None:
        """Its reply; None if the process ended instead. Raises `UnspinError` if it cannot work."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            self._end()
            return None
        reply: dict[str, Any] = json.loads(line)
        if "missing" in reply:
            self._end()
            raise UnspinError(reply["missing"])
        return reply

    def timed_out(self) -> bool:
        """Whether the ended process was ended by its clock."""
        return self._process.returncode == -getattr(signal, "SIGPROF", 0)

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            with suppress(OSError):  # what was still to be written has nobody to read it
                pipe.close()


def serve() -> None:
    """What the child runs: a request a line in, a reply a line out, until its input ends."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the replies
    _limit_memory()
    reply: dict[str, Any]
    for line in sys.stdin.buffer:
        html, url, timeout = json.loads(line)
        try:
            need("trafilatura")
            _set_clock(timeout)
            reply = _article(html, url)
        except UnspinError as error:
            reply = {"missing": str(error)}
        except Exception as error:
            reply = {"error": " ".join(f"{type(error).__name__}: {error}".split())[:200]}
        _set_clock(0)
        replies.write(json.dumps(reply).encode() + b"\n")
        replies.flush()


def _article(html: str, url: str | None) -> dict[str, Any]:
    found = need("trafilatura").bare_extraction(
        html, url=url, include_comments=False, with_metadata=True
    )
    if found is None:
        return {"text": ""}
    fields = {name: value for name, theirs in _FIELDS.items() if (value := getattr(found, theirs))}
    return {"text": found.text.strip(), "fields": fields}


def _set_clock(seconds: float) -> None:
    """Have the system end this process after that much processor time; 0 takes it back."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # a pipe with two writers would mix them up
