"""rules/questionnaires/: `<pattern>.yml` has questions, branches and the firm's own words; beside it
`<pattern>.<locale>.yml` has the words of another language, for a translator who sees nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import yaml

from outreach.adapters.rulebook import values
from outreach.adapters.rulebook.page import Page
from outreach.adapters.rulebook.shapes import elements, entries, mapping
from outreach.domain.problem import did_you_mean
from outreach.domain.questionnaire import (
    DEFAULT,
    ENDS,
    QUIET,
    SAID,
    Ask,
    End,
    Option,
    Question,
    Questionnaire,
)

FOLDER = "questionnaires"
MOST_QUESTIONS, MOST_OPTIONS, MOST_QUIET = 12, 8, 2
LONGEST = 300
SOURCE_LOCALE = "en"


@dataclass(slots=True)
class _Flow:
    """A file as it is being read: each question with its node, each target with where it is written."""

    questions: dict[str, tuple[Question, yaml.Node]] = field(default_factory=dict)
    targets: list[tuple[str, str, yaml.Node]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def parts(name: str) -> tuple[str, str]:
    """(questionnaire, locale) of `questionnaires/<name>.yml` or `…/<name>.<locale>.yml`; "" for the first."""
    stem = PurePosixPath(name).name.removesuffix(".yml")
    found, _, locale = stem.partition(".")
    return found, locale


def read_questionnaire(page: Page, root: yaml.Node, name: str) -> Questionnaire | None:
    """The questions of a file, checked as a whole; None where it has none."""
    got = mapping(page, root, ("questionnaire", "questions"))
    _named(page, got, name)
    nodes = elements(page, got.get("questions"))
    if "questions" in got and not 0 < len(nodes) <= MOST_QUESTIONS:
        page.report("Q006", got["questions"], f"1 to {MOST_QUESTIONS} questions, not {len(nodes)}")
    before, flow = len(page.problems), _Flow()
    for node in nodes:
        _read_question(page, node, flow)
    if len(page.problems) == before and flow.questions:  # a stand-in leads nowhere
        _check_flow(page, flow)
        if name == QUIET:
            _check_quiet(page, flow)
    if not flow.questions:
        return None
    return Questionnaire(
        name=name,
        questions=tuple(question for question, _ in flow.questions.values()),
        texts={SOURCE_LOCALE: flow.texts},
        sha256=hashlib.sha256(page.text.encode()).hexdigest(),
    )


def _named(page: Page, got: Mapping[str, yaml.Node], name: str) -> None:
    if "questionnaire" in got and (said := values.name(page, got["questionnaire"], "snake_case")) != name:
        page.report("R020", got["questionnaire"], f"the questionnaire '{said}' stands in {name}.yml")


def _read_question(page: Page, node: yaml.Node, flow: _Flow) -> None:
    got = mapping(page, node, ("id", "ask"), ("text", "yes", "no", "then", "options"))
    id = values.name(page, got["id"], "snake_case") if "id" in got else ""
    if id in flow.questions:
        page.report("R019", got["id"], f"the question '{id}' is there already")
    if id in ENDS:
        page.report("R019", got["id"], f"'{id}' is how a questionnaire ends, and no question")
    ask = Ask(values.word(page, got["ask"], Ask)) if "ask" in got else Ask.YES_NO
    _text(page, got.get("text"), node, id, flow)
    keys = {Ask.YES_NO: ("yes", "no"), Ask.TEXT: ("then",), Ask.CHOICE: ("options",)}[ask]
    for key in {"yes", "no", "then", "options"} & got.keys() - set(keys):
        page.report("R001", got[key], f"'{key}' does not belong to {ask.value}", f"known: {', '.join(keys)}")
    options = _options(page, got, ask, (id, node), flow)
    flow.questions[id] = (Question(id=id, ask=ask, options=options), got.get("id", node))


def _text(page: Page, text: yaml.Node | None, node: yaml.Node, key: str, flow: _Flow) -> None:
    if text is None or values.is_null(text):
        page.report("Q004", text or node, f"'{key}' has no text", "say it as the person is to read it")
    else:
        flow.texts[key] = values.text(page, text, LONGEST)


def _options(
    page: Page, got: Mapping[str, yaml.Node], ask: Ask, of: tuple[str, yaml.Node], flow: _Flow
) -> tuple[Option, ...]:
    id, node = of
    if ask is Ask.CHOICE:
        nodes = elements(page, got["options"]) if "options" in got else []
        if not 2 <= len(nodes) <= MOST_OPTIONS:
            place = got.get("options", node)
            page.report("Q006", place, f"a choice has 2 to {MOST_OPTIONS} options, not {len(nodes)}")
        return tuple(_option(page, each, id, flow) for each in nodes)
    keys = (("yes", "yes"), ("no", "no")) if ask is Ask.YES_NO else (("then", SAID),)
    return tuple(Option(id=name, then=_then(page, got.get(key), of, flow, key)) for key, name in keys)


def _option(page: Page, node: yaml.Node, question: str, flow: _Flow) -> Option:
    got = mapping(page, node, ("id",), ("text", "then"))
    id = values.name(page, got["id"], "snake_case") if "id" in got else ""
    if f"{question}.{id}" in flow.texts:
        page.report("R019", got["id"], f"the option '{id}' is there already")
    _text(page, got.get("text"), node, f"{question}.{id}", flow)
    return Option(id=id, then=_then(page, got.get("then"), (question, node), flow, "then"))


def _then(page: Page, node: yaml.Node | None, of: tuple[str, yaml.Node], flow: _Flow, key: str) -> str:
    if node is None:
        hint = f"a question's id, or {', '.join(sorted(ENDS))}"
        page.report("Q005", of[1], f"'{key}' of '{of[0]}' is missing: this answer leads nowhere", hint)
        return End.PERSON.value
    then = values.name(page, node, "snake_case")
    flow.targets.append((of[0], then, node))
    return then


def _check_flow(page: Page, flow: _Flow) -> None:
    """Every target is there, every question is reached, and none is reached from itself."""
    sound = True
    for _, then, node in flow.targets:
        if then not in flow.questions and then not in ENDS:
            hint = did_you_mean(then, {*flow.questions, *ENDS}) or f"or an end: {', '.join(sorted(ENDS))}"
            page.report("Q001", node, f"no question '{then}'", hint)
            sound = False
    if not sound:
        return
    leads: dict[str, list[tuple[str, yaml.Node]]] = {id: [] for id in flow.questions}
    for source, then, node in flow.targets:
        if then in flow.questions:
            leads[source].append((then, node))
    first = next(iter(flow.questions))
    reached = _reached(page, first, leads)
    for id, (_, node) in flow.questions.items():
        if id not in reached:
            page.report("Q002", node, f"nothing leads to '{id}'", f"the first question is '{first}'")


def _reached(page: Page, first: str, leads: Mapping[str, list[tuple[str, yaml.Node]]]) -> set[str]:
    """Every question that is reached; a way that leads back is reported where it turns."""
    reached: set[str] = set()
    way: list[str] = []

    def walk(id: str) -> None:
        reached.add(id)
        way.append(id)
        for then, node in leads[id]:
            if then in way:
                page.report("Q003", node, f"'{then}' was asked before: nobody would get to an end")
            elif then not in reached:
                walk(then)
        way.pop()

    walk(first)
    return reached


def _check_quiet(page: Page, flow: _Flow) -> None:
    """Whoever is read along is asked next to nothing, and releases nothing."""
    if len(flow.questions) > MOST_QUIET:
        _, node = list(flow.questions.values())[MOST_QUIET]
        page.report("Q007", node, f"the quiet questions are {MOST_QUIET} at most", "a person asks the rest")
    for _, then, node in flow.targets:
        if then == End.RELEASE.value:
            page.report("Q007", node, "a quiet answer releases nothing", "let it end in: person")


def read_translation(page: Page, root: yaml.Node, name: str, locale: str) -> dict[str, str]:
    """The words of a questionnaire in another language, by key."""
    got = mapping(page, root, ("questionnaire", "locale", "texts"))
    _named(page, got, name)
    if "locale" in got and (said := values.text(page, got["locale"])) != locale:
        page.report("R020", got["locale"], f"the locale '{said}' stands in {name}.{locale}.yml")
    found = entries(page, got["texts"]) if "texts" in got else []
    return {key: values.text(page, value, LONGEST) for key, _, value in found}


def check_translation(page: Page, root: yaml.Node, source: Questionnaire, texts: Mapping[str, str]) -> None:
    """Nothing is missing, and nothing is there that the questions do not have."""
    wanted = source.texts[SOURCE_LOCALE]
    got = dict((key, node) for key, node, _ in entries(page, root))
    place = got.get("texts", root)
    for key in wanted:
        if key not in texts:
            page.report("Q004", place, f"'{key}' has no text", f"translate: {wanted[key]}")
    nodes = {key: node for key, node, _ in entries(page, _value(root, "texts") or root)}
    for key in texts:
        if key not in wanted:
            page.report("Q008", nodes.get(key, place), f"'{key}' is no text of these questions",
                        did_you_mean(key, wanted))  # fmt: skip


def _value(root: yaml.Node, name: str) -> yaml.Node | None:
    return next((value for key, _, value in _plain(root) if key == name), None)


def _plain(root: yaml.Node) -> list[tuple[str, yaml.Node, yaml.Node]]:
    if not isinstance(root, yaml.MappingNode):
        return []
    return [(key.value, key, value) for key, value in root.value if isinstance(key, yaml.ScalarNode)]


KNOWN = frozenset({DEFAULT, QUIET})
"""Questionnaires that are of no pattern."""
