"""The words of the ledger of outcomes: each level with its definition, and every closed list of it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from outreach.domain.outcomes.attribution import Note, Owner
from outreach.domain.outcomes.episode_money import Also
from outreach.domain.outcomes.level import LAG, WHOLE, Level, State
from outreach.domain.outcomes.told import By, Kind
from outreach.domain.wording import Words, say

TITLES: Words = {
    Level.P0: "P0: exposed",
    Level.P1: "P1: held by a hard control",
    Level.P2: "P2: abandoned after a seen warning",
    Level.P3: "P3: abandoned, and confirmed",
    Level.P4: "P4: caused by the warning",
    Level.R: "R: recovered",
}

MEANS: Words = {
    Level.P0: "The most that was tried at once in an episode, capped at the balance there was. It is not "
    "prevented: most of it would never have been lost.",
    Level.P1: "What a control of the firm stopped, less what the same episode sent again. A warning claims "
    "nothing of it.",
    Level.P2: "What a person gave up after a warning that they had seen, less what they sent again, to "
    "another address or by another rail within the window, less what came back. Some of it was no scam.",
    Level.P3: "Of P2, episodes whose beneficiary a list, an analyst or the person says is a scam.",
    Level.P4: "An estimate with its interval, against people who were not warned. It is of no one episode.",
    Level.R: "What left and came back, once, and never more than left.",
}

STATES: Words = {
    State.PROVISIONAL: f"provisional: its window, and {LAG.days} days for late facts, are not over",
    State.MATURED: "matured",
    State.RESTATED: "restated",
}

NOTES: Words = {
    Note.SENT_AGAIN: "sent again",
    Note.SENT_ELSEWHERE: "sent another way",
    Note.UNPRICED: "somebody tells of money that nobody can price: it is taken for all of it",
    Note.CONTRADICTED: "sources disagree: what claims less stands",
    Note.FALSE_ALARM: "a false alarm",
    Note.CAME_BACK: "some of it had left and came back",
    Note.CONTROL: "a control stopped the same money",
    Note.NOT_CONFIRMED: "nobody confirms a scam",
}

OWNERS: Words = {
    Owner.WARNING: "the warning",
    Owner.CONTROL: "the core system's control",
    Owner.HOLD: "a hold",
    Owner.FIRM: "a person of the firm",
}

ALSO: Words = {
    Also.HOLD: "a hold",
    Also.CONTROL: "a control",
    Also.CALL: "a call",
    Also.QUESTIONS: "a questionnaire",
    Also.OTHER_WARNING: "another warning",
    Also.WARNING: "the warning",
}

KINDS: Words = {
    Kind.MADE: "the money left",
    Kind.CANCELLED: "it was cancelled",
    Kind.LAPSED: "it lapsed",
    Kind.LOSS: "a loss",
    Kind.LISTED: "the beneficiary became listed",
    Kind.SCAM: "labelled a scam",
    Kind.LEGITIMATE: "labelled legitimate",
    Kind.RECOVERED: "money came back",
}

TELLERS: Words = {
    By.USER: "the person",
    By.CORE: "the core system",
    By.AGENT: "an agent",
    By.ANALYST: "an analyst",
    By.LISTS: "a list",
    By.PARTNER: "another firm",
    By.UNKNOWN: "nobody says",
}


def money(amount: Decimal | None, currency: str | None) -> str:
    """`4,200.00 USD`, with two digits or as many as it has."""
    if amount is None:
        return "unknown"
    short = amount.normalize()
    exponent = short.as_tuple().exponent
    plain = short.quantize(Decimal("0.01")) if isinstance(exponent, int) and exponent > -2 else short
    return f"{plain:,f} {currency or ''}".rstrip()


def window_words(window: str) -> str:
    """`within 7 days`; nothing for the whole episode."""
    return "" if window == WHOLE else f"within {window.removesuffix('d')} days"


def reason_words(reason: str) -> str:
    """A kept reason, each note in its words."""
    parts = [part.strip() for each in reason.split(";") for part in each.split(",")]
    return "; ".join(say(NOTES, part) for part in parts if part)


def listed(words: Words, found: Iterable[str]) -> str:
    """These in their words, with commas."""
    return ", ".join(say(words, each) for each in found)
