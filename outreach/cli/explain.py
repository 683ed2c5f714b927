"""For the risk analyst and for support: why a flag led to a warning, or why it did not."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from outreach.cli.console import out
from outreach.cli.desk import opened, the_one
from outreach.domain import wording
from outreach.domain.decision import Decision
from outreach.domain.edition import SHORT
from outreach.domain.explain import Excepted, Line, PatternWord, RuleWord, Stored, number
from outreach.domain.explain_gate import StepWord
from outreach.domain.moment import both, read_moment
from outreach.domain.printable import printable
from outreach.domain.ruleset import RuleStatus
from outreach.domain.wording import say
from outreach.wiring.explaining import Explanation, Which, explain_flag

TRUTHS = {True: "true", False: "false", None: "unknown"}
_STYLES = {"true": "green", "false": "dim", "unknown": "yellow"}


@click.command()
@click.argument("user")
@click.option("--at", "until", help="The newest flag until then (2027-03-01, 2027-03-01T14:00, 2d, 12h).")
@click.option("--rules", "spec", default="", help="Ask another edition: a hash, a git revision, or a folder.")
@click.option("--pattern", default="", help="The newest flag about this pattern.")
@click.option("--back", type=click.IntRange(0), default=0, help="So many flags before that one.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def explain(workspace: Path, /, user: str, until: str | None, spec: str, style: str, **which: Any) -> None:
    """Why somebody was to be warned, or why not: each rule and clause with the values that it saw.

    USER is the firm's user reference, a phone number, an email address, a message reference or a person id.
    It works from the flag archive, by the edition of the rules that was asked then. Exit 1 where there is
    nothing to explain.
    """
    house = opened(workspace)
    moment = _moment(until, house.clock())
    with house.store.read() as tx:
        person = the_one(tx, user)
    found = explain_flag(house, person, Which(until=moment, **which), spec)
    if style == "json":
        click.echo(json.dumps(as_json(found), ensure_ascii=False, indent=2))
        return
    for line in as_text(found):
        out.print(line)


def _moment(typed: str | None, now: datetime) -> datetime:
    moment = read_moment(typed, now) if typed else now
    if moment is None:
        raise click.BadParameter(
            "write a date (2027-03-01), a time (2027-03-01T14:00, UTC) or a length back (2d, 12h)",
            param_hint="--at",
        )
    return moment


def as_text(found: Explanation) -> Iterator[Text]:
    """An explanation line by line."""
    flag = found.flag
    score = number(flag.score)
    yield Text(
        printable(f"Flagged for {flag.pattern}, score {score}, {both(flag.flagged_at, found.zone)}"), "bold"
    )
    pulled = f"from the feed {flag.feed}, pulled {both(flag.pulled_at, found.zone)}"
    count = f"; {found.others} other flag{'s' * (found.others != 1)} until then (see --back, --pattern)"
    others = count if found.others else ""
    yield Text(printable(f"person {found.person} · {pulled}{others}"), "dim")
    yield Text(_edition(found), "dim")
    yield Text()
    yield Text(printable(_decision(found)), "bold cyan")
    yield from (Text(printable(f"In the ledger: {_stored(one, flag.pattern)}")) for one in found.stored)
    if not found.agrees:
        yield Text("What the ledger keeps is not what these rules say again: please tell us.", "bold red")
    for one in found.pattern.words if found.pattern else ():
        yield Text()
        yield from _rule(one, flag.pattern, found.steps.get(one.rule.id, ()))
    if found.unknown:
        yield Text()
        yield from (Text(printable(f"Not known: {each}"), "dim") for each in found.unknown)


def _edition(found: Explanation) -> str:
    if found.was_in_force:
        return f"by the rules {found.sha256[:SHORT]}, as they were in force then"
    return f"by the rules {found.sha256[:SHORT]}; those asked then were {found.flag.edition[:SHORT]}"


def _decision(found: Explanation) -> str:
    if found.pattern is None:
        return f"These rules have nothing about {found.flag.pattern}."
    acting = found.pattern.acting
    if acting is None:
        return f"Not warned about {found.flag.pattern}: no rule held."
    return f"{_said(acting, found.flag.pattern)} · rule {acting.rule.rule.id}"


def _said(decision: Decision, pattern: str) -> str:
    return _words(decision.verdict.value, decision.reason.value, decision.because, pattern)


def _words(verdict: str, reason: str, because: str, pattern: str) -> str:
    what = say(wording.VERDICTS, verdict).replace("{pattern}", pattern)
    return f"{what}: {say(wording.REASONS, reason)}" + (f" ({because})" if because else "")


def _stored(one: Stored, pattern: str) -> str:
    shadow = "shadow, nothing is sent: " if one.is_shadow else ""
    return f"{shadow}{_words(one.verdict, one.reason, one.because, pattern)} · rule {one.rule}"


_UNASKED = {RuleStatus.DRAFT: "a draft, not run; it would say: ", RuleStatus.RETIRED: "retired, not run; "}


def _rule(one: RuleWord, pattern: str, steps: Sequence[StepWord]) -> Iterator[Text]:
    rule = one.rule
    head = Text(printable(f"{pattern}/{rule.id}"), "bold")
    head.append(f"  {rule.status.value}", "dim")
    yield head
    said = _said(one.decision, pattern) if one.decision else "nothing: " + _why_nothing(one)
    shadow = "shadow, nothing is sent: " if rule.status is RuleStatus.SHADOW else ""
    yield Text(printable(f"  says {_UNASKED.get(rule.status, '')}{shadow}{said}"))
    yield _truth("  condition", one.truth)
    yield from _lines(one.lines, 4)
    if one.score:
        yield Text(printable(f"  score: {one.score}"))
    if one.experiment:
        yield Text(printable(f"  experiment: {one.experiment}"))
    for each in one.exclusions:
        yield _truth(f"  except “{each.because}”", each.truth)
        yield from _lines(each.lines, 4)
    for step in steps:
        when = f"{step.at:%H:%M} UTC"
        yield Text(printable(f"  step {step.step}, {step.channel.value}, asked at {when}: {step.words}"))


def _why_nothing(one: RuleWord) -> str:
    return "its condition is false" if one.truth is False else "the score is under what it looks at"


def _lines(lines: Sequence[Line], indent: int) -> Iterator[Text]:
    for line in lines:
        yield _truth(" " * (indent + 2 * line.depth) + line.words, line.truth)


def _truth(words: str, truth: bool | None) -> Text:
    return Text(printable(f"{words}: {TRUTHS[truth]}"), _STYLES[TRUTHS[truth]])


def as_json(found: Explanation) -> dict[str, Any]:
    """An explanation for a program."""
    flag = found.flag
    return {
        "person": found.person,
        "flag": {
            "pattern": flag.pattern,
            "score": number(flag.score),
            "flagged_at": flag.flagged_at.isoformat(),
            "pulled_at": flag.pulled_at.isoformat(),
            "feed": flag.feed,
        },
        "other_flags": found.others,
        "edition": found.sha256,
        "edition_then": flag.edition,
        "says": _spoken(found.pattern),
        "stored": [
            {name: value for name, value in _fields(one).items() if name != "facts"} for one in found.stored
        ],
        "agrees": found.agrees,
        "rules": [
            _rule_json(one, found.steps.get(one.rule.id, ()))
            for one in (found.pattern.words if found.pattern else ())
        ],
        "not_known": list(found.unknown),
    }


def _fields(one: Any) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}


def _spoken(word: PatternWord | None) -> dict[str, Any] | None:
    return _decision_json(word.acting) if word and word.acting else None


def _decision_json(decision: Decision) -> dict[str, Any]:
    return {
        "rule": decision.rule.rule.id,
        "verdict": decision.verdict.value,
        "reason": decision.reason.value,
        "because": decision.because,
        "arm": decision.arm,
        "registration": decision.registration,
    }


def _rule_json(one: RuleWord, steps: Sequence[StepWord]) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "status": one.rule.status.value,
        "says": _decision_json(one.decision) if one.decision else None,
        "condition": one.truth,
        "clauses": [_fields(line) for line in one.lines],
        "score": one.score,
        "experiment": one.experiment,
        "exclusions": [_excepted_json(each) for each in one.exclusions],
        "gate": [_fields(step) | {"at": step.at.isoformat()} for step in steps],
    }


def _excepted_json(each: Excepted) -> dict[str, Any]:
    return _fields(each) | {"lines": [_fields(line) for line in each.lines]}
