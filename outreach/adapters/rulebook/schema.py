"""The JSON Schema of a pattern's file, from which editors complete and underline while somebody types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from outreach.adapters.rulebook.examples import EXPECTATIONS
from outreach.adapters.rulebook.values import SHAPES
from outreach.domain.consent import Program
from outreach.domain.experiment import Design, Metric
from outreach.domain.facts import Catalogue, FactSpec, FactType, WhenNull
from outreach.domain.ladder import Announced
from outreach.domain.outcomes.level import CURVE, named
from outreach.domain.ruleset import IfUnknown, InDoubt, RuleStatus
from outreach.domain.scale import Channel, Severity, Urgency

Schema = dict[str, object]
_LENGTH = "^[1-9][0-9]{0,4}[mhd]$"
_SHARE = r"^(100|[1-9]?[0-9])(\.[0-9]{1,6})?%$"
_NUMBER = {"type": "number"}
_TYPES: Mapping[FactType, Schema] = {
    FactType.BOOLEAN: {"type": ["boolean", "null"]},
    FactType.INTEGER: {"type": ["integer", "null"]},
    FactType.NUMBER: {"type": ["number", "null"]},
    FactType.SCORE: {"type": ["number", "null"], "minimum": 0, "maximum": 100},
    FactType.MONEY: {"type": ["number", "null"]},
    FactType.TEXT: {"type": ["string", "null"]},
    FactType.TIME: {"type": ["string", "null"], "description": "2 days ago, in 3 hours, a moment"},
    FactType.TAGS: {"type": ["array", "null"], "items": {"type": "string"}},
}


def rules_schema(catalogue: Catalogue, ladders: Iterable[str], lists: Iterable[str]) -> Schema:
    """The schema of `rules/<pattern>.yml`, with these facts, ladders and lists by name."""
    head: dict[str, Schema] = {
        "pattern": _text("The kind of scam; the file's own name.", SHAPES["snake_case"][0].pattern),
        "title": _text("One line for people."),
        "severity": _word("Across patterns the most severe warns; the rest are overtaken.", Severity),
        "owner": _text("Who answers for these rules."),
        "review_by": _text("The day by which somebody looks at them again.", r"\d{4}-\d\d-\d\d"),
        "taxonomy": {
            "type": "object",
            "description": "Names of this pattern elsewhere.",
            "additionalProperties": {"type": "string"},
        },
        "rules": {
            "type": "array",
            "description": "The first live rule that warns wins inside the file.",
            "items": {"$ref": "#/definitions/rule"},
        },
        "examples": {"$ref": "#/definitions/examples"},
    }
    optional = {"taxonomy", "examples"}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Outreach rule file",
        "description": "One pattern's rules. `outreach rules check` looks deeper than an editor can.",
        **_mapping("", head, required=[key for key in head if key not in optional]),
        "definitions": {
            "condition": _condition(catalogue, lists),
            "fact": {"type": "string", "enum": list(catalogue)},
            "facts": _facts(catalogue),
            "ladder": _ladder(ladders),
            "score": _score(catalogue),
            "warn": _warn(catalogue),
            "rule": _rule(),
            "experiment": _experiment(),
            "examples": _examples(),
        },
    }


def _condition(catalogue: Catalogue, lists: Iterable[str]) -> Schema:
    named = ", ".join(f"@{name}" for name in lists)
    words = (
        "amount >= 200 AND (listed OR age < 7). AND OR NOT IN BETWEEN IS NULL; within(time, '7 days'),"
        f" contains(text, 'x'), has(tags, 'x'), has_any(tags, @list), ratio(a, b). Lists: {named}."
        f" Facts: {', '.join(catalogue)}."
    )
    return {"type": "string", "minLength": 1, "description": words}


def _rule() -> Schema:
    limits: dict[str, Schema] = {
        "max_share": _text("Of the flags read in a run.", _SHARE[1:-1]),
        "max_users": {"type": "integer", "minimum": 0, "description": "People in a run."},
        "max_per_hour": {"type": "integer", "minimum": 0, "description": "People in an hour, over all runs."},
        "times_usual": {**_NUMBER, "minimum": 0, "description": "Times the usual day; 0 for no alarm."},
    }
    exclusion: dict[str, Schema] = {
        "because": _text("Shown in the history as why nobody was warned."),
        "when": {"$ref": "#/definitions/condition"},
    }
    keys: dict[str, Schema] = {
        "id": _text("Stable: reports count by it.", SHAPES["kebab-case"][0].pattern),
        "status": _word("draft: not run. shadow: recorded, nothing sent. live: warns. retired.", RuleStatus),
        "when": {"$ref": "#/definitions/condition"},
        "score": {"$ref": "#/definitions/score"},
        "except": {"type": "array", "items": _mapping("Evidence against.", exclusion, required=exclusion)},
        "if_unknown": _word("What a condition becomes that nobody can answer.", IfUnknown),
        "limits": _mapping("Over any of them the run waits for approval.", limits),
        "ramp": {
            "type": ["array", "object"],
            "description": "[1%, 10%, 100%], or {steps, wait, stop_at, least}.",
        },
        "experiment": {"$ref": "#/definitions/experiment"},
        "warn": {"$ref": "#/definitions/warn"},
    }
    return _mapping("", keys, required=("id", "status", "when", "warn"))


def _score(catalogue: Catalogue) -> Schema:
    score = {**_NUMBER, "minimum": 0, "maximum": 100}
    keys: dict[str, Schema] = {
        "fact": _names("A score of the catalogue.", catalogue, FactType.SCORE),
        "at_least": {**score, "description": "Warn from here."},
        "observe_from": {**score, "description": "Near misses from here: recorded, never messaged."},
        "tie_break": {**score, "description": "Half the width of a tie_breaker's band."},
    }
    return _mapping("The cut-off.", keys, required=("fact", "at_least"))


def _experiment() -> Schema:
    keys: dict[str, Schema] = {
        "design": _word("From the strongest to the weakest; never with urgency critical.", Design),
        "metric": _word("What the arms are compared by.", Metric),
        "cap": {**_NUMBER, "minimum": 1, "description": "Of each loss, in the currency of outcomes."},
        "window": {"description": "In which losses count.", "enum": [named(window) for window in CURVE]},
        "until": _text("Its last day, in UTC.", r"\d{4}-\d\d-\d\d"),
        "share": _text("The part that is held back.", _SHARE[1:-1]),
        "below": {**_NUMBER, "minimum": 0, "maximum": 100, "description": "From here everybody is warned."},
        "wait": _text("Of the control arm: 24h at the most.", _LENGTH[1:-1]),
        "variants": {"type": "array", "items": {"type": "string"}, "description": "[a, b]: a has no name."},
    }
    return _mapping("Registered before anybody is assigned.", keys, required=("design",))


def _warn(catalogue: Catalogue) -> Schema:
    times = _names("", catalogue, FactType.TIME)["enum"]
    keys: dict[str, Schema] = {
        "template": _text("<pattern>/<name> in templates/.", SHAPES["template"][0].pattern),
        "urgency": _word("critical may pass quiet hours.", Urgency),
        "expires": {
            "description": "Never sent after: 30m, 2h, 1d, or a time of the catalogue.",
            "anyOf": [{"type": "string", "pattern": _LENGTH}, {"enum": times}],
        },
        "ladder": {"$ref": "#/definitions/ladder"},
        "hold": _text("Asked of the core with the first step: 24h.", _LENGTH[1:-1]),
        "in_doubt": _word("What to do where a provider may or may not have taken it.", InDoubt),
        "program": _word("Whose consent counts.", Program),
    }
    return _mapping("What the rule does.", keys, required=("template", "urgency", "expires", "ladder"))


def _ladder(ladders: Iterable[str]) -> Schema:
    step: dict[str, Schema] = {
        "channel": _word("", Channel),
        "wait": _text("Then the next step: 2m, 1h, 1d.", _LENGTH[1:-1]),
        "template": _text("Another than the rule's own.", SHAPES["template"][0].pattern),
        "announced": _word("Where the app says that a call is coming.", Announced),
    }
    steps = {
        "type": "array",
        "minItems": 1,
        "maxItems": 12,
        "items": {"anyOf": [_mapping("", step, required=("channel", "wait")), _cool_off()]},
    }
    return {"description": "Of ladders.yml, or its steps.", "anyOf": [{"enum": sorted(ladders)}, steps]}


def _cool_off() -> Schema:
    keys: dict[str, Schema] = {
        "cool_off": _text("Says nothing, and asks the core for a hold: 1h, 24h.", _LENGTH[1:-1]),
        "wait": _text("Until the next step, where that is not its length.", _LENGTH[1:-1]),
    }
    return _mapping("", keys, required=("cool_off",))


def _examples() -> Schema:
    facts: Schema = {"$ref": "#/definitions/facts"}
    case: dict[str, Schema] = {
        "name": _text("What is tried."),
        "with": facts,
        "expect": {"enum": list(EXPECTATIONS), "description": "The verdict."},
        "because": _text("The exclusion that must have spoken."),
        "rule": _text("The rule that must have spoken."),
    }
    cases: Schema = {"type": "array", "items": _mapping("", case, required=("name", "expect"))}
    keys: dict[str, Schema] = {"defaults": facts, "cases": cases}
    return _mapping("The tests of this file.", keys, required=("cases",))


def _facts(catalogue: Catalogue) -> Schema:
    return {
        "type": "object",
        "propertyNames": {"$ref": "#/definitions/fact"},
        "properties": {name: _fact(spec) for name, spec in catalogue.items()},
    }


def _fact(spec: FactSpec) -> Schema:
    never = " NULL: it has not happened." if spec.when_null is WhenNull.NEVER else " NULL: nobody knows."
    about = f"{spec.about}.{never} " + str(_TYPES[spec.type].get("description", ""))
    closed: Schema = {"enum": [*spec.one_of, None]} if spec.one_of else {}
    return {**_TYPES[spec.type], "description": about.strip(), **closed}


def _names(about: str, catalogue: Catalogue, kind: FactType) -> Schema:
    return {"description": about, "enum": [spec.name for spec in catalogue.values() if spec.type is kind]}


def _text(about: str, pattern: str = "") -> Schema:
    bound: Schema = {"pattern": f"^({pattern})$"} if pattern else {"minLength": 1}
    return {"type": "string", "description": about, **bound}


def _word(about: str, words: type[StrEnum]) -> Schema:
    return {"description": about, "enum": [word.value for word in words]}


def _mapping(about: str, keys: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    said: Schema = {"description": about} if about else {}
    needed: Schema = {"required": list(required)} if required else {}
    return {"type": "object", **said, "additionalProperties": False, "properties": dict(keys), **needed}
