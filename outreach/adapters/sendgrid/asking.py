"""Whether SendGrid has a message: its activity API is searched by our ids, several in one question.

The API takes six questions a minute, so a group of a hundred in doubt could not be asked after one by one. It
shows no custom arguments of what it found, so a row is told by its recipient: those who share a question have
recipients of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import httpx

from outreach.adapters.sendgrid.mail import OUR_ID, SendGridAccount
from outreach.answers import Answer, Exchange, json_object, text
from outreach.domain.delivery import CannotSay, Found, Has, HasNot, Question

MOST_ASKED = 50  # ids a question: about four kilobytes of address
MOST_ROWS = 100  # a full page may hide what was asked for

Places = dict[str, int]
"""Who is asked about in one question: recipient to the question's place."""


def ask(account: SendGridAccount, exchange: Exchange, questions: Sequence[Question]) -> Sequence[Found]:
    """One finding a question, in order. The account must have the activity API."""
    groups = list(_grouped(questions))
    answers = exchange([_search(account, [questions[p] for p in group.values()]) for group in groups])
    found: dict[int, Found] = {}
    for group, answer in zip(groups, answers, strict=True):
        found |= _read(group, answer)
    return [found[place] for place in range(len(questions))]


def _grouped(questions: Sequence[Question]) -> Iterator[Places]:
    """The questions in groups, nobody twice in one."""
    groups: list[Places] = []
    for place, question in enumerate(questions):
        to = question.message.to.casefold()
        free = next((g for g in groups if len(g) < MOST_ASKED and to not in g), None)
        if free is None:
            groups.append(free := {})
        free[to] = place
    yield from groups


def _search(account: SendGridAccount, questions: Sequence[Question]) -> httpx.Request:
    clauses = (f"(unique_args['{OUR_ID}']=\"{question.message.id}\")" for question in questions)
    wanted = {"limit": str(MOST_ROWS), "query": " OR ".join(clauses)}
    headers = {"Authorization": f"Bearer {account.key}"}
    return httpx.Request("GET", f"{account.base_url}/v3/messages", params=wanted, headers=headers)


def _read(group: Places, answer: Answer) -> dict[int, Found]:
    """What an answer says of everybody in its question."""
    rows = _rows(answer)
    if isinstance(rows, CannotSay):
        return dict.fromkeys(group.values(), rows)
    # Asked about alone, a row is about them, however their address is written in it.
    alone = next(iter(group)) if len(group) == 1 else None
    refs = {alone or text(row.get("to_email")).casefold(): text(row.get("msg_id")) for row in rows}
    # A row that is nobody's may be anybody's.
    strange = len(rows) >= MOST_ROWS or not refs.keys() <= group.keys() or not all(refs.values())
    others = CannotSay("sendgrid: asking was answered with rows that are nobody's") if strange else HasNot()
    return {place: Has(refs[to]) if refs.get(to) else others for to, place in group.items()}


def _rows(answer: Answer) -> Sequence[Mapping[str, object]] | CannotSay:
    if not isinstance(answer, httpx.Response):
        return CannotSay(f"sendgrid: {answer.reason}")
    if answer.status_code != 200:
        return CannotSay(f"sendgrid: asking was answered HTTP {answer.status_code}")
    listed = json_object(answer).get("messages")
    if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
        return CannotSay("sendgrid: asking was answered without a list")
    return listed
