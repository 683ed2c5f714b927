"""SendGrid's mail/send, which makes an email of every personalization, and its activity API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from uuid import uuid4

from tests.emulator.journal import Journal
from tests.emulator.server import Asked, Said

ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
CLAUSE = re.compile(r"\(unique_args\['message'\]=\"([0-9a-zA-Z-]+)\"\)")


async def send(journal: Journal, asked: Asked) -> Said:
    """All of a request, or nothing of it."""
    mail = json.loads(asked.body)
    wrong = list(_wrong(mail))
    if wrong:
        return Said(400, {"errors": [{"message": "wrong", "field": name, "help": None} for name in wrong]})
    name = uuid4().hex[:22]
    people = enumerate(mail["personalizations"])
    await journal.accept("sendgrid", [_email(mail, person, f"{name}.{place}") for place, person in people])
    return Said(202, None, {"X-Message-Id": name})


def _wrong(mail: Mapping[str, object]) -> Iterator[str]:
    people, content = mail.get("personalizations") or [], mail.get("content") or []
    if not 1 <= len(people) <= 1000:
        yield "personalizations"
    if "email" not in (mail.get("from") or {}):
        yield "from.email"
    if not content or not all(part.get("value") for part in content):
        yield "content"
    for place, person in enumerate(people):
        for name in _wrong_person(person, mail):
            yield f"personalizations.{place}.{name}"


def _wrong_person(person: Mapping[str, object], mail: Mapping[str, object]) -> Iterator[str]:
    for number, to in enumerate(person.get("to") or [{}]):
        if not ADDRESS.fullmatch(to.get("email", "")):
            yield f"to.{number}.email"
    if not person.get("subject", mail.get("subject")):
        yield "subject"
    size = sum(len(tag.encode()) + len(to.encode()) for tag, to in _tags(person).items())
    if size > 10_000:
        yield "substitutions"


def _tags(person: Mapping[str, object]) -> Mapping[str, str]:
    return person.get("substitutions") or {}


def _email(mail: Mapping[str, object], person: Mapping[str, object], ref: str) -> dict[str, object]:
    said = {part["type"]: part["value"] for part in mail["content"]}
    said["subject"] = person.get("subject", mail.get("subject"))
    for tag, words in _tags(person).items():
        said = {kind: text.replace(tag, words) for kind, text in said.items()}
    return {
        "ref": ref,
        "message": person.get("custom_args", {}).get("message", ""),
        "to": person["to"][0]["email"],
        "subject": said["subject"],
        "text": said.get("text/plain", ""),
        "html": said.get("text/html", ""),
    }


def activity(journal: Journal, asked: Asked) -> Said:
    """The messages that a query finds; ours asks for some of our ids."""
    clauses = [CLAUSE.fullmatch(clause) for clause in asked.query.get("query", "").split(" OR ")]
    if None in clauses:
        return Said(400, {"errors": [{"message": "unknown query", "field": "query"}]})
    entries = [entry for clause in clauses if clause and (entry := journal.of(clause[1]))]
    rows = [{"msg_id": e["ref"], "to_email": e["to"], "status": "processed"} for e in entries]
    return Said(200, {"messages": rows[: int(asked.query.get("limit", "10"))]})
