"""A whole cycle about people with canaries, then all of them forgotten: nothing names them any more."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import generate_latest
from sqlalchemy import select

from outreach.domain.answer import Answer, Via
from outreach.domain.delivery import Receipt, Status
from outreach.domain.replying import Inbound
from outreach.domain.scale import Channel
from outreach.store.contacts import suppress
from outreach.store.desk import add_note
from outreach.store.sealed import sealed_columns
from outreach.store.tables import decisions, episodes, messages, people, suppressions
from outreach.wiring.chance import clock
from outreach.wiring.house import House, open_house
from tests.adapters.loopback import Act, Seen, loopback, reply
from tests.adapters.subjects import private_key
from tests.prove.counting import archived_bytes, count, found, stored_bytes
from tests.prove.figures import Figure
from tests.prove.ground import Ground, outreach
from tests.prove.sink import SECRETS, SID
from tests.prove.workspaces import a_workspace, warned_facts, write_csv
from tests.prove.workspaces import people as rows_of

OWN = {
    "user_ref": "canary-user-{n:06d}",
    "phone": "+1999{n:07d}",
    "email": "canary-{n:06d}@example.com",
    "push_token": "canary-token-{n:06d}",
    "anti_phishing_code": "cnry{n:04d}",
    "memo": "canary-memo-{n:06d}",
    "beneficiary": "canary-payee-{n:06d}",
    "transfer_ref": "canary-transfer-{n:06d}",
}
STEMS = ("canary-", "+1999", "cnry")
NAMED_PLACES = ("beneficiary", "transfer_ref")
"""Kept in the clear until they are forgotten: facts of decisions, episodes and the archive have them."""

OF = "names, addresses, tokens, codes, memos, payees, transfers and words, on SQLite and PostgreSQL"


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people on each database: fed, warned by SMS, email and push, answered, noted, forgotten."""
    told: dict[str, list[int]] = {}
    with ground.addresses() as addresses:
        for kind, url in addresses.items():
            for name, (value, n) in _one(ground, kind, url).items():
                sums = told.setdefault(name, [0, 0])
                sums[0] += value
                sums[1] += n
    return {name: Figure(value, n, OF) for name, (value, n) in told.items()}


def _one(ground: Ground, kind: str, url: str) -> dict[str, tuple[int, int]]:
    with loopback(_taken) as server:
        workspace, rows = _workspace(ground, kind, url, server.url)
        log = _cycle(workspace)
        asked = {path.partition("?")[0] for path in (_path(seen) for seen in [*server.seen])}
    house = open_house(workspace)
    said = _answered(house)
    canaries = [row[name] for row in rows for name in OWN if row[name]] + said
    hidden = [c for c in canaries if not c.startswith(("canary-payee", "canary-transfer"))]
    page = generate_latest(house.metrics.registry)
    opened = len(_opened(house, canaries))
    before, sealed = stored_bytes(house.store), _sealed(house)
    figures, kept = _figures(house), count(house.store, suppressions)
    log += _forget_all(house, workspace)
    after = {"database": len(found(canaries, _bytes(house), STEMS)), "opened": len(_opened(house, canaries))}
    n = len(canaries)
    return {
        "opened with the keys before": (opened, n),
        "readable before": (len(found(hidden, before + log.encode() + page, STEMS)), n),
        "readable in the archive before": (
            len(found(hidden, _archive(workspace), STEMS)), n),
        "readable or opened after": (after["database"] + after["opened"], n),
        "readable in the archive after": (len(found(canaries, _archive(workspace), STEMS)), n),
        "readable in what was said": (len(found(canaries, log.encode() + page, STEMS)), n),
        "sealed fields that are still found": (_still(house, sealed), len(sealed)),
        "figures that changed": (_changed(figures, _figures(house)), len(figures)),
        "suppressions lost": (kept - count(house.store, suppressions), kept),
        "people left": (count(house.store, people), len(rows)),
        "messages written": (count(house.store, messages), len(rows)),
        "providers written to": (len(asked & {"sms", "email", "push"}), 3),
    }  # fmt: skip


def _path(seen: Seen) -> str:
    head = seen.head.decode("latin-1") if isinstance(seen.head, bytes) else str(seen.head)
    parts = {"/Messages.json": "sms", "/mail/send": "email", "messages:send": "push"}
    return next((name for part, name in parts.items() if part in head.split("\n")[0]), "")


def _taken(seen: Seen) -> Act:
    match _path(seen):
        case "sms":
            return reply(201, b'{"sid": "SM' + b"0" * 32 + b'"}')
        case "email":
            return reply(202, b"", [("X-Message-Id", "sg-1")])
        case "push":
            return reply(200, b'{"name": "projects/p1/messages/1"}')
        case _:
            return reply(200, b'{"access_token": "ya29.x", "expires_in": 3599}')


