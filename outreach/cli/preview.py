"""For the writer and the analyst: every message as the people who get it will see it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TypedDict, Unpack

import click
from rich.rule import Rule

from outreach.cli.console import err, out, progress
from outreach.domain.printable import printable
from outreach.domain.scale import Channel
from outreach.domain.transfer import TransferStatus
from outreach.wiring.previewing import Card, Gallery, Situation, Take, Wanted, gallery_of, page

CHANNELS = [channel.value for channel in Channel]
TRANSFERS = [status.value for status in TransferStatus]


class Choice(TypedDict):
    """The situation that a terminal is shown."""

    values: str
    transfer: str | None
    code: bool


@click.command()
@click.argument("pattern", required=False, default="")
@click.option("--locale", "locales", multiple=True, help="Only this language; may be said again.")
@click.option("--channel", "channels", multiple=True, type=click.Choice(CHANNELS), help="Only this channel.")
@click.option(
    "--facts",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Facts to say, YAML or JSON (`amount: 1250`), instead of invented ones.",
)
@click.option("--values", type=click.Choice(["usual", "longest", "unknown"]), default="usual")
@click.option("--transfer", type=click.Choice(TRANSFERS), help="Default: pending; sent after a loss.")
@click.option("--code/--no-code", default=True, help="With the person's anti-phishing code, or without.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all of it, in every situation, as one page to open in a browser.",
)
@click.pass_obj
def preview(
    workspace: Path,
    pattern: str,
    locales: tuple[str, ...],
    channels: tuple[str, ...],
    facts: Path | None,
    html: Path | None,
    **situation: Unpack[Choice],
) -> None:
    """Show the messages of PATTERN (`pig_butchering`, `pig_butchering/leaving`, `*/after_loss`), or all.

    On the terminal in one situation; with --html as a gallery of phones and mails in every situation.
    Exit 2 where a template or the file of facts does not fit.
    """
    wanted = Wanted(pattern=pattern, locales=locales, channels=tuple(map(Channel, channels)), facts=facts)
    gallery = _gallery(workspace, wanted)
    if html is None:
        _print(gallery, situation)
        return
    try:
        html.write_text(page(gallery), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{html} cannot be written: {error.strerror}") from None
    err.print(f"{len(gallery.cards):,} cards in {len(gallery.locales)} languages: {html}", markup=False)


def _gallery(workspace: Path, wanted: Wanted) -> Gallery:
    with progress() as bar:
        task = bar.add_task("saying")
        return gallery_of(workspace, wanted, lambda done, of: bar.update(task, completed=done, total=of))


def _print(gallery: Gallery, choice: Choice) -> None:
    for (template, locale), cards in groupby(gallery.cards, lambda card: (card.template, card.locale)):
        out.print(Rule(f"{template} · {locale}") if out.is_terminal else f"== {template} · {locale}")
        for card in cards:
            take = gallery.take(card, _situation(card, choice))
            for line in _lines(card, take):
                out.print(line, markup=False)
        for problem in gallery.problems.get((template, locale), ()):
            out.print(f"  ! {problem}", markup=False)
    for template, tags in gallery.missing.items():
        out.print(f"! {template} is missing in {', '.join(tags)}", markup=False)


def _situation(card: Card, choice: Choice) -> Situation:
    usual = TransferStatus.SENT if "/after_loss" in card.template else TransferStatus.PENDING
    return Situation(
        values=choice["values"], transfer=choice["transfer"] or usual.value, has_code=choice["code"]
    )


def _lines(card: Card, take: Take) -> Iterator[str]:
    size = take.size
    counted = (
        f" ({size.parts} part{'s' * (size.parts != 1)}, {size.units} units of {size.encoding})"
        if size
        else ""
    )
    yield f"{card.channel}{counted}"
    said = f"{take.content.title}\n{take.content.text}" if take.content.title else take.content.text
    for line in printable(said).split("\n") if not take.refusal else (take.refusal,):
        yield f"    {line}" if line else ""
    for mark in (*take.marks, *card.marks):
        yield f"  ! {mark.words}"
    yield ""
