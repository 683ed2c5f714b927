"""For the operator: serve the answer page, the callbacks and the inbox API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from outreach.cli.console import err
from outreach.web import (
    Addresses,
    Api,
    Callbacks,
    ReadReply,
    Replies,
    Unsubscribe,
    create_app,
    document,
    read_sentences,
    read_words,
    serve,
)
from outreach.web.words import Words
from outreach.wiring import House, open_house
from outreach.wiring.api import CALLBACKS, answer_link, inbox, limits
from outreach.wiring.callbacks import INBOUND, INBOUND_SIGNATURE, callbacks, inbound
from outreach.wiring.chance import new_id
from outreach.wiring.living import living
from outreach.wiring.replies import sentences_folder
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
    words = read_words(settings.at(settings.templates) / "shared")
    shared = Callbacks(
        doors=callbacks(settings),
        receive=house.feedback.receive,
        count=house.metrics.called,
        addresses=Addresses(public_url=settings.web.public_url, trusted=tuple(settings.web.trusted_proxies)),
        most_bytes=settings.web.callback_bytes,
    )
    app = create_app(house.feedback, house.clock, house.answer_keys, words, settings.default_locale, shared)
    if (reader := inbound(settings)) is not None:
        _replies(house, reader).mount(app, shared, house.clock)
    _unsubscribe(house, words).mount(app)
    at_host, at_port = host or settings.web.host, settings.web.port if port is None else port
    err.print(f"Answer page on http://{at_host}:{at_port} until Ctrl-C.")
    with living(house, "web"), served(house.metrics, settings.watch.web_metrics_port):
        serve(app, at_host, at_port, on_end=_api(house, words).mount(app))


def _replies(house: House, reader: ReadReply) -> Replies:
    settings = house.settings
    return Replies(
        path=INBOUND,
        party="twilio",
        signature=INBOUND_SIGNATURE,
        read=reader,
        hear=house.replies.hear,
        sentences=read_sentences(sentences_folder(settings), settings.default_locale),
        firm=settings.firm,
        default_locale=settings.default_locale,
    )


def _unsubscribe(house: House, words: Mapping[str, Words]) -> Unsubscribe:
    return Unsubscribe(
        leave=house.leaving.leave,
        keys=house.answer_keys,
        words=words,
        default_locale=house.settings.default_locale,
        now=house.clock,
    )


def _api(house: House, words: Mapping[str, Words]) -> Api:
    return Api(
        inbox=inbox(house),
        feedback=house.feedback,
        words=words,
        default_locale=house.settings.default_locale,
        firm=house.settings.firm,
        link=answer_link(house),
        now=house.clock,
        new_id=new_id,
        document=document(CALLBACKS, house.settings.web.public_url),
        **limits(house),
    )


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
