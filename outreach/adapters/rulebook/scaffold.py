"""A new pattern's file to begin with: two rules that only watch, and examples that hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from outreach.adapters.rulebook.values import SHAPES
from outreach.domain.facts import Catalogue, FactSpec, FactType

RESERVED = frozenset({"facts", "ladders", "lists", "we_never", "shared", "calls"})
REVIEWED_WITHIN = timedelta(days=180)


def refusal(name: str, taken: Collection[str]) -> str:
    """Why this cannot be a pattern's name, with one that could be; "" where it can."""
    if SHAPES["snake_case"][0].fullmatch(name):
        if name in RESERVED:
            return f"'{name}' names a file or folder of its own already: choose another"
        return f"'{name}' has rules already: rules/{name}.yml" if name in taken else ""
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
    better = re.sub(r"[^a-z0-9]+", "_", words).strip("_0123456789")
    hint = f": '{better}'?" if SHAPES["snake_case"][0].fullmatch(better) else ", like 'parcel_fee'"
    return f"'{name}' is not a pattern's name: lower-case words joined by _, the first sign a letter{hint}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelves:
    """What a new file may name: facts, ladders, lists."""

    catalogue: Catalogue
    ladders: Collection[str]
    lists: Collection[str]


def scaffold(pattern: str, title: str, shelves: Shelves, today: date) -> str:
    """The text of `rules/<pattern>.yml`; it asks only what these shelves have."""
    ask, yes, no = _sign(shelves.catalogue)
    score = _named(shelves.catalogue, FactType.SCORE, "risk_score")
    ladder = "steady" if "steady" in shelves.ladders else min(shelves.ladders)
    has_states = "transfer_state" in shelves.catalogue and "not_yet_sent" in shelves.lists
    exclusions = list(_exclusions(shelves))
    given = {**_given(shelves, score, has_states=has_states), **yes}
    rules = [
        _rule(
            ("money-leaving", _joined("transfer_state IN @not_yet_sent" * has_states, ask)), score, exclusions
        )
    ]
    rules[0] += _warn(f"{pattern}/leaving", "soon", "12h", ladder)
    cases = [
        "{name: typical, expect: warn, rule: money-leaving}",
        f"{{name: no sign, with: {_flow(no)}, expect: none}}",
        f"{{name: nobody knows, with: {_flow(dict.fromkeys(yes, 'null'))}, expect: undecided}}",
    ]
    if score:
        cases.append(f"{{name: under the score, with: {{{score}: 70}}, expect: near_miss}}")
    for because, _, fact, value in exclusions:
        cases.append(f"{{name: {because}, with: {{{fact}: {value}}}, expect: skip, because: {because}}}")
    if has_states:
        rules.append(_rule(("money-left", _joined("transfer_state = 'sent'", ask)), score, exclusions))
        rules[1] += _warn(f"{pattern}/after_loss", "soon", "3d", ladder)
        cases.append("{name: it left, with: {transfer_state: sent}, expect: warn, rule: money-left}")
        for because, _, fact, value in exclusions:
            with_it = f"{{transfer_state: sent, {fact}: {value}}}"
            cases.append(f"{{name: it left ({because}), with: {with_it}, expect: skip, because: {because}}}")
    return _HEAD.format(pattern=pattern, title=_quoted(title), review=today + REVIEWED_WITHIN) + (
        "\n".join(rules) + "\nexamples:\n  defaults: " + _flow(given) + "\n  cases:\n"
        "    # What a flag must look like, and what comes of it. `outreach rules test` runs them.\n"
        + "".join(f"    - {case}\n" for case in cases)
    )


_HEAD = """\
# yaml-language-server: $schema=../docs/rules.schema.json
# What happens to the person, in two sentences; what tells it from what is harmless.
pattern: {pattern}
title: {title}
severity: medium
owner: scam-risk@firm.example
review_by: {review}

rules:
"""


def _rule(named: tuple[str, str], score: str, exclusions: Iterable[tuple[str, str, str, str]]) -> str:
    name, when = named
    lines = [
        "  # What the author means, and where the sign comes from.",
        f"  - id: {name}",
        "    status: shadow                 # draft, shadow (watch, send nothing), live, retired",
        "    when: |                        # outreach rules facts WORD finds what can be asked",
        f"      {when}",
    ]
    if score:
        lines.append(f"    score: {{fact: {score}, at_least: 80, observe_from: 65}}")
    excluded = [f'      - {{because: {because}, when: "{when}"}}' for because, when, _, _ in exclusions]
    lines += ["    except:", *excluded] if excluded else []
    lines.append("    limits: {max_share: 2%, max_users: 1000}")
    return "\n".join(lines) + "\n"


def _warn(template: str, urgency: str, expires: str, ladder: str) -> str:
    return f"    warn: {{template: {template}, urgency: {urgency}, expires: {expires}, ladder: {ladder}}}\n"


def _joined(*clauses: str) -> str:
    return " AND ".join(clause for clause in clauses if clause)


def _named(catalogue: Catalogue, kind: FactType, usual: str) -> str:
    names = [spec.name for spec in catalogue.values() if spec.type is kind]
    return usual if usual in names else next(iter(names), "")


def _sign(catalogue: Catalogue) -> tuple[str, dict[str, str], dict[str, str]]:
    """A clause to begin with, the fact where it holds, and where it does not."""
    money = _named(catalogue, FactType.MONEY, "amount_at_risk_usd")
    if money:
        return f"{money} >= 200", {money: "4200"}, {money: "20"}
    truth = _named(catalogue, FactType.BOOLEAN, "")
    if truth:
        return truth, {truth: "true"}, {truth: "false"}
    time = _named(catalogue, FactType.TIME, "flagged_at")
    if time and catalogue[time].when_null.value == "unknown":
        return f"within({time}, '7 days')", {time: "1 day ago"}, {time: "30 days ago"}
    spec: FactSpec | None = next((s for s in catalogue.values() if s.type.is_numeric), None)
    if spec is None:
        return "", {}, {}
    return f"{spec.name} >= 50", {spec.name: "60"}, {spec.name: "40"}


def _exclusions(shelves: Shelves) -> Iterable[tuple[str, str, str, str]]:
    """(because, condition, fact, value that excludes)."""
    owned = shelves.catalogue.get("destination_owned")
    if owned is not None and owned.type is FactType.BOOLEAN:
        yield (
            "own wallet",
            "destination_owned IS NOT NULL AND destination_owned",
            "destination_owned",
            "true",
        )
    tags = shelves.catalogue.get("tags")
    if tags is not None and tags.type is FactType.TAGS and "excluded_tags" in shelves.lists:
        yield "staff or test", "tags IS NOT NULL AND has_any(tags, @excluded_tags)", "tags", "[staff]"


def _given(shelves: Shelves, score: str, *, has_states: bool) -> dict[str, str]:
    given = {score: "86"} if score else {}
    return given | ({"transfer_state": "pending"} if has_states else {})


def _flow(facts: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in facts.items()) + "}"


def _quoted(title: str) -> str:
    return '"' + " ".join(title.split()).replace("\\", "\\\\").replace('"', '\\"') + '"'
