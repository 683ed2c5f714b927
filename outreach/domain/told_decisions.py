"""Why somebody was warned or not: consents, flags, decisions, outreaches and bars as entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from outreach.domain import wording
from outreach.domain.entry import SHORT_HASH, Entry, Kind, pairs
from outreach.domain.moment import both
from outreach.domain.story import BarRecord, ConsentRecord, DecisionRecord, FlagRecord, OutreachRecord
from outreach.domain.wording import say


def tell_consent(consent: ConsentRecord) -> Entry:
    """A word of consent."""
    what = say(wording.CONSENTS, f"{consent.basis} {'granted' if consent.granted else 'withdrawn'}")
    text = consent.text_sha256[:SHORT_HASH] if consent.text_sha256 else None
    return Entry(
        at=consent.at,
        kind=Kind.CONSENT,
        title=f"{what} {say(wording.SCOPES, consent.channel)}, {say(wording.PROGRAMS, consent.program)}",
        details=pairs(
            ("basis", consent.basis), ("source", consent.source), ("by", consent.actor), ("text", text)
        ),
    )


def tell_flag(flag: FlagRecord) -> Entry:
    """A flag."""
    return Entry(
        at=flag.at,
        kind=Kind.FLAG,
        title=f"Flagged for {flag.pattern}, score {flag.score.normalize():f}",
        details=pairs(("feed", flag.feed), ("score model", flag.score_model)),
    )


def tell_decision(decision: DecisionRecord) -> Entry:
    """A decision, with its reason in plain words and the facts it saw."""
    verdict = verdict_in_words(decision.verdict, decision.pattern)
    reason = say(wording.REASONS, decision.reason)
    because = f" ({decision.because})" if decision.because else ""
    watching = "Shadow rule, nothing is sent: " if decision.is_shadow else ""
    return Entry(
        at=decision.at,
        kind=Kind.DECISION,
        title=f"{watching}{verdict}: {reason}{because}",
        details=pairs(
            ("rule", f"{decision.pattern}/{decision.rule}"),
            ("rule set", decision.rule_set_sha256[:SHORT_HASH]),
            ("experiment arm", decision.arm),
            ("registration", decision.registration[:SHORT_HASH] if decision.registration else None),
        ),
        facts=tuple((name, _plain(value)) for name, value in sorted(decision.facts.items())),
    )


def verdict_in_words(verdict: str, pattern: str) -> str:
    """What a verdict says of a person."""
    return say(wording.VERDICTS, verdict).replace("{pattern}", pattern)


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(map(str, value)) or "none"
        case _:
            return str(value)


def tell_outreach(outreach: OutreachRecord, zone: str | None) -> Iterator[Entry]:
    """The opening of an outreach, and its end where it has ended."""
    waits = f"; waits for approval: {outreach.held_because}" if outreach.state == "held" else ""
    expires = both(outreach.expires_at, zone) if outreach.expires_at else None
    yield Entry(
        at=outreach.opened_at,
        kind=Kind.OPENED,
        title=f"Outreach opened about {outreach.pattern}{waits}",
        details=pairs(("rule", f"{outreach.pattern}/{outreach.rule}"), ("not sent after", expires)),
    )
    if outreach.closed_at is not None:
        why = say(wording.CLOSES, outreach.close_reason or "no reason was kept")
        yield Entry(
            at=outreach.closed_at,
            kind=Kind.CLOSED,
            title=f"Outreach about {outreach.pattern} closed: {why}",
        )


def folded(bars: Iterable[BarRecord]) -> list[tuple[BarRecord, BarRecord, int]]:
    """First bar, last bar and how often: a step under a halt asks every minute and would drown the rest."""
    runs: dict[tuple[str, int, str, str], tuple[BarRecord, BarRecord, int]] = {}
    for bar in bars:
        key = (bar.outreach, bar.step, bar.verdict, bar.reason)
        first, _, asked = runs.get(key, (bar, bar, 0))
        runs[key] = (first, bar, asked + 1)
    return list(runs.values())


def tell_bar(first: BarRecord, last: BarRecord, asked: int, zone: str | None) -> Entry:
    """Why a step was held, passed over, or sent in spite of something."""
    verdict = say(wording.BAR_VERDICTS, first.verdict)
    until = f" until {both(last.until, zone)}" if last.until and first.verdict == "held" else ""
    why = say(wording.BARS, first.reason)
    if first.verdict == "overridden":
        why += wording.OVERRIDES.get(first.reason, ", and a critical warning may pass that")
    return Entry(
        at=first.at,
        kind=Kind.BAR,
        title=f"Step {first.step + 1}, {say(wording.CHANNELS, first.channel)}, {verdict}{until}: {why}",
        details=pairs(("asked", wording.times(asked) if asked > 1 else None)),
    )
