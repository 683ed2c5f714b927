"""One person through each of the four pillars, from the flag to the end, with the words they read."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.doors.life import Life, Page

pytestmark = pytest.mark.slow

PAYEE = "0x52908400098527886e0f7030069857d2e4169ee7"
NO_PROMISE = re.compile(r"\b(will be (refunded|returned)|guarantee\w*|you should have|your fault)\b", re.I)


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path / "firm")


def says(page: Page, *sentences: str) -> None:
    """It says each of these, and nothing that nobody may promise or reproach."""
    for sentence in sentences:
        assert sentence in page.says
    assert not NO_PROMISE.search(page.says)


def test_who_is_warned_in_time_stops_it_and_hears_only_what_the_core_confirmed(life: Life) -> None:
    life.core_says(status="pending")
    life.flagged()
    life.later()

    [push] = life.read("push")
    assert "Did someone you met online show you this investment?" in push
    assert "http" not in push
    assert not re.search(r"\d{5}", push)

    page = life.open()
    says(page, "An investment that someone you met online showed you", "the transfer had not left yet")
    assert "hold" not in page.says.lower()

    after = life.press(page, "Stop the transfer")
    says(after, "We have asked for the transfer to be stopped", "Until that is confirmed it may still leave")
    assert "is on hold" not in after.says

    life.later(seconds=5)
    assert life.core_was_asked() == ["hold", "hold"]  # the rule asks, then the person
    life.core_says(status="held")
    life.later(seconds=5)
    says(life.open(), "Your first answer counts: Stop the transfer", "The transfer is on hold.")

    life.later(days=3)
    assert (len(life.read("push")), life.read("sms"), life.read("email")) == (1, [], [])
    told = life.run("history", "user-0", "--reason", "a test")
    assert "answered “Stop the transfer” on the answer page" in told
    assert "confirmed the request to hold the transfer" in told


def test_under_a_hold_of_a_day_somebody_answers_questions_and_lets_it_go(life: Life) -> None:
    life.core_says(status="pending")
    life.flagged()
    life.later()
    life.later(seconds=5)
    assert life.core_was_asked() == ["hold"]
    assert not any("hold" in text for text in life.read("push"))

    end = life.now() + timedelta(hours=24)
    life.core_says(status="held", hold_expires_at=end.isoformat())
    life.later(minutes=3)
    [sms] = life.read("sms")
    assert "It is on hold." in sms

    page = life.open()
    says(page, "The transfer is on hold until", "You can do one of three things")
    says(page, "Stop it", "Let it go", "Do nothing", "After that the transfer may go")

    asked = life.follow(page, "Answer the questions")
    says(asked, "Have you met the person who showed you this investment face to face?")
    asked = life.press(asked, "No")
    says(asked, "Did anybody tell you what to answer to us?")
    asked = life.press(asked, "No")
    says(asked, "Have you taken money out of the site, to your own account?")
    asked = life.press(asked, "Yes, everything I had there")
    says(asked, "What is this transfer for?")
    told = life.press(asked, "Send", words="A car that I have seen and paid half of.")
    assert "has been lifted" not in told.says

    life.later(seconds=5)
    assert life.core_was_asked() == ["hold", "release"]
    assert "on hold until" in life.open().says  # nothing is said to be lifted before the core says so
    life.core_says(status="released")
    life.later(seconds=5)
    says(life.open(), "no longer on hold")

    sent = sum(len(life.read(channel)) for channel in ("push", "sms", "email", "inbox"))
    life.later(days=2)
    assert sum(len(life.read(channel)) for channel in ("push", "sms", "email", "inbox")) == sent


def test_who_has_already_sent_it_sees_each_step_of_the_case_until_it_is_closed(
    life: Life, tmp_path: Path
) -> None:
    life.core_says(status="pending")
    life.flagged()
    life.later()
    page = life.press(life.open(), "I have already sent it")
    says(page, "nobody can promise it", "Do not send anything more", "the next scam")
    says(page, "Our own payment system : we are asking them now.")

    life.later(seconds=10)
    assert life.core_was_asked() == ["hold", "freeze"]
    says(life.open(), "Our own payment system : asked. No answer yet.", "You need not do anything for that.")

    [case] = re.findall(r"^([0-9a-f]{8})  ", life.run("cases", "list"), re.M)
    life.act(case, "take")
    life.act(case, "answer", "--to", "core", "--says", "partial", "--amount", "4200", "--currency", "USD")
    life.act(case, "recover", "--amount", "4000", "--currency", "USD", "--source", "receiving firm")
    says(life.open(), "Confirmed as returned so far: 4,000 USD")
    life.act(case, "settle")
    life.act(case, "close")
    life.later(hours=1)

    [closing] = life.read("inbox")
    assert "fee" in closing
    says(life.open(), "This case is closed.", "for a fee. That is the next scam", "We never charge for this.")
    assert "closed, with the warning about recovery scams" in life.run("cases", "show", case)

    life.run("cases", "export", case, "--out", str(tmp_path / "pack"))
    assert "Every piece and every file has its hash." in life.run("cases", "verify", str(tmp_path / "pack"))


def test_who_lost_money_in_silence_is_found_when_the_address_turns_bad_and_helped_without_a_story(
    life: Life, tmp_path: Path
) -> None:
    life.core_says(status="sent")
    life.flagged(beneficiary=PAYEE, destination_chain="ethereum", transfer_state="sent", risk_score="10")
    life.later()
    assert not any(life.read(channel) for channel in ("push", "sms", "email", "inbox"))

    life.later(days=12)
    listed = tmp_path / "bad.csv"
    listed.write_text(f"chain,address,categories\nethereum,{PAYEE},pig_butchering\n", encoding="utf-8")
    life.run("addresses", "import", str(listed), "--source", "police")
    life.later(minutes=5)
    life.later(minutes=5)

    assert not any(life.read(channel) for channel in ("push", "sms", "email"))
    [message] = life.read("inbox")
    assert not NO_PROMISE.search(message)
    assert "scammed" not in message

    page = life.open()
    says(page, "You need not explain anything, and you can stop here at any time.", "do not call me")
    after = life.press(page, "Help me, without my having to explain", reach="inbox")
    says(after, "What happens next")
    assert "help" in life.run("tasks", "list")

    life.later(days=10)
    assert [len(life.read(channel)) for channel in ("push", "sms", "email", "inbox")] == [0, 0, 0, 1]
    assert "1 addresses are not listed any more" in life.run(
        "addresses", "withdraw", "police", "--reason", "a mistake"
    )
