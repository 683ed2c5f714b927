"""The outcome report as rows: one a figure, with all that belongs to it, for machines to read. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from outreach.domain.experiment import Metric
from outreach.domain.outcomes import means
from outreach.domain.outcomes.figures import Figure, OutcomeReport
from outreach.domain.outcomes.level import Level
from outreach.domain.outcomes.measured import NOT_MEASURED, Effect, Measured
from outreach.domain.outcomes.reporting import EPISODES, tiring

COLUMNS = (
    "group", "chapter", "key", "title", "words", "value", "unit", "low", "high", "n", "of", "level", "window",
    "method", "definition",
)  # fmt: skip


def head(told: OutcomeReport) -> dict[str, str]:
    """What every figure of the file shares."""
    return {
        "firm": told.firm,
        "since": told.since.isoformat(),
        "until": told.until.isoformat(),
        "made_at": told.made_at.isoformat(),
        "by": told.cut.value if told.cut else "",
        "currency": told.currency,
        "definitions": told.definition,
        "note": means.NEVER_ADDED,
    }


def rows(told: OutcomeReport) -> Iterator[dict[str, Any]]:
    """Every figure; `group` is "" for everybody, and the rule of a comparison.

    What travels with a comparison's figure, its arms and its checks, follows it in rows of their own.
    """
    for part in told.all_parts:
        for chapter in part.chapters:
            for figure in chapter.figures:
                yield _row(part.name, chapter.key, figure)
    for figure in tiring(told.tired).figures:
        yield _row("", "tired", figure)
    for one in told.measured:
        name = f"{one.pattern}/{one.rule}"
        for figure in measured_figures(one, told):
            yield _row(name, "measured", figure)
        for figure in (*arm_figures(one), *check_figures(one)):
            yield _row(name, "travels", figure)


def _row(group: str, chapter: str, figure: Figure) -> dict[str, Any]:
    found = asdict(figure) | {"group": group, "chapter": chapter}
    return {name: found[name] for name in COLUMNS}


def measured_figures(one: Measured, told: OutcomeReport) -> Iterator[Figure]:
    """What one registration came to; where it was refused, one figure that says why."""
    if one.effect is None:
        yield _figure(one, "refused", f"{NOT_MEASURED}: {one.refusal}", None, "")
        return
    yield _figure(one, "per_1000", _thousand(one.effect), one.effect.times(1000), "cases a thousand warned")
    if one.prevented is not None:
        yield _figure(one, "prevented", f"{_interval(one.prevented, 0)} cases", one.prevented, "cases")
    if one.relative is not None:
        words = f"{one.relative.estimate:.0%} [{one.relative.low:.0%}, {one.relative.high:.0%}] of losses"
        yield _figure(one, "relative", words, one.relative, "share")
    if one.money is not None:
        amount = one.money.times(one.warned)
        cap = f", each loss at most {one.cap:,f}" if one.cap is not None else ", not capped: read with care"
        yield _figure(one, "money", f"{_interval(amount, 0)} {told.currency}{cap}", amount, told.currency)
    yield from _prices(one, told)
    for window, effect in one.curve:
        yield _figure(
            one, f"curve.{window}", _thousand(effect), effect.times(1000), "cases a thousand warned"
        )


def _prices(one: Measured, told: OutcomeReport) -> Iterator[Figure]:
    """What was spent for each case prevented, and for each unit of money."""
    if one.spent is None:
        return
    for key, effect, unit, digits in (
        ("cost", one.effect, "case", 2),
        ("cost_money", one.money, told.currency, 4),
    ):
        if effect is None:
            continue
        price = one.price(effect)
        words = f"no price of a {unit} prevented: "
        words += "none was seen to be" if one.spent > 0 else "no more was spent than on those not warned"
        if price is not None:
            most = "without bound" if price.high is None else f"{price.high:,.{digits}f}"
            words = f"{price.each:,.{digits}f} {told.priced_in} for each {unit} prevented"
            words += f" [{price.low:,.{digits}f}, {most}]"
        figure = _figure(one, key, words, None, f"{told.priced_in}/{unit}")
        found = (price.each, price.low, price.high) if price else (None, None, None)
        yield replace(figure, value=found[0], low=found[1], high=found[2], definition=means.PER_PREVENTED)


def arm_figures(one: Measured) -> Iterator[Figure]:
    """The people of each arm, of whose window has closed, and to how many of these it happened."""
    did = "answered" if one.metric is Metric.ANSWERED else "lost money"
    for arm in one.arms:
        yield Figure(
            key=_key(one, f"arm.{arm.name}"),
            title=f"arm {arm.name}",
            words=f"{arm.happened:,} of {arm.matured:,} {did} ({arm.share:.2%}); {arm.people:,} assigned",
            value=arm.happened,
            unit="people",
            n=arm.matured,
            of="people whose window has closed",
            window=one.window,
            definition=means.ARM,
        )


def check_figures(one: Measured) -> Iterator[Figure]:
    """What was checked, and whether it holds: 1, or 0."""
    for check in one.checks:
        needed = f". Needed: {check.needed}" if check.needed and not check.passed else ""
        yield Figure(
            key=_key(one, f"check.{check.name.replace(' ', '_')}"),
            title=f"check: {check.name}" + (", which withholds" if check.withholds else ""),
            words=f"{'holds' if check.passed else 'fails'}: {check.words}{needed}",
            value=int(check.passed),
            unit="holds",
            n=sum(arm.people for arm in one.arms),
            of="people assigned",
            definition=means.CHECK,
        )


def _key(one: Measured, key: str) -> str:
    return f"P4.{one.registration[:12]}{'.' + one.versus if one.versus else ''}.{key}"


def _figure(one: Measured, key: str, words: str, effect: Effect | None, unit: str) -> Figure:
    title, definition = means.LEVELS[Level.P4]
    name = f" ({one.design.value.replace('_', ' ')}" + (f", {one.versus}" if one.versus else "") + ")"
    return Figure(
        key=_key(one, key),
        title=f"P4 {title}{name}",
        words=words,
        value=None if effect is None else effect.estimate,
        low=None if effect is None else effect.low,
        high=None if effect is None else effect.high,
        unit=unit or EPISODES,
        n=sum(arm.matured for arm in one.arms),
        of="people whose window has closed",
        level=Level.P4.value,
        window=key.removeprefix("curve.") if key.startswith("curve.") else one.window,
        method=f"{one.method}; registration {one.registration}; {one.where}",
        definition=definition,
    )


def _thousand(effect: Effect) -> str:
    return f"{_interval(effect.times(1000), 1)} a thousand warned"


def _interval(effect: Effect, digits: int) -> str:
    low, high = f"{effect.low:,.{digits}f}", f"{effect.high:,.{digits}f}"
    return f"{effect.estimate:,.{digits}f} [{low}, {high}]"
