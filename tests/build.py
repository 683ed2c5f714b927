"""Builders: honest values with sensible defaults; a test names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from outreach.domain.condition import Compare, Condition, Fact, IsTrue, Literal, Operator
from outreach.domain.edition import contents, hash_of
from outreach.domain.experiment import Design, Experiment
from outreach.domain.facts import Catalogue, FactSource, FactSpec, FactType, WhenNull
from outreach.domain.flag import FlagBatch, Rejected
from outreach.domain.ladder import Ladder, Step
from outreach.domain.ruleset import (
    Exclusion,
    IfUnknown,
    InDoubt,
    Limits,
    Rule,
    Rulebook,
    RuleSet,
    RuleStatus,
    Score,
    Warn,
)
from outreach.domain.scale import Channel, Severity, Urgency
from outreach.frames import flag_schema

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def a_fact(name: str, kind: FactType, **options: Any) -> FactSpec:
    """A line of a catalogue."""
    return FactSpec(name=name, type=kind, about=name, **options)


CATALOGUE: Catalogue = {
    spec.name: spec
    for spec in (
        a_fact("pattern", FactType.TEXT),
        a_fact("claimed_pattern", FactType.TEXT),
        a_fact("risk_score", FactType.SCORE),
        a_fact("score_model", FactType.TEXT),
        a_fact("flagged_at", FactType.TIME),
        a_fact("beneficiary", FactType.TEXT),
        a_fact("transfer_ref", FactType.TEXT),
        a_fact("transfer_state", FactType.TEXT),
        a_fact("hold_expires_at", FactType.TIME),
        a_fact("amount", FactType.MONEY),
        a_fact("currency", FactType.TEXT),
        a_fact("destination_listed", FactType.BOOLEAN),
        a_fact("destination_owned", FactType.BOOLEAN),
        a_fact("is_vulnerable", FactType.BOOLEAN),
        a_fact("last_warned_at", FactType.TIME, source=FactSource.ENGINE, when_null=WhenNull.NEVER),
        a_fact("warnings_30d", FactType.INTEGER, source=FactSource.ENGINE),
    )
}


def a_step(channel: Channel = Channel.PUSH, *, wait: timedelta = timedelta(hours=1), **options: Any) -> Step:
    """A rung."""
    return Step(channel=channel, wait=wait, template=options.get("template", "pig_butchering/leaving"))


def a_ladder(*steps: Step) -> Ladder:
    """A ladder: push, then SMS, then email an hour apart, unless steps are given."""
    usual = tuple(a_step(channel) for channel in (Channel.PUSH, Channel.SMS, Channel.EMAIL))
    return Ladder(name="usual", steps=steps or usual)


LISTED: Condition = IsTrue(Fact("destination_listed", FactType.BOOLEAN))
OWNED: Condition = IsTrue(Fact("destination_owned", FactType.BOOLEAN))


def a_rule(id: str = "money-leaving", **options: Any) -> Rule:
    """A live rule that warns above 80 where the destination is listed and not the person's own."""
    warn = Warn(
        template=options.pop("template", "pig_butchering/leaving"),
        urgency=options.pop("urgency", Urgency.CRITICAL),
        ladder=options.pop("ladder", a_ladder()),
        expires=options.pop("expires", timedelta(days=7)),
        in_doubt=options.pop("in_doubt", InDoubt.REPEAT),
    )
    usual: dict[str, Any] = {
        "status": RuleStatus.LIVE,
        "when": LISTED,
        "score": Score(fact="risk_score", at_least=Decimal(80), observe_from=Decimal(65)),
        "exclusions": (Exclusion(because="own wallet", when=OWNED),),
        "if_unknown": IfUnknown.UNDECIDED,
        "limits": Limits(),
        "warn": warn,
    }
    return Rule(id=id, **{**usual, **options})


VULNERABLE: Condition = IsTrue(Fact("is_vulnerable", FactType.BOOLEAN))


def an_experiment(design: Design = Design.TIE_BREAKER, **options: Any) -> Experiment:
    """The experiment of `a_rule()`: a band of 2 around 80, nobody vulnerable, no last day."""
    usual: dict[str, Any] = {
        "pattern": "pig_butchering",
        "rule": "money-leaving",
        "design": design,
        "score": "risk_score",
        "cut_off": Decimal(80),
        "band": Decimal(2) if design is Design.TIE_BREAKER else None,
        "definition": "of a test",
        "spared": VULNERABLE,
    }
    return Experiment(**usual | options)


def a_rule_set(pattern: str = "pig_butchering", *rules: Rule, severity: Severity = Severity.HIGH) -> RuleSet:
    """A pattern's rules."""
    return RuleSet(
        pattern=pattern,
        title=pattern,
        severity=severity,
        owner="scam-risk@firm.example",
        review_by=None,
        taxonomy={},
        rules=rules or (a_rule(),),
        examples=(),
        file=f"{pattern}.yml",
        text=f"pattern: {pattern}",
        sha256=hash_of(f"pattern: {pattern}"),
    )


def a_rulebook(*sets: RuleSet) -> Rulebook:
    """A book of rule sets."""
    chosen = sets or (a_rule_set(),)
    texts = {s.file: s.text for s in chosen}
    return Rulebook(
        catalogue=CATALOGUE,
        lists={},
        ladders={},
        sets={s.pattern: s for s in chosen},
        sha256=hash_of(contents(texts)),
        texts=texts,
    )


def a_flag(user: str = "user-1", **columns: Any) -> dict[str, Any]:
    """A row of a feed: a listed destination, score 90, English, reachable on three channels."""
    usual = {
        "line": 1,
        "identity": f"flag-of-{user}",
        "user_ref": user,
        "locale": "en",
        "time_zone": "UTC",
        "phone": "+15550100001",
        "email": f"{user}@example.com",
        "push_token": f"token-of-{user}",
        "pattern": "pig_butchering",
        "risk_score": Decimal("90.000"),
        "flagged_at": NOW - timedelta(minutes=1),
        "beneficiary": "somewhere",
        "transfer_ref": f"transfer-of-{user}",
        "transfer_state": "pending",
        "amount": Decimal("4200.0000"),
        "currency": "USD",
        "destination_listed": True,
        "destination_owned": False,
    }
    return usual | columns


def a_batch(
    *flags: Mapping[str, Any], rejected: tuple[Rejected, ...] = (), cursor: str = "1"
) -> FlagBatch[pa.Table]:
    """A batch of these rows."""
    schema = flag_schema(CATALOGUE)
    columns = {name: [flag.get(name) for flag in flags] for name in schema.names}
    table = pa.table({name: pa.array(columns[name], schema.field(name).type) for name in schema.names})
    return FlagBatch(table=table, rejected=rejected, lines=len(flags) + len(rejected), cursor=cursor)


def over(score: int) -> Condition:
    """A condition that any flag over this score meets."""
    return Compare(Operator.GE, Fact("risk_score", FactType.SCORE), Literal(Decimal(score), FactType.SCORE))
