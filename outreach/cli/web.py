"""For the operator: serve the answer page, the callbacks and the inbox API."""

from __future__ import annotations

import json
from pathlib import Path

import click

from outreach.cli.console import err
from outreach.cli.web_app import application
from outreach.web import (
    document,
    serve,
)
from outreach.wiring.api import CALLBACKS
from outreach.wiring.house import open_house
from outreach.wiring.living import living
from outreach.wiring.watching import served


@click.command()
@click.option("--host", help="Address to listen on; default from the settings.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; default from the settings.")
@click.pass_obj
def web(workspace: Path, host: str | None, port: int | None) -> None:
    """Serve the page where a warned person answers, the callbacks of providers, and the inbox API.

    TLS and logs are the proxy's before it.
    """
    house = open_house(workspace)
    house.require_head()
    settings = house.settings
    app, end = application(house)
    at_host, at_port = host or settings.web.host, settings.web.port if port is None else port
    err.print(f"Answer page on http://{at_host}:{at_port} until Ctrl-C.")
    with living(house, "web"), served(house.metrics, settings.watch.web_metrics_port):
        serve(app, at_host, at_port, on_end=end)


@click.command()
@click.option("--out", "file", type=click.Path(dir_okay=False, path_type=Path), help="Where to; else shown.")
def openapi(file: Path | None) -> None:
    """Write the OpenAPI 3.1 document of the inbox API and of the callbacks."""
    text = json.dumps(document(CALLBACKS), indent=2, ensure_ascii=False) + "\n"
    if file is None:
        click.echo(text, nl=False)
        return
    file.write_text(text, encoding="utf-8")
    err.print(f"{file}: written.", markup=False)
