"""The ledger of outcomes, as support reads it in a history."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from outreach.domain.outcome_wording import ALSO, KINDS, MEANS, NOTES, OWNERS, STATES, TELLERS, TITLES, money
from outreach.domain.outcomes.attribution import Note, Owner
from outreach.domain.outcomes.episode_money import Also
from outreach.domain.outcomes.level import Level, State
from outreach.domain.outcomes.told import By, Kind
from outreach.domain.story_outcomes import OutcomeRecord
from outreach.domain.told_outcomes import tell_outcomes

NOW = datetime(2027, 3, 1, tzinfo=UTC)


def a_record(**changes: object) -> OutcomeRecord:
    usual: dict[str, object] = {
        "at": NOW,
        "episode": "e1",
        "pattern": "pig_butchering",
        "n": 1,
        "level": "P2",
        "window": "7d",
        "amount": Decimal("4200.00000000"),
        "currency": "USD",
        "state": "provisional",
        "owner": "warning",
        "reason": "",
        "definition": "2026-11",
    }
    return OutcomeRecord(**{**usual, **changes})  # type: ignore[arg-type]


def test_every_word_of_the_ledger_has_words() -> None:
    said = ((TITLES, Level), (MEANS, Level), (STATES, State), (NOTES, Note), (OWNERS, Owner), (ALSO, Also))

    for words, members in (*said, (TELLERS, By)):
        assert set(words) == set(members)
    assert set(KINDS) == set(Kind) - {Kind.WITHDRAWN}  # what was withdrawn is told of nowhere


def test_what_was_written_of_an_episode_at_one_moment_is_one_entry_with_its_definition() -> None:
    (told,) = tell_outcomes([a_record(level="P0", window="episode", owner=None), a_record()])

    assert told.title == "What became of the money (pig butchering) was reckoned"
    assert dict(told.details)["P2: abandoned after a seen warning within 7 days"].startswith(
        "4,200.00 USD; prov"
    )
    assert dict(told.details)["definition"] == "2026-11"


def test_what_was_restated_says_so_and_why() -> None:
    reason = "was 4200 USD; sent_elsewhere, contradicted"
    (told,) = tell_outcomes([a_record(n=2, state="restated", amount=Decimal(300), reason=reason)])

    assert told.title.endswith("was restated")
    (said,) = (text for label, text in told.details if label.startswith("P2"))
    assert said.startswith(
        "300.00 USD; restated; owner: the warning; was 4200 USD; sent another way; sources"
    )


def test_an_amount_keeps_every_digit_that_counts() -> None:
    assert money(Decimal("0.12345678"), "BTC") == "0.12345678 BTC"
    assert money(Decimal("1234567.5"), "USD") == "1,234,567.50 USD"
