"""For the operator: stop what is sent, within a second and in every process, and let it go on."""

from __future__ import annotations

import getpass
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import click

from outreach.cli.console import out
from outreach.domain.problem import did_you_mean
from outreach.domain.scale import Channel
from outreach.errors import RulesError
from outreach.store import halting
from outreach.wiring.house import House, open_house

Command = TypeVar("Command", bound=Any)


def _scoped(command: Command) -> Command:
    """What to stop or let go: one of everything, a pattern, a channel."""
    for option in (
        click.option("--by", "actor", default=getpass.getuser, help="Who; default: who is logged in."),
        click.option("--channel", help=f"One channel: {', '.join(Channel)}."),
        click.option("--pattern", help="One pattern."),
        click.option("--all", "everything", is_flag=True, help="Everything."),
    ):
        command = option(command)
    return command


@click.command()
@_scoped
@click.option("--reason", required=True, help="Why; shown in `outreach status` for as long as it stands.")
@click.pass_obj
def halt(
    workspace: Path, everything: bool, pattern: str | None, channel: str | None, actor: str, reason: str
) -> None:
    """Send nothing any more: of everything (--all), of a pattern, or on a channel.

    A second after this has returned no process hands over any message of it.
    """
    scope, about = _one_of(everything, pattern, channel)
    house = open_house(workspace)
    house.require_head()
    _refuse_unknown(house, scope, about)
    if not reason.strip():
        raise click.UsageError("the reason is empty: whoever reads `outreach status` at night needs one")
    with house.store.begin() as tx:
        is_new = halting.halt(tx, scope, about, reason.strip(), actor, house.clock())
    if not is_new:
        out.print(f"{_named(scope, about)} was halted already; `outreach status` says why.")
        return
    out.print(
        f"{_named(scope, about)} is halted: from a second from now on no process hands any of it over. "
        f"When the reason is gone: `outreach resume {_option(scope, about)}`."
    )


@click.command()
@_scoped
@click.pass_obj
def resume(workspace: Path, everything: bool, pattern: str | None, channel: str | None, actor: str) -> None:
    """Let go on what was halted. What expired meanwhile is cancelled; the rest goes out, urgent first."""
    scope, about = _one_of(everything, pattern, channel)
    house = open_house(workspace)
    house.require_head()
    with house.store.begin() as tx:
        lifted = halting.resume(tx, scope, about, actor, house.clock())
        standing = [
            (each.scope, each.about) for each in halting.standing(tx) if each.scope != halting.RESTORED
        ]
    if not lifted:
        raise click.ClickException(f"{_named(scope, about)} is not halted; {_what_is(standing)}")
    out.print(f"{_named(scope, about)} goes on.")
    if standing:
        out.print(f"Beware: {_what_is(standing)}.")


def _one_of(everything: bool, pattern: str | None, channel: str | None) -> tuple[str, str]:
    """The scope and what it is about; exactly one has to be named."""
    if everything + (pattern is not None) + (channel is not None) != 1:
        raise click.UsageError("say one of --all, --pattern NAME, --channel NAME")
    if everything:
        return halting.ALL, ""
    if pattern is not None:
        return "pattern", pattern
    assert channel is not None
    if channel not in set(Channel):
        hint = did_you_mean(channel, list(Channel)) or f"one of {', '.join(Channel)}"
        raise click.UsageError(f"there is no channel {channel!r}; {hint}")
    return "channel", channel


def _refuse_unknown(house: House, scope: str, about: str) -> None:
    """A halt of a misspelt pattern would stop nothing; where the rules cannot be read, anything is halted."""
    if scope != "pattern":
        return
    with house.store.read() as tx:
        if halting.was_warned_about(tx, about):
            return
    with suppress(RulesError):
        patterns = house.rules.current().sets
        if about not in patterns:
            hint = did_you_mean(about, patterns) or f"there are {', '.join(sorted(patterns))}"
            raise click.UsageError(f"no rule is about {about!r}; {hint}")


def _named(scope: str, about: str) -> str:
    return "Everything" if scope == halting.ALL else f"{scope.capitalize()} {about}"


def _option(scope: str, about: str) -> str:
    return "--all" if scope == halting.ALL else f"--{scope} {about}"


def _what_is(standing: list[tuple[str, str]]) -> str:
    if not standing:
        return "nothing is halted"
    words = [f"`outreach resume {_option(*each)}`" for each in standing]
    return f"what still is halted goes on by {', '.join(words)}"
