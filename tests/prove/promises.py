"""An issue's thresholds, read from its promises.toml, and the verdict on what a claim told."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.prove.figures import Figure, Number, Told

FOLDER = Path("tests/prove")
ISSUES = ("loop", "delivery", "answers", "rules", "pillars", "outcomes")
"""Each has a folder here with its promises.toml and its sabotages.toml; the claims are everybody's."""

FORMS = ("full", "short")

_COMPARE: Mapping[str, tuple[str, Callable[[Number, Number], bool]]] = {
    "exactly": ("=", lambda value, wanted: value == wanted),
    "at_most": ("≤", lambda value, wanted: value <= wanted),
    "at_least": ("≥", lambda value, wanted: value >= wanted),
    "under": ("<", lambda value, wanted: value < wanted),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What one figure is held against: `sign wanted`, on an n of at least `n`."""

    figure: str
    how: str
    wanted: Number
    n: Number

    def holds(self, figure: Figure | None) -> bool:
        """True where the figure is there, was measured on enough, and suffices."""
        return figure is not None and figure.n >= self.n and self.suffices(figure)

    def suffices(self, figure: Figure) -> bool:
        """True where the value is what was wanted, whatever it was measured on."""
        return _COMPARE[self.how][1](figure.value, self.wanted)

    def shown(self, figure: Figure | None) -> str:
        """The figure with its n beside what was wanted."""
        asked = f"wanted {_COMPARE[self.how][0]} {spelled(self.wanted)}"
        if figure is None:
            return f"{self.figure}: no figure ({asked})"
        enough = "" if figure.n >= self.n else f", n ≥ {spelled(self.n)}"
        told = f"{spelled(figure.value)} {self.figure} in {spelled(figure.n)} {figure.of}"
        return f"{told} ({asked}{enough})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One claim in one form: what the issue says, how much is asked, and every threshold."""

    claim: str
    quotes: tuple[str, ...]
    n: int
    seconds: float
    is_alone: bool
    thresholds: tuple[Threshold, ...]
    may_be_left_out: bool = False  # what it needs is fetched for the run and may be out of reach

    def verdicts(self, told: Told) -> list[tuple[bool, str]]:
        """Each threshold: whether it holds, and the line that says so."""
        return [
            (t.holds(told.figures.get(t.figure)), t.shown(told.figures.get(t.figure)))
            for t in self.thresholds
        ]

    def holds(self, told: Told) -> bool:
        """True where the claim ran to its end and every figure suffices."""
        return told.ok and bool(self.thresholds) and all(holds for holds, _ in self.verdicts(told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One replacement in one file; the old text must be there exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sabotage:
    """A named way to break the code that `figure` of its claim must notice.

    What is broken shows in few rows: the claim's short form is run, unless only the full one has the figure.
    """

    name: str
    claim: str
    figure: str
    in_short: bool
    edits: tuple[Edit, ...]
    form: str = "short"


def spelled(number: Number) -> str:
    """`1,234` or `1.23`."""
    return f"{number:,}" if isinstance(number, int) else f"{number:,.2f}"


def read_promises(root: Path, issue: str, form: str) -> list[Promise]:
    """Every promise of the issue that this form (full or short) holds, in the file's order."""
    raw = tomllib.loads((root / FOLDER / issue / "promises.toml").read_text(encoding="utf-8"))
    return [_promise(claim, table, FORMS.index(form)) for claim, table in raw.items() if _is_in(table, form)]


def read_sabotages(root: Path, issue: str) -> list[Sabotage]:
    """Every sabotage of the issue."""
    raw = tomllib.loads((root / FOLDER / issue / "sabotages.toml").read_text(encoding="utf-8"))
    return [
        Sabotage(
            name=name,
            claim=table["claim"],
            figure=table["figure"],
            in_short=table.get("short", False),
            edits=tuple(Edit(**edit) for edit in table["edits"]),
            form=table.get("form", "short"),
        )
        for name, table in raw.items()
    ]


def _is_in(table: Mapping[str, Any], form: str) -> bool:
    return form == "full" or not table.get("full_only", False)


def _promise(claim: str, table: Mapping[str, Any], form: int) -> Promise:
    return Promise(
        claim=claim,
        quotes=tuple(table["quotes"]),
        n=int(_of_form(table["n"], form)),
        seconds=_of_form(table["seconds"], form),
        is_alone=table.get("alone", False),
        may_be_left_out=table.get("may_be_left_out", False),
        thresholds=tuple(
            _threshold(figure, held, form) for figure, held in table["holds"].items() if _applies(held, form)
        ),
    )


def _applies(held: Mapping[str, Any], form: int) -> bool:
    return FORMS[form] == "full" or not held.get("full_only", False)


def _threshold(figure: str, held: Mapping[str, Any], form: int) -> Threshold:
    (how,) = [word for word in held if word in _COMPARE]
    return Threshold(
        figure=figure, how=how, wanted=_of_form(held[how], form), n=_of_form(held.get("n", 1), form)
    )


def _of_form(value: Any, form: int) -> Number:
    """A number for both forms, or [full, short]."""
    number: Number = value[form] if isinstance(value, list) else value
    return number
