"""The figures of a year, ready to publish: each with its definition, its n, and small counts hidden. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from outreach.domain import year_means as means
from outreach.domain.moment import utc
from outreach.domain.small_counts import Part, Shown, shown, whole
from outreach.domain.year import DAY, CaseWay, Claimed, Counted, Money, Tier, Window

UNMEASURED = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure. `words` is what is published, `value` the same as a number (an amount as plain digits) or
    None where there is none; `n` what it was counted of."""

    key: str
    title: str
    words: str
    value: int | str | None
    n: str
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Figures that belong together; `more` is said below them."""

    title: str
    figures: tuple[Figure, ...]
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year in figures."""

    firm: str
    window: Window
    chapters: tuple[Chapter, ...]
    made_at: datetime
    is_empty: bool


def year(firm: str, window: Window, counted: Counted, now: datetime) -> Year:
    """All chapters, always in the same order, with nothing in them that tells of a few people."""
    return Year(
        firm=firm,
        window=window,
        chapters=(
            _warned(counted),
            _cases(counted.cases, window),
            _money(counted.money),
            _listed(counted),
            _prevented(counted.claimed),
            _false_alarms(counted),
        ),
        made_at=now,
        is_empty=counted.is_empty,
    )


def span(window: Window) -> str:
    """The window in words, with its zone."""
    clock = f"the clock of {window.zone}"
    ends = f"{utc(window.since)} to {utc(window.until)}"
    if window.is_over:
        return f"1 January to 31 December {window.year} on {clock} ({ends})"
    return f"1 January {window.year} on {clock} until now ({ends}); the year is not over: do not publish it"


def _figure(key: str, told: Shown, n: str) -> Figure:
    title, definition = means.MEANS[key]
    return Figure(key=key, title=title, words=told.words, value=told.value, n=n, definition=definition)


def _warned(counted: Counted) -> Chapter:
    people = sum(counted.tiers.values())
    total, parts = whole(people, [Part(n, n) for n in (counted.tiers[tier] for tier in Tier)])
    of = f"{total.words} people warned"
    return Chapter(
        title="People warned",
        figures=(
            _figure("warned", total, "each person once"),
            *(
                _figure(f"warned.{tier.name.lower()}", part, of)
                for tier, part in zip(Tier, parts, strict=True)
            ),
            _figure("after_loss", shown(counted.after_loss), "each person once; in no figure above"),
        ),
    )


def _cases(ways: Sequence[CaseWay], window: Window) -> Chapter:
    within = [way for way in ways if way.is_settled_in(DAY)]
    rest = [way for way in ways if not way.is_settled_in(DAY)]
    early = [way for way in rest if way.opened_at + DAY >= window.until]
    later = [way for way in rest if way.opened_at + DAY < window.until]
    total, parts = whole(len({way.person for way in ways}), [_part(each) for each in (within, later, early)])
    of = f"{total.words} cases opened"
    keys = ("cases.within_day", "cases.not_within_day", "cases.too_early")
    return Chapter(
        title="Recovery cases",
        figures=(
            _figure("cases", total, "each case once, however often it was opened again"),
            *(_figure(key, part, of) for key, part in zip(keys, parts, strict=True)),
        ),
    )


def _part(ways: Sequence[CaseWay]) -> Part:
    return Part(len(ways), len({way.person for way in ways}))


def _money(sums: Sequence[Money]) -> Chapter:
    currencies = sorted({one.currency for one in sums})
    figures = [
        figure
        for currency in currencies
        for figure in _of_currency(currency, [one for one in sums if one.currency == currency])
    ]
    return Chapter(
        title="Money that came back",
        figures=tuple(figures) or (_figure("back.none", Shown("none recorded"), "0 sums"),),
        more=means.MONEY,
    )


def _of_currency(currency: str, sums: Sequence[Money]) -> Iterable[Figure]:
    """What came back in all, then its parts: these only where none of them tells of a few people."""
    kinds = {
        kind: [one for one in sums if one.kind == kind] for kind in ("refunded", "recovered", "corrected")
    }
    net = _sum(kinds["refunded"]) + _sum(kinds["recovered"]) - _sum(kinds["corrected"])
    yield _amount("back", currency, net, sums)
    can_tell = any(Part(len(each), _people(each)).is_small for each in (sums, *kinds.values()))
    for kind, each in kinds.items():
        yield _amount(f"back.{kind}", currency, _sum(each), each, is_hidden=can_tell)


