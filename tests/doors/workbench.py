"""A small workspace whose rules and templates are edited while an engine runs, by a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from outreach.settings import read_settings
from outreach.wiring.house import House
from outreach.wiring.rules import STILL, RulesInForce, rules_in_force
from tests.doors.start_build import NOON, a_slim_workspace

PATTERN = "unknown_pattern"


@dataclass
class Workbench:
    """An engine in this process, and the folders it reads."""

    folder: Path
    now: datetime = NOON
    seconds: float = 0.0
    house: House = field(init=False)

    def __post_init__(self) -> None:
        self.house = self.started()

    def started(self, *, stands_in: bool = False) -> House:
        """A process that starts over the folders as they are."""
        house = House(read_settings(self.folder), lambda: self.now)
        house.stands_in = stands_in
        if stands_in:
            return house
        house.__dict__["rules"] = self.in_force(house)
        return house

    def in_force(self, house: House) -> RulesInForce:
        """The rules of a process, whose seconds are the bench's."""
        rules = rules_in_force(house.settings, lambda: self.now, lambda: None)
        rules._elapsed = lambda: self.seconds
        return rules

    @property
    def rules(self) -> Path:
        """The file of the one pattern."""
        return self.folder / "rules" / f"{PATTERN}.yml"

    @property
    def template(self) -> Path:
        """The template of the one pattern."""
        return self.folder / "templates" / PATTERN / "leaving.en.j2"

    def look(self, after: float = 0.0) -> bool:
        """Look so many seconds later; whether something came in force."""
        self.seconds += after
        return self.house.rules.look()

    def glance(self) -> None:
        """Look, whatever comes of it."""
        self.house.rules.look()

    def settle(self) -> bool:
        """Look until whatever was edited is judged; whether it came in force."""
        self.look()
        return self.look(after=STILL)


def a_workbench(folder: Path) -> Workbench:
    """A slim workspace, migrated, with its engine."""
    a_slim_workspace(folder)
    made = Workbench(folder)
    made.house.migrate()
    return made
