"""What a look at one thing found, and how a look that breaks becomes a finding too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from outreach.errors import OutreachError, ProblemsError, RulesError


class State(StrEnum):
    """What a look at one thing found."""

    FINE = "fine"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: what it is like, and what to do about it where it is not fine."""

    about: str
    says: str
    state: State = State.FINE
    mend: str = ""


Look = Callable[[], Iterable[Finding]]


def guarded(about: str, look: Look) -> list[Finding]:
    """What a look found; where it breaks, that is the last thing it found."""
    found: list[Finding] = []
    try:
        found.extend(look())
    except OutreachError as error:
        found += told(about, error)
    except (
        Exception
    ) as error:  # a doctor who faints helps nobody; its text could be personal, its kind is not
        says, mend = (
            f"could not be looked at ({type(error).__name__})",
            "this is ours to mend: please tell us",
        )
        found.append(Finding(about=about, says=says, state=State.PROBLEM, mend=mend))
    return found


def told(about: str, error: OutreachError) -> list[Finding]:
    """Every problem of a refusal."""
    problems = error.problems if isinstance(error, ProblemsError) else (error,)
    return [Finding(about=about, says=str(problem), state=State.PROBLEM) for problem in problems]


def waiting(about: str, look: Look) -> list[Finding]:
    """A look that needs rules and templates that fit; their problems have been told."""
    try:
        return list(look())
    except RulesError:
        says = "not looked at: mend the rules and templates first"
        return [Finding(about=about, says=says, state=State.WARNING)]
