"""What the renderer promises the engine."""

from __future__ import annotations

import hashlib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.adapters.renderer import JinjaRenderer
from outreach.domain.message import Rendered
from outreach.domain.scale import Channel
from outreach.errors import RenderError, RulesError
from tests.adapters.renderer.renderer_pages import (
    CATALOGUE,
    CONTEXT,
    HEAD,
    LAYOUT,
    SHARED,
    put,
    renderer,
    source,
)


def say(folder: Path, channel: Channel = Channel.SMS, locale: str = "en", **context: object) -> Rendered:
    return renderer(folder).render("p/leaving", channel, locale, {**CONTEXT, **context})


def test_an_sms_is_one_line_with_the_reference(folder: Path) -> None:
    put(folder, "p/leaving.en.j2", source(sms="{{ firm }}:\n\n  check\tit.\n{{ foot() }}"))
    assert say(folder).content.text == "Acme: check it. Ref K7M2QX"


def test_on_hold_is_said_only_while_the_core_says_held(folder: Path) -> None:
    said = {
        state: "hold" in say(folder, transfer=state).content.text for state in ("pending", "unknown", None)
    }
    assert said == {"pending": False, "unknown": False, None: False}
    assert "On hold." in say(folder, transfer="held").content.text


def test_a_push_has_a_title_and_one_line(folder: Path) -> None:
    content = say(folder, Channel.PUSH).content
    assert (content.title, content.text, content.html) == ("Before it goes", "Open Acme", "")


def test_an_email_has_the_same_words_in_text_and_in_html(folder: Path) -> None:
    content = say(folder, Channel.EMAIL).content
    assert content.title == "Please check"
    assert content.text == "Hello,\n\n$4,200.00\n\nRef K7M2QX"
    assert all(f"<p>{part}</p>" in content.html for part in content.text.split("\n\n"))


def test_unknown_facts_leave_no_hole_of_empty_lines(folder: Path) -> None:
    assert say(folder, Channel.EMAIL, amount=None).content.text == "Hello,\n\nRef K7M2QX"


def test_a_fact_the_engine_never_mentioned_is_unknown_and_not_an_error(folder: Path) -> None:
    said = renderer(folder).render("p/leaving", Channel.EMAIL, "en", {"reference": "K7M2QX"})
    assert said.content.text == "Hello,\n\nRef K7M2QX"


def test_the_inbox_says_the_push_title_and_the_email_where_it_has_no_words_of_its_own(folder: Path) -> None:
    content = say(folder, Channel.INBOX).content
    assert (content.title, content.text.split("\n")[0], content.html) == ("Before it goes", "Hello,", "")


def test_the_inbox_says_its_own_words_where_it_has_them(folder: Path) -> None:
    put(folder, "p/leaving.en.j2", source(inbox_title="Inside", inbox_body="Only here"))
    content = say(folder, Channel.INBOX).content
    assert (content.title, content.text) == ("Inside", "Only here")


def test_a_call_says_its_script_line_by_line(folder: Path) -> None:
    assert say(folder, Channel.CALL).content.text == "Ask.\nListen."


def test_html_in_a_value_is_text(folder: Path) -> None:
    html = say(
        folder, Channel.EMAIL, firm="<img src=x onerror=alert(1)>", reference="</p><script>"
    ).content.html
    assert "<img" not in html
    assert "<script" not in html
    assert "&lt;/p&gt;&lt;script&gt;" in html


def test_html_in_a_subject_is_text(folder: Path) -> None:
    put(folder, "p/leaving.en.j2", source(email_subject="{{ firm }}"))
    content = say(folder, Channel.EMAIL, firm="</title><b>").content
    assert "<b>" not in content.html
    assert content.title == "</title><b>"


@pytest.mark.parametrize("code", ["evil.example", "t/me", "mailto:x", "a@b", "x" * 33, "\u202e", "", 7])
def test_a_code_that_could_pass_for_an_address_is_left_out(folder: Path, code: object) -> None:
    put(folder, "p/leaving.en.j2", source(sms="x{% if code %} {{ code }}{% endif %}"))
    assert say(folder, code=code).content.text == "x"
    assert say(folder, code="blue-77!").content.text == "x blue-77!"


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {f"{tag}.{name}": value for name, value in attrs}


