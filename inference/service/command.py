"""The command `unspin serve`."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import click

from unspin.inference.commands.constraints import (
    constraints,
    dictionary,
    phrases,
    protect,
    protect_quotes,
)
from unspin.model.errors import UnspinError

MOST_SECONDS = 86_400
"""Longest time to wait for an answer: a day."""


def _seconds(ctx: click.Context, parameter: click.Parameter, value: float) -> float:
    """A time that comes to an end, which neither inf nor nan does."""
    if not 0 < value <= MOST_SECONDS:
        raise click.BadParameter(f"{value:g} is not above 0 and at most {MOST_SECONDS} seconds.")
    return value


@click.command(short_help="Serve scores and restorations, and a page, over HTTP.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0: a free one."
)
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="A name by which the service may be asked, such as that of a proxy. Repeatable.",
)
@click.option(
    "--model",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="A model folder instead of the weights that come with unspin.",
)
@click.option("--threads", type=click.IntRange(1), help="Default: one for every core.")
@protect
@protect_quotes
@phrases
@dictionary
@click.option(
    "--max-chars",
    default=200_000,
    show_default=True,
    type=click.IntRange(1, 1_000_000),
    help="Most characters of one text.",
)
@click.option(
    "--max-requests",
    default=64,
    show_default=True,
    type=click.IntRange(1),
    help="Most requests in hand at once; others are told when to come back.",
)
@click.option(
    "--timeout",
    default=60.0,
    show_default=True,
    callback=_seconds,
    help="Seconds after which a request that waits is given up.",
)
def serve(
    host: str,
    port: int,
    hosts: tuple[str, ...],
    folder: Path | None,
    threads: int | None,
    protect: Path | None,
    protect_quotes: bool,
    phrases: Path | None,
    dictionary: Path | None,
    max_chars: int,
    max_requests: int,
    timeout: float,
) -> None:
    """Serve scores and restorations, and a page to work with them, over HTTP.

    POST /score and /restore take {"text": …} or {"texts": […]} and answer as `unspin score` and
    `unspin restore` write JSON; / is the page, /docs describes the rest. Lists of words hold for
    all requests; a text to restore may bring a "dictionary" of its own. No text is kept or logged.
    Ctrl-C finishes what is in hand and stops.

    There is no password: whoever reaches the address can use it. Keep it on this machine, or put
    a proxy with a login in front of it and name that with --allow-host.

    \b
    Examples:
      unspin serve
      unspin serve --port 9000 --model runs/mine/model
      curl -s -H 'Content-Type: application/json' \\
        -d '{"text": "He volition question to Mexico."}' http://127.0.0.1:8765/restore
    """
    try:
        from unspin.inference.service.app import create_app
        from unspin.inference.service.server import address, listen, run
    except ModuleNotFoundError as error:
        if (error.name or "unspin").partition(".")[0] == "unspin":
            raise
        raise UnspinError(
            f"`unspin serve` needs {error.name}: pip install 'unspin[serve]'"
        ) from error
    from unspin.inference.api import load
    from unspin.inference.service.limits import Limits

    listed = constraints(protect, dictionary, phrases, protect_quotes)
    limits = Limits(
        body_bytes=20 * max_chars,
        text_chars=max_chars,
        requests=max_requests,
        seconds=timeout,
    )
    bound = listen(host, port)
    if not ipaddress.ip_address(bound.getsockname()[0]).is_loopback:
        click.echo("unspin: whoever reaches this address can use the service", err=True)

    def ready() -> None:
        click.echo(f"unspin serves on {address(bound)} (Ctrl-C stops it)", err=True)

    app = create_app(load(folder, threads), limits, (host, *hosts), listed)
    run(app, bound, limits, ready)
    click.echo("unspin has stopped", err=True)
