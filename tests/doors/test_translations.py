"""`outreach templates extract` and `merge`, as a translator's work goes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.cli import outreach
from tests.doors.start_build import a_slim_workspace

SPANISH = ("leaving", "after_loss")


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """English, and what there is of Spanish, of one pattern."""
    workspace = a_slim_workspace(tmp_path_factory.mktemp("translator") / "mine")
    shipped = Path(__file__).parents[2] / "templates"
    for path in (
        "shared/es.j2",
        "calls/coming.es.j2",
        *(f"unknown_pattern/{name}.es.j2" for name in SPANISH),
    ):
        shutil.copyfile(shipped / path, workspace / "templates" / path)
    for file in (workspace / "templates/shared").glob("made_from.*"):
        file.unlink()
    return workspace


@pytest.fixture
def workspace(slim: Path, tmp_path: Path) -> Path:
    return shutil.copytree(slim, tmp_path / "mine")


def templates(workspace: Path, *words: str) -> Result:
    return CliRunner().invoke(outreach, ["-w", str(workspace), "templates", *words])


def extracted(workspace: Path, locale: str = "es") -> Path:
    out = workspace / "po"
    said = templates(workspace, "extract", "--locale", locale, "--out", str(out))
    assert said.exit_code == 0, said.output
    return out / f"{locale}.po"


def contents(workspace: Path) -> dict[str, bytes]:
    folder = workspace / "templates"
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_an_untouched_po_leaves_every_template_as_it_is(workspace: Path) -> None:
    before = contents(workspace)

    said = templates(workspace, "merge", str(extracted(workspace)))

    after = contents(workspace)
    assert (said.exit_code, set(after) - set(before)) == (0, {"shared/made_from.es.toml"})
    assert {path: text for path, text in after.items() if path in before} == before


def test_a_translation_is_written_where_it_belongs_and_said_from_then_on(workspace: Path) -> None:
    po = extracted(workspace)
    text = po.read_text("utf-8")
    subject = (
        text.split('msgctxt "unknown_pattern/leaving#email_subject"')[1].split('msgstr "')[1].split('"')[0]
    )
    po.write_text(text.replace(f'msgstr "{subject}"', 'msgstr "Una pregunta"'), "utf-8")

    said = templates(workspace, "merge", str(po))

    assert said.exit_code == 0, said.output
    assert "written: unknown_pattern/leaving.es.j2" in said.stdout
    seen = templates(workspace, "preview", "unknown_pattern/leaving", "--locale", "es", "--channel", "email")
    assert "Una pregunta" in seen.stdout


def test_a_template_with_the_line_breaks_of_windows_keeps_them(workspace: Path) -> None:
    file = workspace / "templates/unknown_pattern/leaving.es.j2"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    po = extracted(workspace)
    head, context, rest = po.read_text("utf-8").partition('msgctxt "unknown_pattern/leaving#push_title"')
    po.write_text(head + context + rest.replace('msgstr "', 'msgstr "Hoy: ', 1), "utf-8")

    assert templates(workspace, "merge", str(po)).exit_code == 0

    raw = file.read_bytes()
    assert b"Hoy: " in raw
    assert raw.count(b"\n") == raw.count(b"\r\n") > 10


def test_what_the_check_would_refuse_is_refused_in_the_po_and_nothing_is_written(workspace: Path) -> None:
    po = extracted(workspace)
    text = po.read_text("utf-8")
    head, context, rest = text.partition('msgctxt "unknown_pattern/leaving#push_title"')
    msgid, begin, said = rest.partition('msgstr "')
    po.write_text(head + context + msgid + begin + "Vea www.acme.example " + said, "utf-8")
    before = contents(workspace)

    refused = templates(workspace, "merge", str(po))

    line = (head + context + msgid).count("\n") + 1
    assert f"es.po:{line}:1: error T010 " in str(refused.exception)
    assert contents(workspace) == before


def test_of_several_files_all_are_written_or_none(workspace: Path) -> None:
    good, bad = extracted(workspace), workspace / "po/bad.po"
    bad.write_text("nonsense\n", "utf-8")
    before = contents(workspace)

    refused = templates(workspace, "merge", str(good), str(bad))

    assert "bad.po:1:1: error T041" in str(refused.exception)
    assert contents(workspace) == before


def test_a_changed_source_is_told_by_extract_and_by_check(workspace: Path) -> None:
    templates(workspace, "merge", str(extracted(workspace)))
    source = workspace / "templates/unknown_pattern/leaving.en.j2"
    text = source.read_text("utf-8")
    title = text.split("{% block push_title %}")[1].split("{% endblock")[0]
    source.write_text(text.replace(title, "Is this you?", 1), "utf-8")

    assert "1 stale" in templates(workspace, "extract", "--out", str(workspace / "po")).stdout
    said = templates(workspace, "check").stdout
    assert "leaving.es.j2:" in said
    assert "warning T040 push_title is stale: its source in en has changed" in said


def test_who_translated_by_hand_writes_down_that_it_is_fresh(workspace: Path) -> None:
    templates(workspace, "merge", str(extracted(workspace)))
    source = workspace / "templates/unknown_pattern/leaving.en.j2"
    text = source.read_text("utf-8")
    title = text.split("{% block push_title %}")[1].split("{% endblock")[0]
    source.write_text(text.replace(title, "Is this you?", 1), "utf-8")
    stale = "outreach templates fresh es --text unknown_pattern/leaving#push_title"
    assert stale in templates(workspace, "check").stdout
    before = contents(workspace)

    said = templates(workspace, *stale.split()[2:])

    assert (said.exit_code, said.stdout) == (0, "es: 1 text written down as fresh\n")
    assert "T040" not in templates(workspace, "check").stdout
    after = contents(workspace)
    assert {path for path in after if after[path] != before[path]} == {"shared/made_from.es.toml"}


def test_a_text_that_nobody_has_is_not_written_down_as_fresh(workspace: Path) -> None:
    templates(workspace, "merge", str(extracted(workspace)))
    before = contents(workspace)

    refused = templates(workspace, "fresh", "es", "--text", "unknown_pattern/leaving#push_titel")

    assert "there is no text unknown_pattern/leaving#push_titel in es" in str(refused.exception)
    assert contents(workspace) == before


def test_a_new_language_begins_with_an_empty_po(workspace: Path) -> None:
    po = extracted(workspace, "sv")

    assert "Language: sv" in po.read_text("utf-8")
    said = templates(workspace, "merge", str(po))
    assert "0 texts changed in sv" in said.stdout


def test_what_is_no_language_is_told(workspace: Path) -> None:
    refused = templates(workspace, "extract", "--locale", "xx-nothing", "--locale", "en")

    assert "xx-nothing is no language" in str(refused.exception)
    assert "en is what is translated from" in str(refused.exception)
