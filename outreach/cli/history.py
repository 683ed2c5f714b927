"""For support: one person's history, and the list of messages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click
from rich.text import Text

from outreach.cli import history_shadow as shadows
from outreach.cli import telling as tellings
from outreach.cli.console import err, out
from outreach.cli.desk import actor_option, message, note, opened, stop, the_one
from outreach.cli.moments import moment_typed
from outreach.domain.delivery import Status
from outreach.domain.history import shadow_timeline
from outreach.domain.message import read_reference
from outreach.domain.printable import printable
from outreach.domain.report import Telling, tell
from outreach.domain.scale import Channel
from outreach.domain.wording import ANSWERS, say
from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.history import story
from outreach.store.listing import ListRow, Wanted, listing
from outreach.store.listing import message as read_message
from outreach.store.shadowed import WantedShadow, shadow_counts, shadow_list
from outreach.wiring.house import House

__all__ = ["history", "message", "note", "stop"]

ON_SCREEN = 200
"""Messages of a list on a terminal; a file takes them all."""

OWNER_ONLY = 0o600
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it, a spreadsheet reads the Arabic of a CSV file as noise


_FORMATS = click.Choice(["text", "json", "csv", "html"])


@click.command()
@click.argument("user", required=False)
@click.option("--format", "style", type=_FORMATS, default="text", help="Default: text.")
@click.option("--reveal", is_flag=True, help="Show addresses in full; needs --reason, and is audited.")
@click.option("--reason", default="", help="Why the addresses are needed.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write a file instead.")
@click.option("--since", help="List: from this time on (2027-03-01, 2027-03-01T14:00, 2d, 12h).")
@click.option("--until", help="List: before this time.")
@click.option("--pattern", default="", help="List: only this pattern.")
@click.option("--channel", type=click.Choice([c.value for c in Channel]), help="List: only this channel.")
@click.option("--status", type=click.Choice([s.value for s in Status]), help="List: only this status.")
@click.option("--shadow", is_flag=True, help="Only what shadow rules decided: recorded, nothing is sent.")
@click.option("--rule", default="", help="With --shadow: only this rule.")
@click.option("--limit", type=click.IntRange(1), help=f"List: at most so many; text shows {ON_SCREEN}.")
@click.option("--after", default="", help="List: go on after the message with this reference.")
@actor_option
@click.pass_obj
def history(workspace: Path, /, user: str | None, **given: Any) -> None:
    """One person's whole story, or the list of messages.

    USER is the firm's user reference, a phone number, an email address, a message reference or a person id.
    Without USER, the messages that fit --since, --until, --pattern, --channel and --status, newest first;
    with --shadow what shadow rules decided, by rule and one by one.
    """
    _refuse_mixtures(user, given)
    house = opened(workspace)
    if user is None:
        (_list_shadow if given["shadow"] else _list)(house, given)
        return
    with house.store.read() as tx:
        person = the_one(tx, user)
    now = house.clock()
    _audit(house, person, {**given, "user": user}, now)
    with house.store.read() as tx:
        told = tell(story(tx, person, reveal=given["reveal"]), now)
    if given["shadow"]:
        told = replace(told, entries=shadow_timeline(told.story))
    _write_telling(house, told, given)


def _refuse_mixtures(user: str | None, given: dict[str, Any]) -> None:
    """Options that mean nothing together are a mistake, not a wish to be guessed."""
    if user is not None and any(given[name] for name in ("since", "until", "pattern", "channel", "status")):
        raise click.UsageError("give a USER, or --since/--until/--pattern/--channel/--status, not both")
    if given["rule"] and (user is not None or not given["shadow"]):
        raise click.UsageError(
            "--rule narrows the list of --shadow; `outreach rules explain` tells of a rule"
        )
    if given["shadow"] and (given["channel"] or given["status"] or given["after"]):
        raise click.UsageError("shadow rules send nothing: --channel, --status and --after are of messages")
    if given["reveal"] and (user is None or not given["reason"].strip()):
        raise click.UsageError("--reveal needs a USER and --reason: it is kept who saw an address, and why")
    if user is None and given["style"] == "html":
        raise click.UsageError("the list has no HTML form: use --format csv, or name a USER")


def _audit(house: House, about: str, given: dict[str, Any], now: datetime) -> None:
    """Written before anything is shown: a history that is opened, a reveal, what leaves in a file."""
    is_taken = given["style"] != "text" or given["output"] is not None
    acts = {"reveal": given["reveal"], "export": is_taken}
    done = [act for act, is_so in acts.items() if is_so] or (["open"] if given["user"] else [])
    if not done:
        return  # a list on the screen names nobody
    reason = given["reason"] or f"history as {given['style']}"
    with house.store.begin() as tx:
        for act in done:
            write_audit(tx, act, about, reason, given["actor"], now)


def _write_telling(house: House, told: Telling, given: dict[str, Any]) -> None:
    writers: dict[str, Callable[[], Iterable[str]]] = {
        "json": lambda: [tellings.as_json(told) + "\n"],
        "csv": lambda: tellings.as_csv(told),
        "html": lambda: [house.report.person(told, is_revealed=given["reveal"])],
        "text": lambda: (line.plain + "\n" for line in tellings.as_text(told)),
    }
    if given["style"] == "text" and given["output"] is None:
        for line in tellings.as_text(told):
            out.print(line)
        return
    _write(writers[given["style"]](), given)


def _write(pieces: Iterable[str], given: dict[str, Any]) -> None:
    with _target(given["output"], given["style"]) as target:
        for piece in pieces:
            target.write(piece.encode("utf-8", "backslashreplace"))
    if given["output"] is not None:
        err.print(f"Written to {given['output']}", markup=False)


@contextmanager
def _target(output: Path | None, style: str) -> Iterator[IO[bytes]]:
    """Standard output, or a new file that only its owner may read."""
    if output is None:
        sys.stdout.flush()
        yield sys.stdout.buffer  # bytes: a CSV's line ends stay its own, and any terminal's encoding will do
        sys.stdout.buffer.flush()
        return
    try:
        output.touch(mode=OWNER_ONLY)
        with output.open("wb") as file:
            if style == "csv":
                file.write(BYTE_ORDER_MARK)
            yield file
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from None


def _list(house: House, given: dict[str, Any]) -> None:
    now = house.clock()
    is_shown = given["style"] == "text" and given["output"] is None
    _audit(house, "messages", {**given, "user": None}, now)
    with house.store.read() as tx:
        limit = given["limit"] or (ON_SCREEN if is_shown else None)
        # One more than is shown tells whether there are more.
        rows = listing(tx, _wanted(tx, given, now, limit + 1 if limit and is_shown else limit))
        if is_shown:
            _show_list(list(rows), limit or ON_SCREEN)
        elif given["style"] == "json":
            _write(tellings.list_json(rows), given)
        else:
            _write(tellings.list_csv(rows), {**given, "style": "csv"})


def _list_shadow(house: House, given: dict[str, Any]) -> None:
    now = house.clock()
    is_shown = given["style"] == "text" and given["output"] is None
    _audit(house, "decisions of shadow rules", {**given, "user": None}, now)
    limit = given["limit"] or (ON_SCREEN if is_shown else None)
    wanted = WantedShadow(
        since=moment_typed("--since", given["since"], now),
        until=moment_typed("--until", given["until"], now),
        pattern=given["pattern"],
        rule=given["rule"],
        limit=limit + 1 if limit and is_shown else limit,
    )
    with house.store.read() as tx:
        counts, rows = shadow_counts(tx, wanted), shadow_list(tx, wanted)
        if is_shown:
            shadows.show(counts, list(rows), limit or ON_SCREEN)
        elif given["style"] == "json":
            _write(shadows.as_json(counts, rows), given)
        else:
            _write(shadows.as_csv(rows), {**given, "style": "csv"})


def _wanted(tx: Tx, given: dict[str, Any], now: datetime, limit: int | None) -> Wanted:
    after = read_message(tx, read_reference(given["after"])) if given["after"] else None
    if given["after"] and after is None:
        raise click.BadParameter("no message of ours has this reference", param_hint="--after")
    return Wanted(
        since=moment_typed("--since", given["since"], now),
        until=moment_typed("--until", given["until"], now),
        pattern=given["pattern"],
        channel=given["channel"] or "",
        status=given["status"] or "",
        limit=limit,
        after=(after.message.at, after.message.id) if after else None,
    )


_CAPTIONS = ("at (UTC)", "reference", "pattern", "channel", "language", "status", "answer")


def _cells(row: ListRow) -> tuple[str, ...]:
    answer = say(ANSWERS, row.answer) if row.answer else ""
    at = row.at.strftime("%Y-%m-%d %H:%M")
    return (at, row.reference, row.pattern, row.channel, row.locale, row.status, answer)


def _show_list(rows: list[ListRow], limit: int) -> None:
    if not rows:
        out.print("No message fits.")
        return
    cells = [_CAPTIONS, *(_cells(row) for row in rows[:limit])]
    widths = [max(len(line[place]) for line in cells) for place in range(len(_CAPTIONS))]
    for number, line in enumerate(cells):
        shown = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        out.print(Text(printable(shown.rstrip()), "" if number else "bold"))
    if len(rows) > limit:
        out.print(
            f"There are more: add --after {rows[limit - 1].reference}, or narrow it, or take --format csv."
        )
    out.print("One of them in full: outreach message REFERENCE. Its person: outreach history REFERENCE.")
