"""What is wrong with a PO file is told with its line; what is stale is told, too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from outreach.adapters.translations import extract, stale
from outreach.adapters.translations.codes import CODES
from tests.adapters.translations.translation_desk import (
    NOW,
    a_folder,
    a_po,
    merged,
    put,
    source,
    templates_of,
    told,
    write,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_folder(tmp_path / "templates")


def line_of(po: Path, text: str) -> int:
    return po.read_text("utf-8").split("\n").index(text) + 1


def test_a_translation_that_drops_or_invents_a_variable_is_refused_at_its_line(folder: Path) -> None:
    po = a_po(
        folder, "es", ('msgstr "{{ firm }}: mire. {{ foot() }}"', 'msgstr "{{ frim }}: mire. {{ foot() }}"')
    )

    result = merged(folder, po)

    line = line_of(po, 'msgstr "{{ frim }}: mire. {{ foot() }}"')
    assert told(result) == [
        f"{line}:1: error T046 p/leaving#sms drops firm (say it somewhere, as the msgid does)",
        f"{line}:1: error T046 p/leaving#sms asks frim, which its source does not (did you mean 'firm'?)",
    ]
    assert result.files == {}


def test_a_variable_that_is_only_asked_and_no_longer_said_counts_as_dropped(folder: Path) -> None:
    asks = "{% if amount and currency %}{{ money(amount, currency) }}{% endif %}"
    silent = "{% if amount and currency %}x{% endif %}"

    po = a_po(folder)
    head, _, said = po.read_text("utf-8").rpartition(asks)
    po.write_text(head + silent + said, "utf-8")

    result = merged(folder, po)

    dropped = [line.split("drops ")[1].split()[0] for line in told(result)]
    assert dropped == ["amount", "currency", "money"]


def test_a_word_of_a_page_that_drops_its_variable_is_refused(folder: Path) -> None:
    result = merged(folder, a_po(folder, "es", ('Su \\"answer\\" to $firm', "Su respuesta")))

    assert [line.partition("error ")[2] for line in told(result)] == [
        "T046 shared/answer#page.title drops firm (say it somewhere, as the msgid does)"
    ]


@pytest.mark.parametrize(
    "said",
    [
        "{% if firm %}{{ firm }} {{ foot() }}",
        "{{ firm }} {{ foot() }}{% block x %}{% endblock %}",
        "{{ firm }} {{ foot( }}",
        "{{ firm }} {{ foot() }} {#",
        "{{ firm }} {{ foot() }} {%",
        "{{ firm }} {{ foot() }}{% endblock %}{% block x %}",
    ],
)
def test_a_translation_that_is_no_part_of_a_template_is_refused(folder: Path, said: str) -> None:
    result = merged(folder, a_po(folder, "es", ("{{ firm }}: mire. {{ foot() }}", said)))

    assert [line.split()[2] for line in told(result)] == ["T047"]


def test_what_is_no_po_is_told_with_its_line(folder: Path) -> None:
    po = a_po(folder, "es", ('msgctxt "p/leaving#sms"', "msgctx nonsense"))

    (line,) = told(merged(folder, po))

    assert line.startswith(f"{line_of(po, 'msgctx nonsense')}:1: error T041 this is not PO")


HEADER = b'msgid ""\nmsgstr ""\n"Language: es\\n"\n\n'


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\x00\x01\x02", "T041"),
        (b"", "T043 there is no header"),
        (HEADER.replace(b"es", b""), "3:1: error T043 the header names no language"),
        (HEADER.replace(b"es", b"zz"), "3:1: error T043 the header names no language"),
        (HEADER.replace(b"es", b"../es"), "3:1: error T043 the header names no language"),
        (HEADER.replace(b"es", b"en"), "en is what is translated from"),
        (HEADER.replace(b"Language: es", b"Content-Type: charset=ISO-8859-1"), "3:1: error T042 the charset"),
        (HEADER + b'msgid "a"\nmsgstr "\xe9"\n', "6:1: error T042 not UTF-8"),
        (HEADER + b'msgid "a"\nmsgstr "b"\n', "6:1: error T045 this text says not"),
        (
            HEADER + b'msgctxt "p/leavin#sms"\nmsgid "a"\nmsgstr "b"\n',
            "7:1: error T045 there is no text p/leavin#sms (did you mean 'p/leaving#sms'?)",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_told_with_what_to_do(folder: Path, raw: bytes, said: str) -> None:
    po = folder.parent / "es.po"
    po.write_bytes(raw)

    result = merged(folder, po)

    assert said in "\n".join(told(result))
    assert result.files == {}


def test_a_text_that_stands_there_twice_is_told_with_both_lines(folder: Path) -> None:
    po = a_po(folder)
    twice = '\nmsgctxt "p/leaving#sms"\nmsgid "other"\nmsgstr "other"\n'
    po.write_text(po.read_text("utf-8") + twice, "utf-8")

    found = told(merged(folder, po))

    first = line_of(po, 'msgctxt "p/leaving#sms"')
    assert any(
        f"T044 p/leaving#sms is there twice (it stands in line {first}, too)" in line for line in found
    )


def test_what_is_fuzzy_empty_or_obsolete_is_left_as_it_is(folder: Path) -> None:
    po = a_po(
        folder,
        "es",
        ('msgctxt "p/leaving#push_title"', '#, fuzzy\nmsgctxt "p/leaving#push_title"'),
        ('msgstr "Antes de que salga"', 'msgstr "Otra cosa"'),
        ('msgstr "{{ firm }}: mire. {{ foot() }}"', 'msgstr ""'),
    )
    po.write_text(po.read_text("utf-8") + '\n#~ msgctxt "gone#sms"\n#~ msgid "a"\n#~ msgstr "b"\n', "utf-8")

    result = merged(folder, po)

    assert (told(result), templates_of(result), result.fuzzy) == ([], {}, 1)


def test_a_translation_whose_source_changed_is_stale_until_it_is_translated_anew(folder: Path) -> None:
    write(folder, merged(folder, a_po(folder)))
    assert list(stale(folder, "en")) == []

    put(folder, "p/leaving.en.j2", source(push_title="Before it leaves"))

    (problem,) = stale(folder, "en")
    assert (problem.code, problem.is_warning, problem.file.endswith("p/leaving.es.j2")) == (
        "T040",
        True,
        True,
    )
    assert "push_title is stale" in problem.message
    extracted = extract(folder, "Acme", "en", "es", NOW)
    assert extracted.stale == 1
    assert b'fuzzy\nmsgctxt "p/leaving#push_title"' in extracted.po

    write(folder, merged(folder, a_po(folder)))  # untouched: still fuzzy, so still stale
    assert len(list(stale(folder, "en"))) == 1

    write(folder, merged(folder, a_po(folder, "es", ("#, fuzzy\n", ""))))  # the translator says it holds
    assert list(stale(folder, "en")) == []


def test_a_translation_corrected_by_hand_is_stale_when_its_source_changes_later(folder: Path) -> None:
    write(folder, merged(folder, a_po(folder)))
    spanish = (folder / "p/leaving.es.j2").read_text("utf-8")
    put(folder, "p/leaving.es.j2", spanish.replace("Antes de que salga", "Antes de que se vaya"))
    assert list(stale(folder, "en")) == []

    put(folder, "p/leaving.en.j2", source(push_title="Before it leaves"))

    assert ["push_title is stale" in problem.message for problem in stale(folder, "en")] == [True]


def test_a_po_from_before_the_source_changed_is_taken_and_stays_stale(folder: Path) -> None:
    po = a_po(folder, "es", ('msgstr "Antes de que salga"', 'msgstr "Antes de salir"'))
    put(folder, "p/leaving.en.j2", source(push_title="Before it leaves"))

    write(folder, merged(folder, po))

    assert [problem.code for problem in stale(folder, "en")] == ["T040"]


def test_the_page_for_translators_has_every_code_with_its_sentence() -> None:
    page = (Path(__file__).parents[3] / "docs/translations.md").read_text("utf-8")

    told = dict(re.findall(r"^\| (T\d{3}) \| (.*?) \|", page, re.MULTILINE))

    assert told == CODES


def test_what_others_wrote_meanwhile_is_never_written_over(folder: Path) -> None:
    po = a_po(folder)
    before = (folder / "p/leaving.es.j2").read_text("utf-8")
    put(folder, "p/leaving.es.j2", before.replace("Antes de que salga", "Mientras espera"))

    assert (told(merged(folder, po)), templates_of(merged(folder, po))) == ([], {})

    text = po.read_text("utf-8").replace('msgstr "Antes de que salga"', 'msgstr "Antes de salir"')
    po.write_text(text, "utf-8")
    result = merged(folder, po)
    assert [line.split(" (")[0].split("error ")[1] for line in told(result)] == [
        "T048 p/leaving#push_title was changed in the template meanwhile"
    ]
    assert result.files == {}
