"""A backtest counts what the engine's own parts come to, row by row; beside itself a book changes nobody."""

from __future__ import annotations

from outreach.wiring.backtest import Asked, backtest, page
from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.rules.backtest_world import a_house, ask_oracle, book, write_archive

PULLS = 10


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` random flags, by two editions; every count beside a slow oracle's."""
    folder = ground.place("backtest")
    house = a_house(folder)
    flags = ground.n // PULLS * PULLS
    write_archive(folder, book(folder / "before"), seed=11, flags=flags, pulls=PULLS)
    found = backtest(house, Asked(against=f"folder:{folder / 'before'}"))
    before, after = (ask_oracle(folder, book(folder / name), house) for name in ("before", "rules"))
    alone = backtest(house, Asked(against=f"folder:{folder / 'rules'}"))
    people, of = found.people, "random flags, by two editions"
    wanted = (len(before.people & after.people), len(after.people - before.people))
    wanted = (*wanted, len(before.people - after.people))
    wrong = sum(a != b for a, b in zip((people.same, people.plus, people.minus), wanted, strict=True))
    wrong += sum(a != b for a, b in zip(found.warnings, (before.opened, after.opened), strict=True))
    wrong += found.flags.before != len(before.flags)
    wrong += found.flags.after != len(after.flags)
    wrong += found.shadow_people.after != len(after.shadow_people)
    written = page(found)
    return {
        "flags not replayed": Figure(flags - found.flags_read, flags, of),
        "counts that differ from the oracle's": Figure(wrong, flags, of),
        "people who change": Figure(people.plus + people.minus, flags, of),
        "people who change beside the same book": Figure(
            alone.people.plus + alone.people.minus, alone.people.same, "people warned"
        ),
        "requests or scripts in the page": Figure(
            sum(written.count(word) for word in ("<script", "http://", "https://", "url(")), 1, "page"
        ),
    }
