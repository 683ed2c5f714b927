"""Counts in tables: readable in a window of eighty columns, whichever way there are many names."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from outreach.cli.console import crossed

LANGUAGES = [f"l{number:02}" for number in range(21)]


def printed(counts: dict[str, int]) -> list[list[str]]:
    told = StringIO()
    Console(file=told, width=80).print(crossed("Messages", counts))
    return [line.split() for line in told.getvalue().splitlines()[1:]]


def test_twenty_languages_stay_readable_in_a_narrow_window() -> None:
    counts = {f"{channel}.{locale}": 1000 for channel in ("email", "push", "sms") for locale in LANGUAGES}

    head, *rows = printed(counts)

    assert head == ["email", "push", "sms", "all"]
    assert rows == [[locale, "1,000", "1,000", "1,000", "3,000"] for locale in LANGUAGES]


def test_few_results_of_several_channels_go_across() -> None:
    head, *rows = printed({"email.accepted": 2, "push.accepted": 3, "push.refused": 1})

    assert head == ["accepted", "refused", "all"]
    assert rows == [["email", "2", "2"], ["push", "3", "1", "4"]]
