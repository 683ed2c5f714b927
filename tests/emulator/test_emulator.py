"""The emulator speaks with the SDK and with our senders, and its log tells what was accepted."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from outreach.adapters.fcm import FcmPush
from outreach.adapters.sendgrid import SendGridEmail
from outreach.adapters.transport import Patience, line
from outreach.adapters.twilio import TwilioSms
from outreach.domain.delivery import Accepted, CannotSay, Has, HasNot, Question, Refused, Unavailable, Unknown
from outreach.domain.message import Content, Message, reference
from outreach.domain.scale import Channel
from tests.adapters.subjects import account, sendgrid_account, twilio_account
from tests.emulator.fates import FATES, Fates
from tests.emulator.running import Emulator, emulator

HASTY = Patience(connect=2, silence=0.4)
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


def message(number: int, to: str = "", channel: Channel = Channel.SMS) -> Message:
    short = reference(number)
    return Message(
        id=f"{number:032x}",
        reference=short,
        channel=channel,
        to=to or f"+3460000{number:04d}",
        locale="ar",
        content=Content(text=f"أوقف التحويل. {short}", title="تنبيه", html=f"<p>«أوقف» {number}</p>"),
        thread=f"o{number}",
    )


def question(number: int) -> Question:
    return Question(message=message(number), since=LONG_AGO)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("calm") / "log", queued=600, activity=True) as made:
        yield made


def sdk(url: str) -> Client:
    client = Client("AC1", "secret", http_client=TwilioHttpClient(timeout=5), environment={"TWILIO_EDGE": ""})
    client.api.base_url = url
    return client


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_sdk_creates_lists_by_number_and_pages(calm: Emulator) -> None:
    client = sdk(calm.url)
    for n in range(5):
        made = client.messages.create(to="+34611111111", from_="+15550001111", body=f"words {n}")
        assert made.sid.startswith("SM")
    listed = client.messages.list(to="+34611111111", page_size=2)
    assert [row.body for row in listed] == [f"words {n}" for n in (4, 3, 2, 1, 0)]
    assert listed[0].date_sent is None
    assert listed[0].date_created is not None
    since = datetime(2001, 1, 1, tzinfo=UTC)
    assert client.messages.list(to="+34611111111", date_sent_after=since) == []
    with pytest.raises(TwilioRestException) as wrong:
        client.messages.create(to="nobody", from_="+15550001111", body="x")
    assert wrong.value.code == 21211
    client.http_client.session.close()


def test_our_senders_are_taken_and_the_log_holds_what_is_read(calm: Emulator) -> None:
    with line(4) as exchange:
        sms = TwilioSms(twilio_account(calm.url), exchange)
        push = FcmPush(account(f"{calm.url}/token"), exchange, lambda: LONG_AGO, base_url=calm.url)
        mail = SendGridEmail(sendgrid_account(calm.url), exchange)
        emails = [message(n, f"p{n}@people.example", Channel.EMAIL) for n in range(100, 130)]
        for sender, batch in (
            (sms, [message(n) for n in range(1, 20)]),
            (push, [message(n, "token", Channel.PUSH) for n in range(200, 210)]),
            (mail, emails),
        ):
            assert all(isinstance(result, Accepted) for result in sender.send_many(batch))
    taken = {entry["message"]: entry for entry in calm.accepted()}
    for one in emails:
        entry = taken[one.id]
        assert (entry["to"], entry["subject"]) == (one.to, one.content.title)
        assert (entry["text"], entry["html"]) == (one.content.text, one.content.html)
    assert taken[message(7).id]["text"] == message(7).content.text
    assert taken[message(205).id]["key"] == "o205"


def test_an_address_that_sendgrid_refuses_is_refused_alone(calm: Emulator) -> None:
    emails = [message(n, f"p{n}@people.example", Channel.EMAIL) for n in range(300, 310)]
    emails[4] = replace(emails[4], to="no@dots")
    with line(4) as exchange:
        results = SendGridEmail(sendgrid_account(calm.url), exchange).send_many(emails)
    assert [type(result) for result in results] == [Refused if n == 4 else Accepted for n in range(10)]
    taken = Counter(entry["message"] for entry in calm.accepted())
    assert [taken[one.id] for one in emails] == [0 if n == 4 else 1 for n in range(10)]


def test_our_senders_ask_it_and_find_their_own(calm: Emulator) -> None:
    numbers = [message(n, "+34622222222") for n in range(400, 520)]  # more than a page
    email = message(600, "p@people.example", Channel.EMAIL)
    with line(4) as exchange:
        sms = TwilioSms(twilio_account(calm.url), exchange)
        mail = SendGridEmail(sendgrid_account(calm.url, activity=True), exchange)
        refs = [result.ref for result in sms.send_many(numbers)]
        mail.send_many([email])
        found = sms.ask([Question(message=one, since=LONG_AGO) for one in (numbers[0], numbers[-1])])
        assert found == [Has(refs[0]), Has(refs[-1])]
        assert sms.ask([Question(message=message(999, "+34622222222"), since=LONG_AGO)]) == [HasNot()]
        ours, other = mail.ask([Question(message=one, since=LONG_AGO) for one in (email, message(601))])
        assert isinstance(ours, Has)
        assert other == HasNot()


def test_a_message_is_listed_only_after_its_lag(tmp_path: Path) -> None:
    with emulator(tmp_path / "log", lag=600, seed=1) as slow, line(1) as exchange:
        sms = TwilioSms(twilio_account(slow.url), exchange)
        assert isinstance(sms.send_many([message(1)])[0], Accepted)
        assert sms.ask([question(1)]) == [HasNot()]
        assert len(slow.accepted()) == 1


def test_what_it_took_is_never_unavailable_to_us_whatever_befalls_the_answer(tmp_path: Path) -> None:
    shares = {name: 0.09 for name in FATES if name != "well"}
    with emulator(tmp_path / "log", fates=shares, seed=3, seconds=0.6) as bad, line(40, HASTY) as exchange:
        batch = [message(n) for n in range(200)]
        results = TwilioSms(twilio_account(bad.url), exchange).send_many(batch)
        taken = Counter(str(entry["message"]) for entry in bad.accepted())
    kinds = Counter(type(result) for result in results)
    assert min(kinds[kind] for kind in (Accepted, Unknown, Unavailable)) > 0
    assert max(taken.values()) == 1
    for one, result in zip(batch, results, strict=True):
        assert taken[one.id] == 1 or not isinstance(result, Accepted)
        assert taken[one.id] == 0 or not isinstance(result, Unavailable | Refused)
    assert any(
        isinstance(result, Unavailable) and result.retry_after == timedelta(seconds=1) for result in results
    )


def test_asking_a_provider_that_misbehaves_never_finds_that_it_has_not(tmp_path: Path) -> None:
    shares = {name: 0.1 for name in FATES if name != "well"}
    with (
        emulator(tmp_path / "log", ask_fates=shares, seed=5, seconds=0.6) as bad,
        line(40, HASTY) as exchange,
    ):
        sms = TwilioSms(twilio_account(bad.url), exchange)
        assert all(isinstance(result, Accepted) for result in sms.send_many([message(n) for n in range(100)]))
        found = sms.ask([question(n) for n in range(100)])
    assert {type(one) for one in found} == {Has, CannotSay}


def test_the_log_outlives_the_process(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with emulator(log) as first, line(1) as exchange:
        TwilioSms(twilio_account(first.url), exchange).send_many([message(1)])
        first.process.kill()
    with emulator(log) as second, line(1) as exchange:
        assert isinstance(TwilioSms(twilio_account(second.url), exchange).ask([question(1)])[0], Has)
        assert httpx.get(f"{second.url}/health", trust_env=False).json() == {"accepted": 1}
    assert json.loads(log.read_text())["text"] == message(1).content.text


def test_the_same_seed_draws_the_same_fates() -> None:
    def drawn(seed: int) -> list[str]:
        fates = Fates.told(seed, ["close_after=0.2", "busy=0.3"])
        return [fates.draw() for _ in range(1000)]

    assert drawn(1) == drawn(1) != drawn(2)
    shares = Counter(drawn(1))
    assert 150 < shares["close_after"] < 250
    assert 250 < shares["busy"] < 350
    with pytest.raises(SystemExit, match="no fate"):
        Fates.told(1, ["luck=0.5"])


def test_what_is_accepted_late_is_accepted_also_when_nobody_waits_any_more(tmp_path: Path) -> None:
    with emulator(tmp_path / "log", late=2, late_share=1, seed=1) as slow, line(1, HASTY) as exchange:
        sms = TwilioSms(twilio_account(slow.url), exchange)
        assert isinstance(sms.send_many([message(1)])[0], Unknown)
        assert sms.ask([question(1)]) == [HasNot()]
        until = time.monotonic() + 20
        while not slow.accepted() and time.monotonic() < until:
            time.sleep(0.05)
        assert isinstance(sms.ask([question(1)])[0], Has)


def test_another_process_goes_on_with_its_log_at_its_port(tmp_path: Path) -> None:
    with emulator(tmp_path / "log") as first, line(1) as exchange:
        sms = TwilioSms(twilio_account(first.url), exchange)
        assert isinstance(sms.send_many([message(1)])[0], Accepted)
        first.process.kill()
        first.process.wait()
        second = first.again()
        try:
            assert isinstance(sms.ask([question(1)])[0], Has)
        finally:
            second.end()
