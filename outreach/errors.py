"""The few ways we refuse to go on.

    OutreachError
     ├ SettingsError   the settings do not fit: all problems at once            exit 2
     ├ RulesError      rules or templates do not fit: all problems, file:line:column   exit 2
     ├ EditionError    no rule book is meant by these words, or more than one is      exit 2
     ├ StoreError      the database is unreachable or not at head: says which command to run   exit 3
     ├ FeedError       a feed is unreachable or broke its contract: names the feed, never a payload   exit 4
     ├ ArchiveError    the archive cannot be written or read: names the folder   exit 5
     ├ RenderError     a template could not say its message: names template and variable, never a value
     └ CoreRefused     the core system heard a request and said no: asking again changes nothing
    ConnectionError
     └ CoreBusy        the core system could not hear a request now, and said when it may

What a provider does is a value (`domain.delivery.SendResult`), never an exception.
No message here may hold an address, a token or a body: errors reach logs and terminals.
"""

from __future__ import annotations

from collections.abc import Sequence


class OutreachError(Exception):
    """A refusal that is told to a person: what, where, what to do."""

    exit_code = 1


class ProblemsError(OutreachError):
    """Several problems found in one pass; `problems` holds one printable line (or block) each."""

    exit_code = 2

    def __init__(self, problems: Sequence[object]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class SettingsError(ProblemsError):
    """The settings do not fit; every problem is listed."""


class RulesError(ProblemsError):
    """Rules, lists, ladders or templates do not fit; every problem is listed with its place."""


class EditionError(OutreachError):
    """No edition of the rules is meant by what was typed, or several are; the message says what would do."""

    exit_code = 2


class StoreError(OutreachError):
    """The database cannot be used as it is; the message names the command that mends it."""

    exit_code = 3


class FeedError(OutreachError):
    """A feed cannot be read; the message names the feed and the cause, never a row."""

    exit_code = 4


class ArchiveError(OutreachError):
    """The flag archive cannot be written or read; the message names the folder and the cause."""

    exit_code = 5


class RenderError(OutreachError):
    """A template failed on these facts; the message names the template and what it lacked."""

    exit_code = 2


class CoreRefused(OutreachError):
    """The core system heard a request and said no; `trouble` is a word for why, never its body."""

    def __init__(self, trouble: str) -> None:
        self.trouble = trouble
        super().__init__(f"the core system refused: {trouble}")


class CoreBusy(ConnectionError):
    """The core system did not take a request now. `after`: the seconds it asked us to wait, where it did."""

    def __init__(self, trouble: str, after: float | None = None) -> None:
        self.trouble, self.after = trouble, after
        super().__init__(trouble)
