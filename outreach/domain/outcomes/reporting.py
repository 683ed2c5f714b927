"""The outcome report: its chapters, in their order, of everybody and of each value of the cut. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal

from outreach.domain.outcomes import means
from outreach.domain.outcomes.figures import Chapter, Figure, Part
from outreach.domain.outcomes.level import Level
from outreach.domain.outcomes.summary import LOST, SUMS, Group, Sum, Tired

EPISODES = "episodes"


def part(group: Group, currency: str, priced_in: str) -> Part:
    """All chapters of a group: whether warnings came in time is told first."""
    chapters = (
        Chapter(key="time", title="In time", figures=tuple(_in_time(group))),
        Chapter(key="funnel", title="From flag to end", figures=tuple(_funnel(group))),
        Chapter(
            key="levels",
            title="Money, by level",
            figures=tuple(_levels(group, currency)),
            more=means.NEVER_ADDED,
        ),
        Chapter(key="lost", title="Lost all the same", figures=tuple(_lost(group, currency))),
        Chapter(key="alarms", title="False alarms and opt-outs", figures=tuple(_alarms(group))),
        Chapter(key="cost", title="Cost", figures=tuple(_cost(group, currency, priced_in))),
    )
    return Part(name=group.name, group=group, chapters=chapters)


def _in_time(group: Group) -> Iterator[Figure]:
    left = group.too_late + group.continued
    yield _share(
        "too_late", "too late", (group.too_late, left), "eligible episodes with money gone", means.TOO_LATE
    )
    lead = group.lead
    words = "nobody's money left after a warning"
    if lead.median is not None and lead.tenth is not None and lead.ninetieth is not None:
        tenths = f"a tenth under {spelled(lead.tenth)}, a tenth over {spelled(lead.ninetieth)}"
        words = f"{spelled(lead.median)} ({tenths})"
    yield Figure(
        key="lead",
        title="lead time to loss",
        words=words,
        value=None if lead.median is None else int(lead.median.total_seconds()),
        unit="seconds",
        n=lead.n,
        of="warned episodes whose money left later",
        definition=means.LEAD,
    )


def _funnel(group: Group) -> Iterator[Figure]:
    for key, (title, of, definition) in means.FUNNEL.items():
        count = getattr(group, key)
        if of:
            yield _share(key, title, (count, getattr(group, of)), of, definition, is_count=True)
        else:
            yield _count(key, title, count, group.people, "people", definition)
        if key == "eligible":
            for reason, gated in group.gated.items():
                yield _share(
                    f"gated.{reason}", f"gated: {reason.replace('_', ' ')}", (gated, count), "eligible",
                    means.GATED, is_count=True,
                )  # fmt: skip
    for key, title, definition in (
        ("contradicted", "contradicted", means.CONTRADICTED),
        ("unreckoned", "not reckoned yet", means.UNRECKONED),
    ):
        count = getattr(group, key)
        yield _share(key, title, (count, group.flagged), "flagged", definition, is_count=True)


def _levels(group: Group, currency: str) -> Iterator[Figure]:
    for level, window in SUMS:
        told = group.sums.get((level, window))
        if told is None:
            continue
        title, definition = means.LEVELS[level]
        known = max(group.eligible - told.open, 0)
        yield Figure(
            key=f"{level}.{window}" if window else level.value,
            title=f"{level} {title}" + (f", {window}" if window else ""),
            words=_summed(told, currency, known),
            value=format(told.amount, "f") if known else None,
            unit=currency,
            n=known,
            of="episodes that have matured",
            level=level.value,
            window=window,
            method="ledger" if level is not Level.R else "recovery cases and outcome feeds",
            definition=definition,
        )


def _summed(told: Sum, currency: str, known: int) -> str:
    waiting = f"{told.open:,} episodes have not matured"
    if not known:
        return f"nothing yet: {waiting}" if told.open else "nothing"
    words = f"{money(told.amount, currency)} in {told.episodes:,} episodes"
    return f"{words}; {waiting}" if told.open else words


def _lost(group: Group, currency: str) -> Iterator[Figure]:
    for window in LOST:
        told = group.lost.get(window)
        if told is None:
            continue
        share = told.lost / told.matured if told.matured else None
        words = (
            "nobody's time has gone by" if share is None else f"{share:.2%}, {money(told.amount, currency)}"
        )
        yield Figure(
            key=f"lost.{window}",
            title=f"within {window}",
            words=words,
            value=told.lost,
            n=told.matured,
            of="warned episodes whose time has gone by",
            window=window,
            definition=means.LOST,
        )


def _alarms(group: Group) -> Iterator[Figure]:
    of = "warned episodes of which somebody said what they were"
    yield _share("false_alarms", "false alarms", (group.false_alarms, group.labelled), of, means.FALSE_ALARMS)
    yield _share("opted_out", "opted out", (group.opted_out, group.sent), "sent", means.OPTED_OUT)


def tiring(tired: Iterable[Tired]) -> Chapter:
    """How a person's first, second and later warnings were met: of everybody alone."""
    figures = (
        _share(
            f"tired.{one.nth}.{name}",
            f"{means.NTH[one.nth - 1]} warning: {name.replace('_', ' ')}",
            (getattr(one, name), one.warned),
            "warned episodes",
            means.TIRED,
        )
        for one in tired
        for name in ("seen", "answered", "opted_out")
    )
    return Chapter(key="tired", title="How warnings tire", figures=tuple(figures))


def _cost(group: Group, currency: str, priced_in: str) -> Iterator[Figure]:
    yield Figure(
        key="cost",
        title="messages and calls",
        words=money(group.cost, priced_in),
        value=format(group.cost, "f"),
        unit=priced_in,
        n=group.messages,
        of="messages",
        definition=means.COST,
    )
    confirmed = group.sums.get((Level.P3, "30d"))
    has_one = confirmed is not None and confirmed.amount > 0
    each = group.cost / confirmed.amount if has_one and confirmed else None
    yield Figure(
        key="cost.P3.30d",
        title="per unit at P3, 30d",
        words="nothing at P3 yet" if each is None else f"{each:.4f} {priced_in} for each {currency}",
        value=None if each is None else format(each, "f"),
        unit=f"{priced_in}/{currency}",
        n=confirmed.episodes if confirmed else 0,
        of="episodes at P3",
        level=Level.P3.value,
        window="30d",
        definition=means.PER_UNIT,
    )


def _share(
    key: str, title: str, counts: tuple[int, int], of: str, definition: str, *, is_count: bool = False
) -> Figure:
    """The first count as a share of the second; `is_count`: the count itself is what is told."""
    count, whole = counts
    share = count / whole if whole else None
    of_it = "" if share is None else f"{share:.1%} of {whole:,}"
    words = (f"{count:,}" + (f" ({of_it})" if of_it else "")) if is_count else of_it or "no episode yet"
    value: int | float | None = count if is_count else share if share is None else round(share, 6)
    unit = EPISODES if is_count else "share"
    return Figure(
        key=key, title=title, words=words, value=value, unit=unit, n=whole, of=of, definition=definition
    )


def _count(key: str, title: str, count: int, n: int, of: str, definition: str) -> Figure:
    words = f"{count:,} episodes of {n:,} {of}"
    return Figure(
        key=key, title=title, words=words, value=count, unit=EPISODES, n=n, of=of, definition=definition
    )


def money(amount: Decimal, currency: str) -> str:
    """`1,234.50 USD`."""
    return f"{amount:,.2f} {currency}"


def spelled(length: timedelta) -> str:
    """`45 min`, `7 h`, `3 days`."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 72 * 60 else f"{minutes // 1440} days"
