"""What is personal of a run lies in no log line, no error, no archive file, and nowhere in the clear."""

from __future__ import annotations

from pathlib import Path

from outreach.store.tables import messages
from outreach.wiring.house import open_house
from tests.adapters.loopback import Act, Seen, loopback, reply
from tests.languages import written_in
from tests.prove.counting import archived_bytes, count, found, stored_bytes
from tests.prove.figures import Figure
from tests.prove.ground import Ground, outreach
from tests.prove.sink import SECRETS, Sink
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv

OWN = {
    "user_ref": "canary-user-{n:06d}",
    "phone": "+1999{n:07d}",
    "email": "canary-{n:06d}@example.com",
    "push_token": "canary-token-{n:06d}",
    "anti_phishing_code": "cnry{n:04d}",
    "memo": "canary-memo-{n:06d}",
}
"""What each person has of their own; every one of these values is looked for."""

STEMS = ("canary-", "+1999", "cnry")


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people on each database; a third of the SMS refused and a third failed, loudly logged."""
    readable = {"database": 0, "log": 0, "archive": 0}
    planted = sent = persons = 0
    with ground.addresses() as addresses:
        for kind, url in addresses.items():
            with loopback(_moody) as server:
                workspace, rows = _workspace(ground, kind, url, Sink(server))
                log = _told(workspace, ground.form)
            canaries = [row[name] for row in rows for name in OWN if row[name]]
            planted += len(canaries)
            persons += len(rows)
            house = open_house(workspace)
            sent += count(house.store, messages)
            readable["database"] += len(found(canaries, stored_bytes(house.store), STEMS))
            readable["log"] += len(found(canaries, log.encode(), STEMS))
            readable["archive"] += len(found(canaries, archived_bytes(workspace / "archive"), STEMS))
            house.store.close()
    of = "addresses, tokens, codes, memos and user references, on SQLite and PostgreSQL"
    figures = {f"readable in the {place}": Figure(seen, planted, of) for place, seen in readable.items()}
    return {**figures, "messages written": Figure(sent, persons, "people")}


def _moody(seen: Seen) -> Act:
    """A provider that repeats in its errors what it was sent."""
    if not seen.body:
        return reply(404)
    match seen.body[-1] % 3:
        case 0:
            return reply(400, b'{"code": 21211, "message": "not valid: ' + seen.body + b'"}')
        case 1:
            return reply(500, seen.body)
        case _:
            return reply(201, b'{"sid": "SM' + b"0" * 32 + b'"}')


def _workspace(ground: Ground, kind: str, url: str, provider: Sink) -> tuple[Path, list[dict[str, str]]]:
    workspace = a_workspace(ground.place(kind), ground.root, url, provider.settings())
    rows = people(ground.n, warned_facts(ground.root), **OWN)
    languages = written_in(ground.root / "templates")
    for n, row in enumerate(rows):
        row["locale"] = languages[n % len(languages)]
        row["push_token"] = row["push_token"] if n % 4 == 0 else ""
        row["email"] = row["email"] if n % 4 else ""
    write_csv(workspace / "feeds" / "1.csv", rows)
    spoilt = [{**row, "source_id": f"bad-{row['source_id']}", "amount": "12 coins"} for row in rows[::10]]
    write_csv(workspace / "feeds" / "2.csv", spoilt)
    return workspace, rows


def _told(workspace: Path, form: str) -> str:
    """Everything that the engine says, at its loudest, when things go well and when they do not."""
    house = open_house(workspace)
    house.migrate()
    house.store.close()
    (workspace / "feeds" / "3.csv.gz").write_bytes(b"\x1f\x8b this feed cannot be read")
    words = ["-w", str(workspace), "-v", "--log", "json"]
    said = ""
    for command in (["run", "--once"], ["run", "--once"], ["doctor"])[: 3 if form == "full" else 1]:
        done = outreach(*words, *command, **SECRETS)
        said += f"{done.stdout}{done.stderr}"
    return said
