"""Every command of the table is there, under its name; and whoever checks rule files starts no engine."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from outreach.cli import COMMANDS, outreach
from outreach.cli.rules import COMMANDS as OF_RULES
from outreach.cli.rules import rules
from outreach.cli.templates import COMMANDS as OF_TEMPLATES
from outreach.cli.templates import templates

GROUPS = ((outreach, COMMANDS), (rules, OF_RULES), (templates, OF_TEMPLATES))
ALL = [(group, name) for group, names in GROUPS for name in names]


@pytest.mark.parametrize(("group", "name"), ALL, ids=[f"{group.name} {name}" for group, name in ALL])
def test_every_command_is_found_under_its_own_name(group: click.Group, name: str) -> None:
    found = group.get_command(click.Context(group), name)

    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("group", [group for group, _ in GROUPS], ids=lambda group: group.name)
def test_the_list_of_commands_says_of_each_what_it_says_itself(group: click.Group) -> None:
    context, told, loaded = click.Context(group), click.HelpFormatter(), click.HelpFormatter()
    group.format_commands(context, told)
    every = {name: group.get_command(context, name) for name in group.list_commands(context)}
    click.Group(commands={name: one for name, one in every.items() if one}).format_commands(context, loaded)

    assert told.getvalue() == loaded.getvalue()
    assert len(told.getvalue().splitlines()) > len(every)


def test_a_command_that_is_not_there_is_told_with_one_that_is() -> None:
    with pytest.raises(click.UsageError, match="No such command 'histroy'"):
        outreach.resolve_command(click.Context(outreach), ["histroy"])


@pytest.mark.parametrize("words", [["rules", "check"], ["rules", "test"], ["templates", "check"]])
def test_checking_files_loads_neither_the_engine_nor_the_store(words: list[str]) -> None:
    program = (
        "import sys; from outreach.cli import outreach\n"
        f"try: outreach({[*words, '--help']!r})\n"
        "except SystemExit: pass\n"
        "print(*(name for name in sys.modules if name.startswith(('outreach.engine', 'outreach.store'))))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == ""
