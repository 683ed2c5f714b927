"""People write back by SMS, over a socket, signed as Twilio signs: answers, opt-outs, and strangers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count as numbers
from xml.etree import ElementTree

import httpx
from sqlalchemy import func, select

from outreach.domain.replying_words import DIGITS
from outreach.domain.scale import Channel
from outreach.store.consents import standing
from outreach.store.tables import acknowledgments, messages, replies, tasks
from outreach.wiring.callbacks import INBOUND
from outreach.wiring.house import House, open_house
from tests.languages import written_in
from tests.prove.claims.get_never_answers import served
from tests.prove.counting import count
from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv
from tests.signing import ACCOUNT, TOKEN, twilio_request

PUBLIC = "https://warn.firm.example"
SETTINGS = (
    f'[web]\npublic_url = "{PUBLIC}"\n[twilio]\naccount_sid = "{ACCOUNT}"\nauth_token = "{TOKEN}"\n'
    '[replies]\nopt_out_scope = "program"\n'
)
STOPS = ("STOP", "stopall", "Unsubscribe", " CANCEL.", "end", "QUIT!", "revoke", "opt-out", "STOP PLEASE")
SOUNDS = ("leave me alone", "déjenme en paz", "me deixem em paz", "اتركوني", "मैसेज मत भेजो", "别再发了")
SIDS = numbers(1)


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people are warned by SMS and write back, a quarter each: an answer, an opt-out three times,
    what sounds like one, and an answer that a stranger has forged."""
    house = _warned(ground)
    with house.store.read() as tx:
        query = select(messages.c.person, messages.c.to_enc).order_by(messages.c.id)
        to = [(row.person, tx.vault.open(row.to_enc)) for row in tx.connection.execute(query)]
    parts = [to[start::4] for start in range(4)]
    with served(house.settings.workspace) as door:
        digits = [str(1 + i % len(DIGITS)) for i in range(len(parts[0]))]
        for (_, phone), digit in zip(parts[0], digits, strict=True):
            _says(door, phone, digit)
        said = [text for i, (_, phone) in enumerate(parts[1]) for text in _stops(door, phone, i)]
        for i, (_, phone) in enumerate(parts[2]):
            _says(door, phone, SOUNDS[i % len(SOUNDS)])
        believed = sum(_says(door, phone, "4", "no token") is not None for _, phone in parts[3])
    figures = _counted(house, parts, said, believed)
    house.store.close()
    return figures


def _counted(
    house: House, parts: Sequence[Sequence[tuple[str, str]]], said: Sequence[str], believed: int
) -> dict[str, Figure]:
    answered, stopped, sounded, forged = map(len, parts)
    with house.store.read() as tx:
        right = (
            select(func.count())
            .select_from(replies)
            .join(
                acknowledgments,
                (acknowledgments.c.message == replies.c.message)
                & (acknowledgments.c.answer == replies.c.answer),
            )
        )
        found = tx.connection.execute(right).scalar_one()
        stands = standing(tx, [person for person, _ in parts[1]]).values()
    ended = sum(each.security.get(Channel.SMS) is False for each in stands)
    asked = count(house.store, tasks, tasks.c.kind == "opt_out")
    # "the number 1 to 5" is how to answer; three digits in a row begin a phone number.
    leaks = sum(bool(re.search(r"\d{3}|://|www", text)) for text in said)
    of = "people who said STOP, each in two texts, one of them twice"
    return {
        "answers on their own episode": Figure(found, answered, "people who wrote a number"),
        "acknowledgments": Figure(count(house.store, acknowledgments), answered, "the same people"),
        "opt-outs in force": Figure(ended, stopped, of),
        "confirmations": Figure(len(said), stopped, of),
        "confirmations with a link or a number": Figure(leaks, len(said), "confirmations"),
        "tasks for a person": Figure(asked, sounded, "texts that sound like an opt-out"),
        "forged texts believed": Figure(believed, forged, "texts signed with another key"),
    }


def _warned(ground: Ground) -> House:
    workspace = a_workspace(ground.place("replies"), ground.root, "sqlite:///outreach.db", SETTINGS)
    rows = people(ground.n, warned_facts(ground.root), push_token="", email="")
    locales = written_in(ground.root / "templates")
    for i, row in enumerate(rows):
        row["locale"] = locales[i % len(locales)]
    write_csv(workspace / "feeds" / "1.csv", rows)
    house = open_house(workspace)
    house.migrate()
    house.intake.run()
    while house.dispatch.run()["claimed"]:
        pass
    with house.store.begin() as tx:  # what the ladder wrote by other channels is not what is answered here
        others = messages.c.channel != Channel.SMS.value
        if tx.connection.execute(select(messages.c.id).where(others)).first():
            raise RuntimeError("somebody was not written to by SMS first")
    return house


def _stops(door: httpx.Client, phone: str, i: int) -> list[str]:
    sid = _sid()
    word = STOPS[i % len(STOPS)]
    heard = (_says(door, phone, word, sid=sid), _says(door, phone, word, sid=sid), _says(door, phone, "stop"))
    return [text for texts in heard for text in texts or ()]


def _says(
    door: httpx.Client, phone: str, text: str, token: str = TOKEN, sid: str | None = None
) -> list[str] | None:
    """What is said in return; None where it was not believed."""
    fields = {"MessageSid": sid or _sid(), "AccountSid": ACCOUNT, "From": phone, "Body": text}
    body, headers = twilio_request(f"{PUBLIC}{INBOUND}", [*fields.items()], token)
    told = door.post(INBOUND, content=body, headers=headers)
    if told.status_code == 403:
        return None
    told.raise_for_status()
    return [each.text or "" for each in ElementTree.fromstring(told.text).iter("Message")]


def _sid() -> str:
    return f"SM{next(SIDS):032x}"
