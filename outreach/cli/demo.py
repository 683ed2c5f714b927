"""For the newcomer: everything once, on invented people, and where to look."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import click

from outreach.cli.console import err, out
from outreach.cli.init import as_typed, say_laid
from outreach.cli.report import run_report
from outreach.cli.run import cycle, show_counts
from outreach.errors import SettingsError
from outreach.settings import FILE
from outreach.store.history import story
from outreach.store.listing import ListRow, Said, Wanted, listing
from outreach.store.listing import message as read_message
from outreach.wiring.api import answer_link
from outreach.wiring.house import House, open_house
from outreach.wiring.workspace import lay_out

ARABIC = "ar"
OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One email that was sent, and whom it was for."""

    user: str
    said: Said


@click.command()
@click.argument("folder", metavar="DIR", default="demo", type=click.Path(file_okay=False, path_type=Path))
def demo(folder: Path) -> None:
    """Lay out a workspace in DIR, run one whole cycle on a sample feed, and say where to look.

    Nobody is written to: messages become files in DIR/outbox. Run again, it runs one more cycle.
    """
    if (folder / FILE).exists():
        house = open_house(folder)
        out.print(
            f"{folder}/ is there already: one more cycle. For a fresh one, delete it first.\n", markup=False
        )
    else:
        err.print("inventing a sample feed ...")
        say_laid(folder, lay_out(folder))
        out.print()
        house = open_house(folder)
    _require_harmless(house)
    began = house.clock()
    house.migrate()
    show_counts(cycle(house))
    out.print(f"\nOne whole cycle took {(house.clock() - began).total_seconds():.1f} s.")
    _say_where_to_look(house, folder)


def _require_harmless(house: House) -> None:
    """A demo runs on its own database and sample, and reaches nobody; anything else is somebody's work."""
    settings = house.settings
    own = f"sqlite:///{settings.workspace.resolve()}"
    others = {
        "the database is not the folder's own": not settings.database_url.startswith(own),
        "it has other feeds than the sample": set(settings.feeds) != {"sample"},
        "live_recipients is not empty": bool(settings.live_recipients),
    }
    problems = [f"{settings.workspace}: {problem}" for problem, is_so in others.items() if is_so]
    if problems:
        raise SettingsError([*problems, "so it is no demo: `outreach run --once` runs it"])


def _say_where_to_look(house: House, folder: Path) -> None:
    letter = _letter(house)
    report = run_report(house, folder / "report.html", actor="demo")
    outbox = house.settings.at(house.settings.outbox)
    out.print("\nWhere to look", style="bold")
    _line("every message, as sent", f"{outbox}/")
    if report is not None:
        _line("what the run did, and 24 people's histories", report.resolve().as_uri())
    if letter is not None:
        _say_letter(house, folder, letter, outbox)


def _say_letter(house: House, folder: Path, letter: Letter, outbox: Path) -> None:
    message = letter.said.message
    if message.locale == ARABIC:
        page = _html(folder / "read-me-in-arabic.html", letter)
        _line("one warning in Arabic, for the browser", page.resolve().as_uri())
    _line("the same as an email", outbox / "email" / f"{message.reference}.eml")
    out.print("\nWhat to try", style="bold")
    _line("that person's whole story", as_typed(folder, f"history {letter.user}"))
    _line('"is this message yours?"', as_typed(folder, f"message {message.reference}"))
    _line("what is wrong here, if anything", as_typed(folder, "doctor"))
    _line("answer as that person: start", as_typed(folder, "web"))
    _line("  and open", _link(house, letter.said))


def _line(about: str, what: object) -> None:
    out.print(f"  {about:45} {what}", markup=False)


def _letter(house: House) -> Letter | None:
    """An email to show: in Arabic where there is one, better before the loss than after it."""

    def rank(row: ListRow) -> tuple[bool, bool]:
        return (row.locale != ARABIC, "/leaving" not in row.template)

    with house.store.read() as tx:
        best = min(listing(tx, Wanted(channel="email")), key=rank, default=None)
        said = read_message(tx, best.reference) if best else None
        user = story(tx, said.person).user if said else None
    return Letter(user=user, said=said) if said and user else None


def _html(path: Path, letter: Letter) -> Path:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(letter.said.message.content.html)
    return path


def _link(house: House, said: Said) -> str:
    link, _ = answer_link(house)(said.message.id, said.person)
    return link
