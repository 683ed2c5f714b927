"""What the page says next: honestly, and nothing where somebody reads along."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

import pytest

from outreach.domain.answer import QUIET, Answer
from outreach.web.words import AFTER_LOSS, AFTER_TAKEOVER
from tests.doors.web_world import NOW, WORDS, MemoryFeedback, client, page_facts, token

CALL = NOW + timedelta(minutes=25)


@pytest.mark.parametrize("locale", sorted(WORDS))
def test_who_asks_for_help_is_told_until_when_somebody_is_to_call(locale: str) -> None:
    feedback = MemoryFeedback(facts=page_facts(locale=locale, call_by=CALL, zone="Africa/Lagos"))
    page = client(feedback).post(f"/a/{token()}", data={"answer": "help_me"}).text
    page = "".join(str(unicodedata.digit(sign, sign)) for sign in page)  # whatever digits the language has
    assert re.search("(13|1)[:h.]25", page)
    assert "+01:00" in page


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=1)])
def test_a_call_that_should_have_been_made_is_not_promised_again(late: timedelta) -> None:
    feedback = MemoryFeedback(facts=page_facts(call_by=NOW - late))
    page = client(feedback).post(f"/a/{token()}", data={"answer": "help_me"}).text
    assert "is to call you" not in page
    assert "at any hour" in page


def test_after_a_loss_the_page_tells_the_first_hours_one_thing_after_the_other() -> None:
    page = client(MemoryFeedback()).post(f"/a/{token()}", data={"answer": "already_sent"}).text
    assert [page.index(WORDS["en"].texts[f"steps.{step}"]) for step in AFTER_LOSS] == sorted(
        page.index(WORDS["en"].texts[f"steps.{step}"]) for step in AFTER_LOSS
    )
    assert "nobody can promise it" in page


def test_who_says_that_it_was_not_them_is_told_what_to_do_now() -> None:
    page = client(MemoryFeedback()).post(f"/a/{token()}", data={"answer": "not_me"}).text
    assert all(WORDS["en"].texts[f"steps.{step}"] in page for step in AFTER_TAKEOVER)


QUIETLY = {"is_overlooked": True, "answers": QUIET, "pattern": "support_impersonation", "call_by": CALL}


@pytest.mark.parametrize("locale", sorted(WORDS))
def test_where_somebody_reads_along_no_page_tells_what_it_is_about_or_what_was_answered(locale: str) -> None:
    pages = set()
    for answer in QUIET:
        feedback = MemoryFeedback(facts=page_facts(locale=locale, **QUIETLY))
        web = client(feedback)
        shown = web.get(f"/a/{token()}").text
        answered = web.post(f"/a/{token()}", data={"answer": answer.value}).text
        again = web.get(f"/a/{token()}").text
        pages |= {answered, again}
        loud = [
            t
            for k, t in WORDS[locale].texts.items()
            if k.startswith(("answers.", "next.", "transfer.", "steps."))
        ]
        loud += [WORDS[locale].pattern("support_impersonation"), WORDS[locale].texts["page.thanks"]]
        assert not any(text in page for text in loud for page in (shown, answered, again))
        assert feedback.answers[0][0] is answer
    assert len(pages) == 1  # help and "not me" end on the very same page, now and when it is opened again


def test_where_somebody_reads_along_no_other_answer_is_taken() -> None:
    feedback = MemoryFeedback(facts=page_facts(**QUIETLY))
    for answer in set(Answer) - set(QUIET):
        page = client(feedback).post(f"/a/{token()}", data={"answer": answer.value})
        assert page.status_code == 409
    assert feedback.answers == []