@pytest.mark.parametrize(("locale", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_an_email_page_has_its_language_and_direction_and_nothing_to_load_or_click(
    folder: Path, locale: str, direction: str
) -> None:
    put(folder, "shared/ar.j2", SHARED)
    put(folder, "p/leaving.ar.j2", source("ar"))
    html = say(folder, Channel.EMAIL, locale).content.html
    page = Links()
    page.feed(html)
    assert (page.attributes["html.lang"], page.attributes["html.dir"]) == (locale, direction)
    assert page.attributes["body.dir"] == direction
    assert not {"a", "img", "link", "script", "iframe", "form"} & set(page.tags)
    assert not {name for name in page.attributes if name.endswith((".src", ".href", ".background"))}
    assert "url(" not in html
    assert "http" not in html


LINE_BREAKERS = "\r\n\x00\x1b\u202e\u2066\u200b\u2028\x85\ud800"


@given(st.text(alphabet=st.sampled_from(LINE_BREAKERS + "Ab1 "), max_size=20))
@settings(max_examples=60)
def test_no_value_can_break_a_line_or_turn_the_direction(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    said = FIXED.render("p/leaving", Channel.PUSH, "en", {**CONTEXT, "firm": value})
    mail = FIXED.render("p/leaving", Channel.EMAIL, "en", {**CONTEXT, "reference": value})
    assert not set(LINE_BREAKERS) & set(said.content.text + said.content.title)
    assert not set(LINE_BREAKERS) - {"\n"} & set(mail.content.text)
    assert mail.content.text.count("\n") <= 4


def test_a_refusal_names_template_block_and_fact_and_no_value(folder: Path) -> None:
    put(folder, "p/leaving.en.j2", source(sms="{{ money(amount, currency) }} for {{ reference }}"))
    with pytest.raises(RenderError) as refusal:
        say(folder, amount=None, reference="SECRET")
    said = str(refusal.value)
    assert "p/leaving.en.j2" in said
    assert "block sms" in said
    assert "amount" in said
    assert "SECRET" not in said
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize("text", ["{{ code }}", "{{ amount }}", "{{ on_hold }}", "{{ hold_expires_at }}"])
def test_nothing_is_said_as_none_or_as_a_machine_writes_it(folder: Path, text: str) -> None:
    put(folder, "p/leaving.en.j2", source(sms=text))
    with pytest.raises(RenderError):
        say(folder)


def test_a_template_that_is_not_there_is_refused_with_the_nearest_name(folder: Path) -> None:
    with pytest.raises(RenderError, match=r"p/leavin: .*did you mean 'p/leaving'"):
        renderer(folder).render("p/leavin", Channel.SMS, "en", CONTEXT)


def test_a_message_cites_the_text_of_its_file_its_shared_lines_and_for_email_its_layout(folder: Path) -> None:
    ours = renderer(folder)
    sms = ours.render("p/leaving", Channel.SMS, "en", CONTEXT)
    mail = ours.render("p/leaving", Channel.EMAIL, "en", CONTEXT)
    texts = {sha: ours.text_of(sha) for sha in (sms.template_sha256, mail.template_sha256)}
    assert all(hashlib.sha256(text.encode()).hexdigest() == sha for sha, text in texts.items())
    assert texts[sms.template_sha256] == source() + SHARED
    assert texts[mail.template_sha256] == source() + SHARED + LAYOUT
    put(folder, "shared/en.j2", SHARED + "\n")
    assert say(folder).template_sha256 != sms.template_sha256
    assert sms.template == "p/leaving.en.j2"


def test_a_changed_file_is_not_read_until_a_new_renderer_is_made(folder: Path) -> None:
    ours = renderer(folder)
    put(folder, "p/leaving.en.j2", source(sms="changed"))
    assert "changed" not in ours.render("p/leaving", Channel.SMS, "en", CONTEXT).content.text


def test_a_folder_that_does_not_fit_is_refused_with_every_problem(folder: Path) -> None:
    put(folder, "p/leaving.en.j2", source(sms="{{ memo }} {{ amuont }}", call_script=None))
    with pytest.raises(RulesError) as refusal:
        renderer(folder)
    assert {p.code for p in refusal.value.problems} == {"T002", "T003", "T005"}  # type: ignore[attr-defined]


def test_a_missing_language_does_not_stop_the_daemon(folder: Path) -> None:
    put(folder, "q/leaving.en.j2", source())
    put(folder, "shared/es.j2", SHARED)
    put(folder, "q/leaving.es.j2", source("es"))
    assert say(folder, locale="es").locale == "en"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("es-MX", "es"),
        ("es_419", "es"),
        ("zh-CN", "zh-Hans"),
        ("zh_SG", "zh-Hans"),
        ("zh-TW", "en"),
        ("zh-Hant-HK", "en"),
        ("pt-PT", "pt-BR"),
        ("pt-AO", "pt-BR"),
        ("pt", "pt-BR"),
        ("de", "en"),
        ("not a locale", "en"),
        ("", "en"),
    ],
)
def test_a_person_reads_the_nearest_language_and_never_the_other_script(
    folder: Path, asked: str, found: str
) -> None:
    for locale in ("es", "zh-Hans", "pt-BR"):
        put(folder, f"shared/{locale}.j2", SHARED)
        put(folder, f"p/leaving.{locale}.j2", source(locale))
    assert say(folder, locale=asked).locale == found


def test_money_is_written_as_the_persons_own_region_does(folder: Path) -> None:
    put(folder, "p/leaving.en.j2", source(sms="{{ money(amount, currency) }}"))
    assert say(folder, locale="en-IN", amount="1234567").content.text == "$12,34,567.00"
    assert say(folder, locale="de", amount="1234567").content.text == "$1,234,567.00"


def _fixed() -> JinjaRenderer:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        put(root, "shared/layout.html.j2", LAYOUT)
        put(root, "shared/en.j2", SHARED)
        put(root, "p/leaving.en.j2", HEAD + source(head=""))
        return JinjaRenderer(root, firm="Acme", catalogue=CATALOGUE)


FIXED = _fixed()


def test_the_wordings_of_a_template_are_itself_and_its_variants_in_the_readers_language(folder: Path) -> None:
    put(folder, "shared/es.j2", SHARED)
    for name in ("leaving.es", "leaving@c.en", "leaving@b.en", "leaving@b.es", "leavings.en"):
        put(folder, f"p/{name}.j2", source(name.partition(".")[2]))
    said = renderer(folder)

    assert said.variants("p/leaving", "en-GB") == ("p/leaving", "p/leaving@b", "p/leaving@c")
    assert said.variants("p/leaving", "es-MX") == (
        "p/leaving",
        "p/leaving@b",
    )  # never one in another language
    assert said.variants("p/leaving", "fr") == ("p/leaving", "p/leaving@b", "p/leaving@c")
    assert said.variants("p/after_loss", "en") == ("p/after_loss",)
