"""A trial run reaches nobody who is not on the list."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.safety import AllowListed, Discard
from outreach.domain.delivery import Accepted, SendResult
from outreach.domain.message import Content, Message
from outreach.domain.scale import Channel
from outreach.errors import SettingsError


class Noting:
    channel = Channel.EMAIL

    def __init__(self, name: str) -> None:
        self.name = name
        self.took: list[str] = []

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        self.took += [message.to for message in messages]
        return [Accepted(f"{self.name}/{message.reference}") for message in messages]


def message(to: str, reference: str = "R") -> Message:
    return Message(
        id="1" * 32, reference=reference, channel=Channel.EMAIL, to=to, locale="en", content=Content(text="x")
    )


def sorted_out(live: list[str], to: list[str]) -> tuple[list[str], list[str]]:
    real, kept = Noting("real"), Noting("outbox")
    AllowListed(real, kept, live).send_many([message(one) for one in to])
    return real.took, kept.took


@pytest.mark.parametrize(
    ("live", "to", "reaches"),
    [
        (["me@firm.example"], "me@firm.example", True),
        (["me@firm.example"], "ME@Firm.example", True),
        (["me@firm.example"], "some@firm.example", False),
        (["me@firm.example"], "me@firm.example.evil", False),
        (["me@firm.example"], "meXfirm.example", False),
        (["*@firm.example"], "anyone@firm.example", True),
        (["*@firm.example"], "anyone@sub.firm.example", False),
        (["*@firm.example"], "anyone@firmxexample", False),
        (["*@firm.example"], "a@firm.example\n@x.example", False),
        (["+3460000*"], "+34600001234", True),
        (["+3460000*"], "+34600011234", False),
        ([" +34600000000 "], "+34600000000", True),
        ([], "me@firm.example", False),
        ([""], "me@firm.example", False),
    ],
)
def test_only_who_is_listed_is_written_to(live: list[str], to: str, reaches: bool) -> None:
    if live == [""]:
        with pytest.raises(SettingsError):
            sorted_out(live, [to])
        return
    assert sorted_out(live, [to]) == (([to], []) if reaches else ([], [to]))


@given(st.lists(st.sampled_from(["a@in.example", "b@out.example"]), max_size=30))
def test_results_come_in_the_order_of_the_messages(to: list[str]) -> None:
    real, kept = Noting("real"), Noting("outbox")
    sender = AllowListed(real, kept, ["*@in.example"])
    results = sender.send_many([message(one, str(place)) for place, one in enumerate(to)])
    expected = [f"{'real' if one == 'a@in.example' else 'outbox'}/{place}" for place, one in enumerate(to)]
    assert [result.ref for result in results if isinstance(result, Accepted)] == expected


def test_a_pattern_for_everybody_is_refused() -> None:
    with pytest.raises(SettingsError) as refusal:
        AllowListed(Noting("real"), Noting("outbox"), ["*", "a@b.example", "**"])
    assert len(refusal.value.problems) == 2


def test_it_goes_by_the_name_of_the_sender_behind_it() -> None:
    sender = AllowListed(Noting("twilio"), Noting("outbox"), [])
    assert (sender.name, sender.channel) == ("twilio", Channel.EMAIL)


def test_a_dry_run_takes_every_message_and_keeps_none() -> None:
    sender = Discard(Channel.SMS)
    assert sender.send_many([message("a@b.example", "A"), message("c@d.example", "B")]) == [
        Accepted("discard/A"),
        Accepted("discard/B"),
    ]
