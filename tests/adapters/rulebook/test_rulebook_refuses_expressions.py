"""Author text never reaches an engine: what is not in the language is refused, at its place, with a hint."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.adapters.rulebook.check import check
from outreach.adapters.rulebook.excerpt import Excerpt
from outreach.adapters.rulebook.page import Page
from outreach.adapters.rulebook.vocabulary import Vocabulary
from outreach.domain.clauses import clauses, said
from outreach.domain.problem import Problem
from outreach.domain.ruleset import Rulebook
from tests.adapters.rulebook.rule_folder import condition_problems, read, write_folder


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    found, _ = read(write_folder(tmp_path_factory.mktemp("rules")))
    assert found is not None
    return found


def checked(book: Rulebook, text: str) -> tuple[object, list[Problem]]:
    page = Page(name="x.yml", text=text)
    excerpt = Excerpt(page=page, text=text, offsets=tuple(range(len(text))))
    tree = check(excerpt, Vocabulary(catalogue=book.catalogue, lists=book.lists))
    return tree, page.problems


@pytest.mark.parametrize(
    ("text", "code", "marked", "hint"),
    [
        ("amount >= 200 andd listed", "E003", "andd", "did you mean 'AND'?"),
        ("amount = 1 listed", "E003", "listed", "AND"),
        ("amount = 1 AS b", "E003", "b", "AND"),
        ("amount = 1_000", "E003", "_000", "plain digits"),
        ("amount = 0x10", "E003", "x10", "plain digits"),
        ("amount > 1e3", "E036", "1e3", "no exponent"),
        ("amount = 1; drop table x", "E010", ";", "one condition"),
        ("amount::int = 1", "E010", "::", "casts"),
        ("cast(amount as int) = 1", "E010", None, "casts"),
        ("try_cast(memo as int) = 1", "E010", None, "casts"),
        ("amount in (select 1)", "E023", None, "IN @list"),
        ("(select 1)", "E010", None, "one flag"),
        ("exists(select 1)", "E022", None, ""),
        ("read_csv('/etc/passwd') = 'x'", "E022", None, ""),
        ("getenv('HOME') = 'x'", "E022", "getenv('HOME')", "there are within"),
        ("withn(flagged_at, '2 days')", "E022", None, "did you mean 'within'?"),
        ("case when listed then owned end", "E010", None, "two rules"),
        ("memo like 'a%'", "E010", None, "contains"),
        ("lower(memo) = 'a'", "E010", None, "as it is"),
        ("memo || 'x' = 'a'", "E010", "||", ""),
        ("amount / 2 > 1", "E010", "/", "ratio"),
        ("amount % 2 = 1", "E010", None, ""),
        ("tags[1] = 'x'", "E010", "[", "has"),
        ("listed IS TRUE", "E010", None, "NOT x"),
        ("amount = $1", "E020", "$1", ""),
        ("amount = ?", "E010", "?", "parameters"),
        ("flagged_at > now()", "E022", "now()", ""),
        ("flagged_at > current_timestamp", "E010", None, "within"),
        ("x.amount = 1", "E010", None, "dots"),
        ("*", "E010", None, ""),
        ('kind = "bank"', "E011", '"bank"', "'bank'"),
        ("kind = 'bank", "E002", "'", "single quotes"),
        ("kind = 'ba\nnk'", "E002", "'", "one line"),
        ("kind = ‘bank’", "E006", "‘", "write '"),
        ("amount ≥ 5", "E006", "≥", "write >="),
        ("listed -- always", "E005", "listed", "YAML #"),
        ("listed /* x */ AND owned", "E005", "listed", "YAML #"),
        ("ammount > 1", "E020", "ammount", "did you mean 'amount'?"),
        ("Amount > 1", "E020", "Amount", "did you mean 'amount'?"),
        ("memo IN @staf_tags", "E021", "@staf_tags", "did you mean @staff_tags?"),
        ("within(flagged_at)", "E023", None, "48 hours"),
        ("within(amount, '2 days')", "E023", "amount", ""),
        ("within(flagged_at, '2 dayz')", "E034", "'2 dayz'", "48 hours"),
        ("within(flagged_at, 48)", "E034", "48", "48 hours"),
        ("contains(memo, kind)", "E023", "kind", "contains(memo"),
        ("contains(memo, '')", "E023", None, "contains(memo"),
        ("has(tags, @staff_tags)", "E023", "@staff_tags", "has_any"),
        ("has(tags, 'a', 'b')", "E023", None, "has(tags"),
        ("ratio(amount) > 1", "E023", None, "ratio(a, b)"),
        ("ratio(amount, memo) > 1", "E030", "memo", ""),
        ("risk_score > 'high'", "E030", "risk_score > 'high'", ""),
        ("memo > 5", "E030", "memo > 5", ""),
        ("memo + 1 > 5", "E030", "memo", ""),
        ("listed = 1", "E030", None, ""),
        ("tags = 'staff'", "E030", None, ""),
        ("amount IN @staff_tags", "E030", None, ""),
        ("amount IN (1, 'a')", "E030", "'a'", ""),
        ("risk_score AND listed", "E031", "risk_score", "compare it"),
        ("listed AND 5", "E031", "5", "compare"),
        ("(amount > 1) > 2", "E031", None, ""),
        ("amount < 5 < 6", "E031", "amount < 5", ""),
        ("memo > 'a'", "E032", None, "only = and <>"),
        ("listed < owned", "E032", None, "only = and <>"),
        ("amount = NULL", "E033", None, "IS NULL"),
        ("amount <> NULL", "E033", None, "IS NULL"),
        ("amount IN (1, NULL)", "E033", None, "IS NULL"),
        ("kind = 'bnak'", "E035", "'bnak'", "did you mean 'bank'?"),
        ("kind IN ('bank', 'kash')", "E035", "'kash'", "one of bank, crypto"),
        ("amount > 1234567890123456", "E036", None, "15 digits"),
        ("-amount < 5", "E036", None, "0 - x"),
        ("flagged_at > 'yesterday'", "E037", "'yesterday'", "2026-11-22"),
        ("flagged_at > '2026-13-01'", "E037", None, ""),
        ("TRUE", "E040", None, "over facts"),
        ("listed OR TRUE", "E040", None, "over facts"),
        ("1 = 1", "E040", "1 = 1", "name a fact"),
        ("amount = amount", "E040", None, ""),
        ("risk_score > 100", "E041", "risk_score > 100", "0 to 100"),
        ("risk_score >= 0.8", None, None, ""),
        ("risk_score < 0", "E041", None, ""),
        ("500 <= risk_score", "E041", None, ""),
        ("amount > 5 AND amount < 3", "E042", None, ""),
        ("amount BETWEEN 5 AND 3", "E042", None, ""),
        ("kind = 'bank' AND kind = 'crypto'", "E042", None, ""),
        ("listed AND NOT listed", "E042", None, ""),
        ("listed OR NOT listed", "E043", None, ""),
        ("amount > 5 OR amount <= 5", "E043", None, ""),
        ("(" * 3000 + "listed" + ")" * 3000, "E004", None, ""),
        ("(" * 60 + "listed" + ")" * 60, "E004", None, ""),
        ("NOT " * 900 + "listed", "E004", None, ""),
        ("amount > " + "- " * 900 + "1", "E004", None, ""),
        ("amount > 1" + " + 1" * 900, "E004", None, ""),
        (" OR ".join(["listed"] * 700), "E004", None, ""),
        ("listed AND", "E003", "AND", ""),
        ("AND listed", "E003", "AND", ""),
        ("(listed", "E003", None, "add )"),
        ("listed)", "E003", ")", ""),
        ("listed, owned", "E003", ",", ""),
        ("{{ listed }}", "E010", "{", "templating"),
        ("listed AND \x00owned", "E006", None, ""),
    ],
)
def test_what_is_not_in_the_language_is_refused_at_its_place(
    book: Rulebook, text: str, code: str | None, marked: str | None, hint: str
) -> None:
    tree, problems = checked(book, text)
    if code is None:
        assert tree is not None
        return
    assert tree is None
    assert code in {p.code for p in problems}, problems
    told = next(p for p in problems if p.code == code)
    assert hint in told.hint
    if marked is not None:
        line = text.split("\n")[told.line - 1]
        assert line[told.column - 1 : told.column - 1 + told.length] == marked


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("NOT amount > 5.50", "amount > 5.50"),
        ("amount BETWEEN 2 AND 9", "amount >= 2"),
        ("amount + sends * 2 >= -3", "(amount + (sends * 2)) >= -3"),
        ("ratio(amount, growth) > 0.5", "ratio(amount, growth) > 0.5"),
        ("kind != 'bank'", "kind <> 'bank'"),
        ("memo = 'it''s'", "memo = 'it''s'"),
        ("flagged_at < hold_ends_at", "flagged_at < hold_ends_at"),
        ("flagged_at >= '2026-11-22'", "flagged_at >= '2026-11-22T00:00:00Z'"),
        ("flagged_at >= '2026-11-22T08:00:00+02:00'", "flagged_at >= '2026-11-22T06:00:00Z'"),
        ("listed = FALSE", "listed = FALSE"),
        ("memo IN @staff_tags", "memo IN @staff_tags"),
        ("sends NOT IN (1, 2)", "sends IN (1, 2)"),
        ("HAS_ANY(tags, 'a', 'b')", "has_any(tags, 'a', 'b')"),
        ("has(tags, 'a')", "has(tags, 'a')"),
        ("contains(memo, 'fee')", "contains(memo, 'fee')"),
        ("within(warned_at, '36 hours')", "within(warned_at, '36 hours')"),
        ("within(warned_at, '2 weeks')", "within(warned_at, '14 days')"),
        ("amount IS NOT NULL", "amount IS NOT NULL"),
        ("warned_at IS NULL", "warned_at IS NOT NULL"),
    ],
)
def test_what_is_in_the_language_means_what_it_says(book: Rulebook, text: str, clause: str) -> None:
    tree, problems = checked(book, text)
    assert problems == []
    assert said(next(iter(clauses(tree)))) == clause  # type: ignore[arg-type]


def test_all_problems_of_an_expression_are_told_at_once(tmp_path: Path) -> None:
    found = condition_problems(tmp_path, "ammount > 1\nAND kind = 'bnak'\nOR memo > 5")
    assert [(p.line, p.column, p.code) for p in found] == [
        (11, 7, "E020"),
        (12, 18, "E035"),
        (13, 10, "E030"),
    ]


@pytest.mark.parametrize("quoted", ["'kind = ''bnak'''", "\"kind = 'bnak'\"", "kind = 'bnak'"])
def test_places_hold_in_every_style_of_quoting(tmp_path: Path, quoted: str) -> None:
    rules = write_folder(tmp_path).joinpath("romance.yml")
    rules.write_text(rules.read_text().replace("when: owned", f"when: {quoted}"))
    problem = next(p for p in read(tmp_path)[1] if p.code == "E035")
    assert "bnak" in problem.line_text[problem.column - 1 : problem.column + problem.length]


PIECES = (
    "amount|listed|memo|tags|kind|AND|OR|NOT|(|)|=|<|>=|<>|,|'a'|'bank'|1|0.5|-|+|*|IN|IS|NULL|BETWEEN|TRUE|"
    "@staff_tags|within|has|has_any|contains|ratio|'2 days'|flagged_at|risk_score|select|case|::|;|--|'"
)
pieces = st.sampled_from(PIECES.split("|"))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pieces, max_size=14).map(" ".join) | st.text(max_size=40))
def test_any_text_is_either_a_tree_or_told_problems_and_never_a_crash(book: Rulebook, text: str) -> None:
    if not text.strip():
        return
    tree, problems = checked(book, text)
    assert (tree is None) == bool(problems)
    assert all(p.line >= 1 and p.column >= 1 for p in problems)
