"""Templates to PO and back: words change, and not another character."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.adapters.translations.extract import extract
from outreach.adapters.translations.merge import merge
from outreach.adapters.translations.shelf import locales_in, path_of, read_shelf
from outreach.adapters.translations.texts import rewritten, texts_of
from tests.adapters.translations.translation_desk import (
    NOW,
    a_folder,
    a_po,
    merged,
    source,
    templates_of,
    told,
    write,
)

TEMPLATES = Path(__file__).parents[3] / "templates"
SHIPPED = [locale for locale in locales_in(TEMPLATES) if locale != "en"]

words = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="{}%#$\u0085\u2028\u2029"), min_size=1
).map(str.strip).filter(bool)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("locale", SHIPPED)
def test_an_untouched_po_of_the_shipped_templates_changes_no_file(locale: str, tmp_path: Path) -> None:
    file = tmp_path / f"{locale}.po"
    extracted = extract(TEMPLATES, "Acme", "en", locale, NOW)
    file.write_bytes(extracted.po)

    result = merge(TEMPLATES, file, "en")

    assert (result.problems, templates_of(result), result.taken) == ((), {}, 0)
    assert extracted.texts > 200


@pytest.mark.parametrize("locale", ["en", *SHIPPED])
def test_every_text_of_a_shipped_file_can_be_written_back_where_it_stood(locale: str) -> None:
    shelf = read_shelf(TEMPLATES, locale)
    for stem, text in shelf.files.items():
        path = path_of(stem, locale)
        said = {name: found.said for name, found in texts_of(path, text).items()}
        assert rewritten(path, text, said) == text
        assert said


@settings(max_examples=60, deadline=None)
@given(said=words)
def test_whatever_a_translator_writes_comes_out_of_the_template_and_nothing_else_changes(said: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = a_folder(Path(name) / "templates")
        before = (folder / "p/leaving.es.j2").read_text("utf-8")
        po = a_po(folder)
        quoted = said.replace("\\", "\\\\").replace('"', '\\"')
        po.write_text(po.read_text("utf-8").replace("Antes de que salga", quoted), "utf-8")

        result = merged(folder, po)

        assert told(result) == []
        assert result.files.get("p/leaving.es.j2", before) == before.replace("Antes de que salga", said)


@settings(max_examples=100, deadline=None)
@given(said=st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x7f")))
def test_a_line_of_toml_says_again_what_was_written_into_it(said: str) -> None:
    text = '[page] # the page\ntitle = "Old" # short\nother = "Kept"\n'

    texts = texts_of("shared/answer.es.toml", rewritten("shared/answer.es.toml", text, {"page.title": said}))

    assert {name: one.said for name, one in texts.items()} == (
        {"page.title": said, "page.other": "Kept"} if said else {"page.other": "Kept"}
    )


def test_head_imports_and_comments_stay_as_they_are(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "templates")
    head = "{#- review: native\n    See {% block sms %}old{% endblock %} in 2024. -#}\n"
    (folder / "p/leaving.es.j2").write_text(source("es", head=head), "utf-8")

    result = merged(folder, a_po(folder, "es", ('msgstr "Before it goes"', 'msgstr "Antes"')))

    was = source("es", head=head)
    assert templates_of(result) == {"p/leaving.es.j2": was.replace("Before it goes", "Antes")}


def test_a_new_language_gets_its_files_once_they_are_whole(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "templates")
    po = a_po(folder, "ar", ('msgid "Before it goes"\nmsgstr ""', 'msgid "Before it goes"\nmsgstr "Q"'))
    assert merged(folder, po).waiting == ("p/leaving.ar.j2",)

    whole = read_filled(po)
    po.write_text(whole, "utf-8")
    result = merged(folder, po)

    assert set(templates_of(result)) == {"shared/ar.j2", "shared/answer.ar.toml", "p/leaving.ar.j2"}
    assert 'from "shared/ar.j2" import' in result.files["p/leaving.ar.j2"]
    assert "review: machine" in result.files["p/leaving.ar.j2"]
    assert 'direction = "rtl"' in result.files["shared/answer.ar.toml"]
    write(folder, result)
    assert templates_of(merged(folder, a_po(folder, "ar"))) == {}


def read_filled(po: Path) -> str:
    """The PO with every empty msgstr filled with its msgid."""
    from babel.messages.pofile import read_po, write_po

    with po.open("rb") as file:
        catalog = read_po(file)
    for message in catalog:
        if message.id:
            message.string = message.id
    with po.open("wb") as file:
        write_po(file, catalog)
    return po.read_text("utf-8")


def test_a_text_that_a_language_lacked_is_put_at_the_end_of_its_file(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "templates")
    (folder / "p/leaving.en.j2").write_text(source(inbox_title="In the app"), "utf-8")

    po = a_po(folder, "es", ('msgid "In the app"\nmsgstr ""', 'msgid "In the app"\nmsgstr "En la app"'))
    result = merged(folder, po)

    was = (folder / "p/leaving.es.j2").read_text("utf-8")
    added = "\n{% block inbox_title -%}\nEn la app\n{%- endblock %}\n"
    assert result.files["p/leaving.es.j2"] == was + added
