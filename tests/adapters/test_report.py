"""The HTML report: one file that stands alone, shows what was said, and runs none of it."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from outreach.adapters.report import HtmlReport
from outreach.domain.message import Content
from outreach.domain.report import PatternFigures, RunFigures, RunReport, Telling, tell
from outreach.domain.story import NoteRecord, Story
from tests.domain.story_builder import NOW, a_decision, a_flag, a_message, a_story, an_outreach

ARABIC = "من Acme: تحويلك يشبه احتيال «صديق الإنترنت»."
HOSTILE = (
    '"></iframe><script>alert(1)</script><img src=https://evil.example/x onerror=alert(2)>'
    "<a href='javascript:alert(3)'>x</a>{{ 7 * 7 }}\x1b[31m\u202e"
)


class Page(HTMLParser):
    """Every tag with its attributes, and the ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def warned(text: str = ARABIC, **content: str) -> Story:
    message = a_message(locale="ar", content=Content(text=text, **content))
    return a_story(
        flags=(a_flag(),), decisions=(a_decision(),), outreaches=(an_outreach(),), messages=(message,)
    )


def told(story: Story) -> Telling:
    return tell(story, NOW)


def a_run(**changes: object) -> RunFigures:
    figures = RunFigures(
        run="0c" * 16,
        started_at=NOW,
        finished_at=NOW,
        rulebook_sha256="ab" * 32,
        lines=10,
        read=8,
        quarantined=2,
        counts={"repeated": 1, "no_rule_held": 4},
        patterns=(
            PatternFigures(pattern="job_task", flags=8, verdicts={"warn": 2}, outreaches=2, messages=3),
        ),
        sent={("sms", "ar"): 2, ("push", "en"): 1},
        statuses={("sms", "delivered"): 2, ("push", "accepted"): 1},
        skips={"own wallet": 1, "episode_warned": 2},
        quarantine={"bad_phone": 2},
        bars={("barred", "no_contact"): 1},
        closes={"acknowledged": 1},
        shadow={("job_task/asked", "warn"): 7},
        outreaches=2,
        people=2,
        answered=1,
    )
    return replace(figures, **changes)  # type: ignore[arg-type]


def run_page(figures: RunFigures | None = None, samples: tuple[Telling, ...] = ()) -> str:
    report = RunReport(firm="Acme & Sons", figures=figures or a_run(), samples=samples, made_at=NOW)
    return HtmlReport().run(report)


def test_the_words_are_shown_as_sent_and_in_their_own_direction() -> None:
    page = HtmlReport().person(told(warned()))

    assert f'<p class="text" dir="auto">{ARABIC}</p>' in page
    assert 'lang="ar"' in page
    assert "Warned once about job_task" in page


def test_nothing_that_was_sent_or_noted_can_run_or_leave_its_place() -> None:
    story = replace(
        warned(HOSTILE, title=HOSTILE, html=f"<p>{HOSTILE}</p>"),
        user=HOSTILE,
        notes=(NoteRecord(at=NOW, actor=HOSTILE, text=HOSTILE),),
    )

    page = Page(HtmlReport().person(told(story)))

    assert page.all("script") == page.all("img") == page.all("a") == []
    assert len(page.all("iframe")) == 1
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)


def test_an_emails_own_html_stays_in_a_frame_without_any_right() -> None:
    page = Page(HtmlReport().person(told(warned(html="<p onclick='x()'>Hola</p>"))))

    (frame,) = page.all("iframe")
    assert frame["sandbox"] == ""
    assert frame["srcdoc"] == "<p onclick='x()'>Hola</p>"


@pytest.mark.parametrize("kind", ["person", "run"])
def test_a_report_needs_no_network_no_script_and_no_second_file(kind: str) -> None:
    story = told(warned(html="<p>Hola</p>"))
    text = HtmlReport().person(story) if kind == "person" else run_page(samples=(story,))

    page = Page(text)

    assert not {"script", "link", "img", "object", "embed", "base"} & {tag for tag, _ in page.tags}
    assert "url(" not in text
    assert "@import" not in text
    assert all((link["href"] or "").startswith("#") for link in page.all("a"))
    policy = next(m for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert (policy["content"] or "").startswith("default-src 'none'")


def test_no_control_character_of_a_text_reaches_the_page() -> None:
    page = HtmlReport().person(told(warned("a\x00b\x1b[31mc\u202ed")))

    assert not any(c in page for c in "\x00\x1b\u202e")


def test_a_revealed_report_says_that_it_is_one() -> None:
    story = told(warned())

    assert "in the audit" in HtmlReport().person(story, is_revealed=True)
    assert "in the audit" not in HtmlReport().person(story)


def test_a_person_without_anything_and_one_who_was_forgotten_still_have_a_page() -> None:
    page = HtmlReport().person(told(a_story(user=None, zone=None, known_since=None)))

    assert "A person who was forgotten" in page
    assert "Nothing is kept of this person." in page


def test_the_run_report_adds_up_and_says_every_reason_in_words() -> None:
    page = run_page()

    assert "Acme &amp; Sons" in page
    assert "Read 8 + quarantined 2 = 10 lines." in page
    assert "already warned about this, and nothing got worse since" in page
    assert "passed over: no address is known for it" in page
    assert "bad phone" in page
    assert "the person answered" in page


def test_every_sample_of_the_run_report_is_linked_to_its_history() -> None:
    stories = [replace(warned(), person=f"{n:032x}", user=f"u-{n}") for n in range(3)]

    page = Page(run_page(samples=tuple(told(story) for story in stories)))

    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    links = [(link["href"] or "").removeprefix("#") for link in page.all("a")]
    assert set(links) <= ids
    assert {f"p-{n:032x}" for n in range(3)} <= set(links)


def test_a_run_that_read_nothing_still_has_a_report() -> None:
    nothing = a_run(lines=0, read=0, quarantined=0, counts={}, patterns=(), sent={}, statuses={}, skips={},
                    quarantine={}, bars={}, closes={}, outreaches=0, people=0, answered=0)  # fmt: skip

    assert "None." in run_page(nothing)
