"""For the operator: serve the answer page and the callbacks."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.cli.console import err
from outreach.web import Addresses, Callbacks, create_app, read_words, serve
from outreach.wiring import open_house
from outreach.wiring.callbacks import callbacks
from outreach.wiring.living import living
from outreach.wiring.watching import served


@click.command()
@click.option("--host", help="Address to listen on; default from the settings.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; default from the settings.")
@click.pass_obj
def web(workspace: Path, host: str | None, port: int | None) -> None:
    """Serve the page where a warned person answers, and the callbacks of providers.

    TLS and logs are the proxy's before it.
    """
    house = open_house(workspace)
    house.require_head()
    settings = house.settings
    words = read_words(settings.at(settings.templates) / "shared")
    app = create_app(
        house.feedback,
        house.clock,
        house.answer_keys,
        words,
        settings.default_locale,
        Callbacks(
            doors=callbacks(settings),
            receive=house.feedback.receive,
            count=house.metrics.called,
            addresses=Addresses(
                public_url=settings.web.public_url, trusted=tuple(settings.web.trusted_proxies)
            ),
            most_bytes=settings.web.callback_bytes,
        ),
    )
    at_host, at_port = host or settings.web.host, settings.web.port if port is None else port
    err.print(f"Answer page on http://{at_host}:{at_port} until Ctrl-C.")
    with living(house, "web"), served(house.metrics, settings.watch.web_metrics_port):
        serve(app, at_host, at_port)