def _amount(
    key: str, currency: str, amount: Decimal, sums: Sequence[Money], *, is_hidden: bool = False
) -> Figure:
    title, definition = means.MEANS[key]
    people = _people(sums)
    small = Part(len(sums), people).is_small
    exact = _plain(amount)
    if small:
        words, value = means.FEW, None
    elif is_hidden:
        words, value = means.WITH_FEW, None
    else:
        words, value = f"{exact:,f} {currency}", format(exact, "f")
    return Figure(
        key=f"{key}.{currency}",
        title=f"{currency}: {title}",
        words=words,
        value=value,
        n="under 5 people"
        if small
        else "not shown"
        if is_hidden
        else f"{people:,} people, {len(sums):,} sums",
        definition=definition,
    )


def _plain(amount: Decimal) -> Decimal:
    """With two digits after the point, or as many as it has."""
    short = amount.normalize()
    return short.quantize(Decimal("0.01")) if short.as_tuple().exponent > -2 else short  # type: ignore[operator]


def _sum(sums: Iterable[Money]) -> Decimal:
    return sum((one.amount for one in sums), Decimal(0))


def _people(sums: Iterable[Money]) -> int:
    return len({one.person for one in sums})


def _listed(counted: Counted) -> Chapter:
    rows = counted.listed
    new = sum(one.new for one in rows)
    sizes = (("listed", new), ("listed.still", sum(one.still for one in rows)),
             ("listed.standing", sum(one.standing for one in rows)))  # fmt: skip
    chains = (_chain(one.chain, one.new, new) for one in rows if one.new)
    counts = ("each address once", f"{new:,} addresses that became listed", "each address once")
    told = (_figure(key, Shown(f"{size:,}", size), n) for (key, size), n in zip(sizes, counts, strict=True))
    return Chapter(title="Addresses listed", figures=(*told, *chains), more=means.ADDRESSES)


def _chain(chain: str, count: int, of: int) -> Figure:
    title, definition = means.MEANS["listed.chain"]
    n = f"{of:,} addresses that became listed"
    return Figure(
        key=f"listed.chain.{chain}",
        title=f"{title} {chain}",
        words=f"{count:,}",
        value=count,
        n=n,
        definition=definition,
    )


def _prevented(claimed: Sequence[Claimed]) -> Chapter:
    """Each level by itself: they say different things of the same money, and are never added up."""
    if not claimed:
        told = Shown(UNMEASURED)
        figures = tuple(_figure(f"prevented.{level}", told, "none") for level in means.LEVELS)
        return Chapter(title="Prevented, by level", figures=figures, more=means.WHY_UNMEASURED)
    return Chapter(
        title="Prevented, by level",
        figures=tuple(_level(level, claimed) for level in means.LEVELS),
        more=means.NEVER_ADDED,
    )


def _level(level: str, claimed: Sequence[Claimed]) -> Figure:
    title, definition = means.MEANS[f"prevented.{level}"]
    found = [one for one in claimed if one.level == level]
    exact = [None if _hidden(one, claimed) else format(_plain(one.amount), "f") for one in found]
    words = [_hidden(one, claimed) or f"{_plain(one.amount):,f} {one.currency}" for one in found]
    return Figure(
        key=f"prevented.{level}",
        title=title,
        words="; ".join(words) or UNMEASURED,
        value=exact[0] if len(exact) == 1 else None,
        n=_of_whom(found) if found else "none",
        definition=definition,
    )


def _hidden(one: Claimed, claimed: Sequence[Claimed]) -> str:
    """Why a sum is not shown: it is of a few people, or what another has more than it is."""
    if Part(one.people, one.people).is_small:
        return means.FEW
    wider = (each.people for each in claimed if each.level == "P2" and each.currency == one.currency)
    beside = next(wider, one.people) - one.people if one.level == "P3" else 0
    return means.WITH_FEW if Part(beside, beside).is_small else ""


def _of_whom(found: Sequence[Claimed]) -> str:
    people, still = sum(one.people for one in found), sum(one.open for one in found)
    counted = "under 5 people" if Part(people, people).is_small else f"{people:,} people"
    return f"{counted}; {f'{still:,} episodes may still change it' if still else 'all matured'}"


def _false_alarms(counted: Counted) -> Chapter:
    mine, others = counted.said_mine, counted.answered - counted.said_mine
    total, (said, _) = whole(counted.answered, [Part(mine, mine), Part(others, others)])
    return Chapter(
        title="False alarms",
        figures=(
            _figure("answered", total, "each person once"),
            _figure("mine", said, f"{total.words} people who answered"),
        ),
    )
