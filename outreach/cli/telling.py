"""How a history is written out: text for a terminal, JSON and CSV for a program, HTML for a person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rich.text import Text

from outreach.domain import wording
from outreach.domain.csv_safe import csv_line
from outreach.domain.entry import AsSent, Entry
from outreach.domain.moment import both, local, utc
from outreach.domain.printable import printable
from outreach.domain.report import Telling
from outreach.domain.story import Story
from outreach.domain.wording import say
from outreach.store.listing import ListRow

INDENT = " " * 4

ENTRY_COLUMNS = ("at_utc", "at_local", "kind", "title", "details", "facts", "reference", "channel", "locale",
                 "to", "sent_title", "sent_text")  # fmt: skip
LIST_COLUMNS = ("at_utc", "reference", "person", "pattern", "rule", "channel", "locale", "status", "answer",
                "template", "template_sha256")  # fmt: skip


def as_text(telling: Telling) -> Iterator[Text]:
    """A telling line by line."""
    story = telling.story
    yield Text(printable(story.user or "a person who was forgotten"), "bold")
    yield Text(printable(telling.standing), "bold cyan")
    yield Text(_who(story), "dim")
    for line in _contacts(story):
        yield Text(printable(line), "dim")
    for entry in telling.entries:
        yield Text()
        yield from _entry(entry, story.zone)


def _who(story: Story) -> str:
    zone = story.zone or "time zone not known, UTC is shown"
    return f"person {story.person} · {story.locale or 'language not known'} · {zone}"


def _contacts(story: Story) -> Iterator[str]:
    for contact in story.contacts:
        until = f", until {local(contact.valid_to, story.zone)}" if contact.valid_to else ""
        dead = f", never written to: {say({}, contact.suppressed)}" if contact.suppressed else ""
        yield f"{say(wording.CHANNELS, contact.channel)} {contact.shown}{until}{dead}"


_STYLES = {"message": "bold", "answer": "bold green", "core": "yellow", "task": "yellow", "bar": "yellow"}


def _entry(entry: Entry, zone: str | None) -> Iterator[Text]:
    head = Text(f"{both(entry.at, zone)}  ", "cyan")
    head.append(f"{say(wording.KINDS, entry.kind.value):<11} ", "dim")
    yield head.append(printable(entry.title), _STYLES.get(entry.kind.value, ""))
    if entry.as_sent is not None:
        yield from _said(entry.as_sent)
    if entry.details:
        yield Text(
            INDENT + printable("; ".join(f"{label}: {value}" for label, value in entry.details)), "dim"
        )
    if entry.facts:
        facts = ", ".join(f"{name} {value}" for name, value in entry.facts)
        yield Text(f"{INDENT}facts: {printable(facts)}", "dim")


def _said(said: AsSent) -> Iterator[Text]:
    lines = [*([said.title] if said.title else []), *said.text.splitlines()]
    for line in lines:
        yield Text(f"{INDENT}│ {printable(line)}")


def as_said(said: AsSent) -> Iterator[Text]:
    """The words of one message."""
    return _said(said)


def as_json(telling: Telling) -> str:
    """A telling as one JSON object."""
    story = telling.story
    person = {
        "user": story.user,
        "person": story.person,
        "locale": story.locale,
        "zone": story.zone,
        "country": story.country,
        "contacts": [
            {
                "channel": c.channel,
                "address": c.shown,
                "valid_from": c.valid_from.isoformat(),
                "valid_to": c.valid_to.isoformat() if c.valid_to else None,
                "suppressed": c.suppressed or None,
            }
            for c in story.contacts
        ],
    }
    entries = [_json_entry(entry, story.zone) for entry in telling.entries]
    told = {**person, "standing": telling.standing, "entries": entries}
    return json.dumps(told, ensure_ascii=False, indent=2)


def _json_entry(entry: Entry, zone: str | None) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "at": entry.at.isoformat(),
        "local": local(entry.at, zone),
        "kind": entry.kind.value,
        "title": entry.title,
        "details": dict(entry.details),
    }
    if entry.facts:
        kept["facts"] = dict(entry.facts)
    if (said := entry.as_sent) is not None:
        kept["as_sent"] = {
            "reference": said.reference,
            "channel": said.channel,
            "locale": said.locale,
            "to": said.to,
            "title": said.title,
            "text": said.text,
            "html": said.html,
        }
    return kept


def as_csv(telling: Telling) -> Iterator[str]:
    """A telling as CSV, an entry a record; safe to open in a spreadsheet."""
    yield csv_line(ENTRY_COLUMNS)
    for entry in telling.entries:
        said = entry.as_sent
        words = (said.reference, said.channel, said.locale, said.to, said.title, said.text) if said else ()
        yield csv_line(
            (
                utc(entry.at),
                local(entry.at, telling.story.zone),
                entry.kind.value,
                entry.title,
                "; ".join(f"{label}: {value}" for label, value in entry.details),
                "; ".join(f"{label}: {value}" for label, value in entry.facts),
                *(words or ("",) * 6),
            )
        )


def list_csv(rows: Iterable[ListRow]) -> Iterator[str]:
    """The list as CSV."""
    yield csv_line(LIST_COLUMNS)
    for row in rows:
        yield csv_line(_list_cells(row).values())


def list_json(rows: Iterable[ListRow]) -> Iterator[str]:
    """The list as one JSON array, an object a line, written as it is read."""
    before = "[\n"
    for row in rows:
        yield before + json.dumps(_list_cells(row), ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _list_cells(row: ListRow) -> dict[str, str | None]:
    return {
        "at_utc": utc(row.at),
        "reference": row.reference,
        "person": row.person,
        "pattern": row.pattern,
        "rule": row.rule,
        "channel": row.channel,
        "locale": row.locale,
        "status": row.status,
        "answer": row.answer,
        "template": row.template,
        "template_sha256": row.template_sha256,
    }