def _workspace(ground: Ground, kind: str, url: str, server: str) -> tuple[Path, list[dict[str, str]]]:
    settings = (
        'live_recipients = "everyone"\n[channels]\nsms = "twilio"\nemail = "sendgrid"\npush = "fcm"\n'
        f'[twilio]\naccount_sid = "{SID}"\nsender = "+15550000000"\nbase_url = "{server}"\n'
        f'callback = "https://callbacks.example/twilio"\n[sendgrid]\nbase_url = "{server}"\n'
        f'[fcm]\nservice_account = "fcm.json"\nbase_url = "{server}"\n'
    )
    workspace = a_workspace(ground.place(kind), ground.root, url, settings)
    robot = {"project_id": "p1", "client_email": "r@p1.example", "private_key": private_key(),
             "private_key_id": "k1", "token_uri": f"{server}/token", "type": "service_account"}  # fmt: skip
    (workspace / "fcm.json").write_text(json.dumps(robot), encoding="utf-8")
    rows = rows_of(ground.n, warned_facts(ground.root), **OWN)
    for n, row in enumerate(rows):  # a third on each channel
        row["push_token"] = row["push_token"] if n % 3 == 0 else ""
        row["phone"] = row["phone"] if n % 3 == 1 else ""
        row["email"] = row["email"] if n % 3 == 2 else ""
    write_csv(workspace / "feeds" / "1.csv", rows)
    spoilt = [{**row, "source_id": f"bad-{row['source_id']}", "amount": "12 coins"} for row in rows[::5]]
    write_csv(workspace / "feeds" / "2.csv", spoilt)
    return workspace, rows


def _cycle(workspace: Path) -> str:
    """Everything that is said at the loudest, as text and as JSON."""
    house = open_house(workspace)
    house.migrate()
    house.close()
    said = ""
    for style, command in (("text", "run --once"), ("json", "run --once"), ("json", "doctor")):
        words = ["-w", str(workspace), "-v", "--log", style, *command.split()]
        done = outreach(*words, **SECRETS, OUTREACH_SENDGRID__API_KEY="SG.x")
        said += f"{done.stdout}{done.stderr}"
    return said


def _answered(house: House) -> list[str]:
    """Receipts, answers, replies, notes; the words that were planted with them."""
    now = clock()
    with house.store.read() as tx:
        rows = tx.connection.execute(select(messages)).all()
        numbers = {row.id: tx.vault.open(row.to_enc) for row in rows if row.channel == Channel.SMS.value}
    words = [f"canary-words-{n:06d}" for n in range(2 * len(rows))]
    for n, row in enumerate(rows):
        receipt = Receipt(
            provider=row.channel, id=f"e{n}", message=row.id, ref=f"r{n}", status=Status.DELIVERED, at=now
        )
        house.feedback.receive([receipt], now)
        if n % 2:
            house.feedback.answer(row.id, Answer.IT_IS_MINE, Via.PAGE, now)
        with house.store.begin() as tx:
            add_note(tx, row.person, f"says {words[n]}", "eva", now)
    for n, number in enumerate(numbers.values()):
        text = words[len(rows) + n]
        inbound = Inbound(provider="twilio", ref=f"SM{n:032x}", sender=number, text=text)
        house.replies.hear(inbound, now)
    stopped = Inbound(provider="twilio", ref="SMstop", sender=next(iter(numbers.values())), text="STOP")
    house.replies.hear(stopped, now)
    with house.store.begin() as tx:
        suppress(tx, next(iter(numbers.values())), Channel.SMS, "opted_out", now)
    return words[: len(rows) + len(numbers)]


def _forget_all(house: House, workspace: Path) -> str:
    """The first by command, told first; the others at once."""
    with house.store.read() as tx:
        ids = list(tx.connection.execute(select(people.c.id)).scalars())
    said = ""
    for more in ([], ["--yes"]):
        words = ["-w", str(workspace), "-v", "forget", ids[0], "--reason", "asked", *more]
        done = outreach(*words, **SECRETS, OUTREACH_SENDGRID__API_KEY="SG.x")
        said += f"{done.stdout}{done.stderr}"
    for person in ids[1:]:
        house.forgetting.forget(person, "dpo", "asked")
    house.forgetting.finish()
    house.store.engine.dispose()
    return said


def _bytes(house: House) -> bytes:
    house.store.engine.dispose()  # the last to close empties SQLite's log
    return stored_bytes(house.store)


def _archive(workspace: Path) -> bytes:
    return archived_bytes(workspace / "archive")


def _fields(house: House) -> Iterable[bytes]:
    with house.store.read() as tx:
        for each in sealed_columns():
            query = select(each.column).where(each.column.is_not(None))
            yield from (bytes(value) for value in tx.connection.execute(query).scalars())


def _sealed(house: House) -> list[bytes]:
    return list(_fields(house))


def _still(house: House, sealed: list[bytes]) -> int:
    haystack = _bytes(house)
    return sum(each in haystack for each in sealed)


def _opened(house: House, canaries: list[str]) -> list[str]:
    texts = "\n".join(house.vault.open_if_can(value) or "" for value in _fields(house))
    return found(canaries, texts.encode(), STEMS)


def _changed(before: list[object], after: list[object]) -> int:
    return sum(one != other for one, other in zip(before, after, strict=True))


def _figures(house: House) -> list[object]:
    """What is counted of the ledger, and must not change because somebody is forgotten."""
    with house.store.read() as tx:
        columns = (
            decisions.c.verdict,
            decisions.c.rule,
            episodes.c.pattern,
            messages.c.status,
            messages.c.locale,
        )
        return [sorted(tx.connection.execute(select(column)).scalars()) for column in columns]
