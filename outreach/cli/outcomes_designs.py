"""`outreach outcomes plan` and `experiments`: what an experiment would take, and which are registered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from outreach.cli.console import err, out
from outreach.cli.desk import opened
from outreach.domain.edition import SHORT
from outreach.domain.experiment import HALF, LESSENS, Registered
from outreach.domain.outcomes.level import named
from outreach.domain.planning import Needed, percent
from outreach.wiring.house import House

USUAL_FEWER, USUAL_APART, USUAL_WITHIN = 0.3, 0.1, 0.5


class Share(click.ParamType[float]):
    """A part of something: `6%`, or 0.06."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share, 0 … 1, both excluded."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"(\d{1,3}(?:\.\d+)?|\.\d+)\s*(%?)", str(value).strip())
        share = float(found[1]) / (100 if found[2] else 1) if found else 0.0
        if not 0 < share < 1:
            self.fail(f"{value!r} is no share: write 6% or 0.06, over 0 and under 100%", param, ctx)
        return share


@click.command("plan")
@click.option("--losing", type=Share(), help="The share of those not warned who lose money, like 6%.")
@click.option("--fewer", type=Share(), help="What a warning is hoped to spare of it: 30%.")
@click.option("--apart", type=Share(), help="The share of the flagged that is not warned. Default: 10%.")
@click.option("--within", type=Share(), help="How sure: ± this part of the effect: 50%.")
@click.option("--per-day", type=click.FloatRange(min=0, min_open=True), help="People flagged a day.")
@click.option("--rule", "rule", help="Take what is not given from this rule's last year (pattern/rule).")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def plan(
    workspace: Path, /, rule: str | None, style: str, losing: float | None, **given: float | None
) -> None:
    """How many flagged people it takes to know what a warning spares. Nothing is changed.

    Exit 1 where nobody knows how many of a rule's unwarned people lose, and nobody says.
    """
    from outreach.wiring.experiments import needed

    told = Needed(
        losing=losing or 0.0,
        fewer=given["fewer"] or USUAL_FEWER,
        apart=given["apart"] or USUAL_APART,
        within=given["within"] or USUAL_WITHIN,
        flagged=0,
        per_day=given["per_day"],
    )
    if rule is not None:
        told = _by_rule(opened(workspace), rule, told, is_apart_given=given["apart"] is not None)
    if not told.losing:
        raise click.UsageError("say --losing, like 6%, or --rule to take it from a rule's last year")
    asked = needed(told)
    tied = needed(_with(told, apart=float(HALF)))
    if style == "json":
        click.echo(json.dumps(_as_json(asked) | {"half_and_half": _as_json(tied)}, indent=2))
        return
    _show(asked, tied)


def _with(told: Needed, **changes: Any) -> Needed:
    return Needed(**asdict(told) | changes)


def _by_rule(house: House, name: str, told: Needed, *, is_apart_given: bool) -> Needed:
    """What nobody gave, by the rule's own last year."""
    from outreach.wiring.experiments import apart_of, rates, rule_named

    rule = rule_named(house, name)
    if rule is None:
        raise click.BadParameter(f"no rule '{name}' is in force: write <pattern>/<rule>", param_hint="--rule")
    known = rates(house, name)
    losing = told.losing or known.losing
    if not losing:
        err.print(
            f"Of {name}'s last year {known.unwarned} people are known who were not warned, and {known.lost}"
            " of them lost money: too few to go by. Say --losing.",
            markup=False,
        )
        raise click.exceptions.Exit(1)
    apart = told.apart if is_apart_given else apart_of(rule) or told.apart
    return _with(told, losing=losing, apart=apart, per_day=told.per_day or known.per_day or None)


def _show(asked: Needed, tied: Needed) -> None:
    held, warned = asked.losses
    out.print(
        f"To see that a warning spares {percent(asked.fewer)} of the losses, where {percent(asked.losing)} of"
        f" those not warned lose money and {percent(asked.apart)} are not warned:",
        markup=False,
    )
    out.print(asked.words, style="bold", markup=False, highlight=False)
    out.print(
        f"that is {held:,} losses among those not warned, and {warned:,} among the warned", markup=False
    )
    if asked.length is not None:
        out.print(f"at {_daily(asked.per_day or 0)} a day: about {asked.length.days:,} days", markup=False)
    if tied.flagged < asked.flagged:
        out.print(f"with half of them not warned (a tie-breaker's band): {tied.words}", markup=False)
    out.print("Of people in the experiment's own reach, not of all that are flagged.", markup=False)


def _daily(count: float) -> str:
    return f"{count:,.0f}" if count >= 10 else f"{count:.2g}"


def _as_json(told: Needed) -> dict[str, Any]:
    held, warned = told.losses
    days = told.length.days if told.length else None
    return asdict(told) | {"words": told.words, "losses": {"held": held, "warned": warned}, "days": days}


@click.command("experiments")
@click.option("--all", "is_past_too", is_flag=True, help="Those too that have ended.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def experiments(workspace: Path, is_past_too: bool, style: str) -> None:
    """Every experiment as it was registered before it assigned anybody, with how many are in each arm.

    Exit 1 where there is none.
    """
    from outreach.wiring.experiments import experiments as found_in

    found = found_in(opened(workspace), is_past_too=is_past_too)
    if style == "json":
        click.echo(json.dumps([_registered_json(one) for one in found], indent=2, ensure_ascii=False))
    else:
        for line in _lines(found):
            out.print(line)
    if not found:
        words = "No experiment was ever registered." if is_past_too else "No experiment is registered now."
        err.print(f"{words} A rule has one by its `experiment:`, see docs/outcomes.md.", markup=False)
        raise click.exceptions.Exit(1)


def _lines(found: list[Registered]) -> Iterator[Text]:
    """Each in two lines: what it is, and who is in it."""
    for one in found:
        end = f"ended {_day(one.ended_at)}" if one.ended_at else f"until {one.until or 'its rule changes'}"
        metric = f"{one.metric.value} within {named(one.window)}"
        cap = f", capped at {one.cap.normalize():f}" if one.cap else ""
        yield Text(f"{one.sha256[:SHORT]}  {one.pattern}/{one.rule}: {one.design.value}", "bold")
        yield Text(f"  {metric}{cap}; registered {_day(one.since)}, {end}")
        yield Text(f"  {_sizes(one)}")
        if one.design in LESSENS and not sum(one.sizes.values()):
            yield Text("  Nobody yet: only of whom the feed says is_vulnerable: false is anybody assigned.")


def _sizes(one: Registered) -> str:
    if not one.arms:
        return f"compared {one.sizes.get('', 0):,}"
    return ", ".join(f"{arm} {one.sizes.get(arm, 0):,}" for arm in one.arms)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _registered_json(one: Registered) -> dict[str, Any]:
    plain = {name: value if value is None or isinstance(value, (str, dict)) else str(value)
             for name, value in asdict(one).items()}  # fmt: skip
    moments = {"since": one.since.isoformat(), "ended_at": one.ended_at.isoformat() if one.ended_at else None}
    return plain | moments | {"window": named(one.window), "arms": list(one.arms)}
