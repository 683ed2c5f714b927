"""What a writer is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.adapters.renderer import Asked, check, counts, look
from outreach.domain.problem import Problem
from tests.adapters.renderer.renderer_pages import CATALOGUE, SHARED, put, source


def told(folder: Path) -> tuple[Problem, ...]:
    """Every problem; that languages put up for a test have no word lists is not the point here."""
    return tuple(p for p in check(folder, CATALOGUE, "Acme") if not (p.code == "T031" and p.is_warning))


def codes(folder: Path) -> list[str]:
    return [problem.code for problem in told(folder)]


def test_a_folder_that_fits_has_nothing_to_tell(folder: Path) -> None:
    assert told(folder) == ()


@pytest.mark.parametrize(
    ("code", "blocks"),
    [
        ("T001", {"sms": "{% if code %}never closed"}),
        ("T002", {"sms": "{{ amuont }}"}),
        ("T002", {"sms": "{{ zone }}"}),
        ("T003", {"sms": "{{ memo }}"}),
        ("T003", {"sms": "{% if age_band == 'over_60' %}x{% endif %}"}),
        ("T004", {"sms": "{{ firm.upper() }}"}),
        ("T004", {"sms": "{{ firm|upper }}"}),
        ("T004", {"sms": "{% for x in firm %}{{ x }}{% endfor %}"}),
        ("T004", {"sms": "{% set x = 1 %}"}),
        ("T004", {"sms": "{{ 'a' * 99999999 }}"}),
        ("T004", {"sms": "{{ ''.__class__ }}"}),
        ("T004", {"sms": "{{ firm['x'] }}"}),
        ("T004", {"sms": "{{ reference() }}"}),
        ("T004", {"sms": "{% include 'shared/en.j2' %}"}),
        ("T004", {"sms": "{% if foot() %}x{% endif %}"}),
        ("T005", {"sms": None}),
        ("T006", {"smss": "x"}),
        ("T009", {"sms": "x" * 307}),
        ("T009", {"sms": "{% if transfer == 'held' and not code %}" + "x" * 307 + "{% endif %}"}),
        ("T009", {"sms": "{% if phish_theme %}{{ phish_theme }}{% endif %}" + "x" * 290}),
        ("T010", {"sms": "see https://acme.example"}),
        ("T010", {"sms": "see www.acme"}),
        ("T010", {"push_body": "see acme.com/app"}),
        ("T010", {"push_title": "see t.me/x"}),
        ("T010", {"sms": "call +44 20 7946 0958"}),
        ("T010", {"email_text": "call 0800-123-4567"}),
        ("T011", {"sms": "a\u202eb"}),
        ("T011", {"sms": "a\x1bb"}),
        ("T014", {"sms": "{{ money(amount, currency) }}"}),
        ("T014", {"sms": "{{ phish_theme }}"}),
        ("T016", {"sms": "it\u2019s"}),
    ],
)
def test_each_mistake_has_its_code(folder: Path, code: str, blocks: dict[str, str | None]) -> None:
    put(folder, "p/leaving.en.j2", source(**blocks))
    assert code in codes(folder)


def test_every_mistake_is_told_at_once(folder: Path) -> None:
    mistakes = {
        "sms": "{{ amuont }}",
        "push_body": "{{ memo }}",
        "email_text": "{{ firm|upper }}",
        "call_script": None,
    }
    put(folder, "p/leaving.en.j2", source(head="", **mistakes))
    assert {"T002", "T003", "T004", "T005", "T008"} <= set(codes(folder))


def test_an_unknown_word_is_told_with_its_place_and_the_nearest_word(folder: Path) -> None:
    put(folder, "p/leaving.en.j2", source(sms="{{ firm }} {{ amuont }}"))
    (problem,) = told(folder)
    assert problem.hint == "did you mean 'amount'?"
    assert problem.line_text[problem.column - 1 :].startswith("amuont")
    assert Path(problem.file).read_text().splitlines()[problem.line - 1] == problem.line_text


def test_a_mistake_in_the_shared_lines_is_told_once_and_there(folder: Path) -> None:
    put(folder, "shared/en.j2", SHARED.replace("reference", "refrence"))
    assert [(Path(p.file).name, p.code) for p in told(folder)] == [("en.j2", "T002")]


@pytest.mark.parametrize(
    "line",
    [
        '{% from "shared/es.j2" import foot %}',
        '{% from "shared/en.j2" import fot %}',
        '{% from "shared/en.j2" import foot as end %}',
    ],
)
def test_shared_lines_come_from_the_same_language_by_their_own_names(folder: Path, line: str) -> None:
    put(folder, "p/leaving.en.j2", source() + line)
    assert codes(folder) == ["T013"]


def test_text_outside_the_blocks_is_told(folder: Path) -> None:
    put(folder, "p/leaving.en.j2", source() + "lost words")
    assert codes(folder) == ["T012"]


def test_a_macro_that_says_itself_is_told_and_does_not_hang(folder: Path) -> None:
    put(folder, "shared/en.j2", SHARED + "{% macro again() %}{{ again() }}{% endmacro %}")
    assert "T013" in codes(folder)


def test_a_missing_language_is_told_and_a_variant_is_not(folder: Path) -> None:
    put(folder, "shared/es.j2", SHARED)
    put(folder, "q/leaving.es.j2", source("es"))
    put(folder, "q/leaving.en.j2", source())
    put(folder, "q/leaving@b.en.j2", source())
    assert [(p.code, Path(p.file).name, Path(p.file).parent.name) for p in told(folder)] == [
        ("T007", "leaving.es.j2", "p")
    ]


def test_a_missing_language_is_an_error_only_where_its_people_would_read_nothing(folder: Path) -> None:
    for locale in ("es", "es-MX", "fr"):
        put(folder, f"shared/{locale}.j2", SHARED)
    put(folder, "p/leaving.es.j2", source("es"))

    def missed(default: str, *, is_strict: bool = False) -> dict[str, tuple[bool, str]]:
        asked = Asked(catalogue=CATALOGUE, firm="Acme", default=default, is_strict=is_strict)
        found = [p for p in look(folder, asked).problems if p.code == "T007"]
        return {Path(p.file).name.split(".")[1]: (p.is_warning, p.hint) for p in found}

    for_english = missed("en")
    assert for_english.keys() == {"es-MX", "fr"}
    assert "these people read es:" in for_english["es-MX"][1]
    assert "these people read en:" in for_english["fr"][1]
    assert all(is_warning for is_warning, _ in for_english.values())
    assert "these people read es:" in missed("es")["fr"][1]
    assert missed("en-GB").keys() == missed("en").keys()
    assert not any(is_warning for is_warning, _ in missed("en", is_strict=True).values())


def test_what_is_not_written_in_the_firms_own_language_is_an_error(folder: Path) -> None:
    put(folder, "shared/es.j2", SHARED)
    put(folder, "shared/fr.j2", SHARED)
    asked = Asked(catalogue=CATALOGUE, firm="Acme", default="es")

    found = {Path(p.file).name: p for p in look(folder, asked).problems if p.code == "T007"}

    assert found.keys() == {"leaving.es.j2", "leaving.fr.j2"}
    assert not any(problem.is_warning for problem in found.values())
    assert "everybody whose language is missing read nothing" in found["leaving.es.j2"].hint


def test_a_file_with_another_name_or_another_encoding_is_told(folder: Path) -> None:
    put(folder, "p/leaving.j2", source())
    (folder / "p/after_loss.en.j2").write_bytes(b"\xff\xfe")
    assert codes(folder) == ["T001", "T015"]


def test_a_language_that_does_not_fit_gsm_has_three_short_parts(folder: Path) -> None:
    put(folder, "shared/es.j2", SHARED)
    for length, expected in ((160, []), (190, ["T009"])):
        put(folder, "p/leaving.es.j2", source("es", sms="{{ firm }}" + "á" * length + "{{ foot() }}"))
        assert codes(folder) == expected


def test_the_firms_longest_name_is_measured(folder: Path) -> None:
    put(folder, "p/leaving.en.j2", source(sms="{{ firm }}" + "x" * 275 + "{{ foot() }}"))
    assert check(folder, CATALOGUE, "Acme") == ()
    assert [p.code for p in check(folder, CATALOGUE, "Acme International")] == ["T009"]


def test_files_are_counted_by_language_and_review(folder: Path) -> None:
    put(folder, "p/after_loss.en.j2", source(head="{#- review: machine, read by nobody -#}\n"))
    put(folder, "p/after_loss.es.j2", source("es", head=""))
    assert counts(folder) == {"en": {"machine": 1, "native": 1}, "es": {"unsaid": 1}}
