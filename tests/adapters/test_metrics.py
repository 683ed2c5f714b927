"""Metrics as Prometheus reads them: scraped over real HTTP, parsed by its own parser, nobody in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from outreach.adapters.metrics import Metrics
from outreach.domain.running import FeedLook, Process, Provider, Running, Waiting
from outreach.domain.scale import Channel
from outreach.domain.trouble import Sign, Trouble
from tests.build import NOW

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@dataclass(frozen=True, kw_only=True)
class Ended:
    """An attempt that ended."""

    channel: Channel = Channel.SMS
    provider: str = "twilio"
    result: str = "accepted"
    flagged_at: datetime = NOW
    due_at: datetime = NOW
    at: datetime = NOW
    seconds: float = 0.08
    is_first: bool = True


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


RUNNING = Running(
    at=NOW,
    queue={"due": Waiting(count=5, oldest=NOW - seconds(90)), "settling": Waiting(count=2)},
    in_doubt=Waiting(count=2, oldest=NOW - seconds(30)),
    closed={"expired": 3, "acknowledged": 7},
    too_late=2,
    feeds=(
        FeedLook(feed="risk", first_at=NOW - seconds(900), looked_at=NOW - seconds(9), failing_since=NOW),
    ),
    processes=tuple(
        Process(holder=f"{n}", role="daemon", version="1", started_at=NOW, beat_at=NOW - seconds(ago))
        for n, ago in enumerate((5, 61))
    ),
    providers=(
        Provider(
            channel="sms",
            provider="twilio",
            breaker="half_open",
            since=NOW,
            share=1.0,
            weight=0.25,
            tried=9,
            failed=3,
            answer_seconds=0.2,
        ),
    ),
)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(lambda: (RUNNING, [Trouble(sign=Sign.QUEUE_LATE)]))


def scrape(metrics: Metrics) -> Samples:
    with metrics.served(0) as port:
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
    answer.raise_for_status()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def at(samples: Samples, name: str, **labels: str) -> Any:
    return samples.get((name, tuple(sorted(labels.items()))))


def test_attempts_are_counted_by_channel_provider_and_result(metrics: Metrics) -> None:
    metrics.sent([Ended(), Ended(), Ended(result="unavailable", is_first=False)])
    samples = scrape(metrics)
    lane = {"channel": "sms", "provider": "twilio"}

    assert at(samples, "outreach_sends_total", **lane, result="accepted") == 2
    assert at(samples, "outreach_sends_total", **lane, result="unavailable") == 1
    assert at(samples, "outreach_send_seconds_count", provider="twilio") == 3


def test_the_share_that_was_warned_within_ten_seconds_can_be_read_off(metrics: Metrics) -> None:
    for lead, is_first, result in (
        (9.9, True, "accepted"),
        (10.1, True, "accepted"),
        (700, True, "accepted"),
        (1, False, "accepted"),
        (1, True, "unavailable"),
    ):
        flagged = NOW - seconds(lead)
        metrics.sent([Ended(flagged_at=flagged, is_first=is_first, result=result)])
    samples = scrape(metrics)

    assert at(samples, "outreach_lead_seconds_bucket", le="10.0") == 1
    assert at(samples, "outreach_lead_seconds_count") == 3


def test_a_clock_that_is_behind_counts_as_no_wait_and_breaks_nothing(metrics: Metrics) -> None:
    metrics.sent([Ended(flagged_at=NOW + seconds(5), due_at=NOW + seconds(5))])

    assert at(scrape(metrics), "outreach_lead_seconds_sum") == 0


def test_what_stages_hand_back_is_counted_under_closed_labels_only(metrics: Metrics) -> None:
    figures = Counter(
        {
            "waiting.quiet_hours": 2,
            "passed.sms.no_consent": 3,
            "settled.asked": 4,
            "read": 90,
            "quarantined": 5,
            "quarantined.bad_phone": 5,
            "skip.known to ana@example.com": 1,
            "sent.sms.pt-BR": 7,
            "warn": 6,
            "opened": 6,
        }
    )
    metrics.round("dispatch", figures)
    metrics.round("watch", ())
    samples = scrape(metrics)

    assert at(samples, "outreach_bars_total", verdict="held", reason="quiet_hours") == 2
    assert at(samples, "outreach_bars_total", verdict="barred", reason="no_consent") == 3
    assert at(samples, "outreach_settled_total", how="asked") == 4
    assert at(samples, "outreach_flag_lines_total", outcome="quarantined") == 5
    assert at(samples, "outreach_quarantined_total", reason="bad_phone") == 5
    assert at(samples, "outreach_decisions_total", verdict="warn") == 6
    assert at(samples, "outreach_rounds_total", stage="watch") == 1
    assert not any("ana@" in str(key) or "pt-BR" in str(key) for key in samples)


def test_the_whole_is_read_when_a_scrape_asks(metrics: Metrics) -> None:
    samples = scrape(metrics)
    lane = {"channel": "sms", "provider": "twilio"}

    assert at(samples, "outreach_queue", state="due") == 5
    assert at(samples, "outreach_oldest_due_seconds") == 90
    assert at(samples, "outreach_in_doubt_oldest_seconds") == 30
    assert at(samples, "outreach_closed_1d", reason="acknowledged") == 7
    assert at(samples, "outreach_too_late_1d") == 2
    assert at(samples, "outreach_daemons") == 1
    assert at(samples, "outreach_feed_unread_seconds", feed="risk") == 9
    assert at(samples, "outreach_feed_quiet_seconds", feed="risk") == 900
    assert at(samples, "outreach_feed_failing", feed="risk") == 1
    assert at(samples, "outreach_breaker_open", **lane) == 0.5
    assert at(samples, "outreach_provider_weight", **lane) == 0.25
    assert at(samples, "outreach_trouble", trouble="queue_late") == 1
    assert at(samples, "outreach_trouble", trouble="feed_silent") == 0


def test_where_the_ledger_cannot_be_read_counters_are_served_all_the_same() -> None:
    blind = Metrics(lambda: None)
    blind.sent([Ended()])
    samples = scrape(blind)

    assert at(samples, "outreach_lead_seconds_count") == 1
    assert at(samples, "outreach_oldest_due_seconds") is None


def test_a_port_that_is_taken_is_refused_and_one_that_is_given_back_is_free(metrics: Metrics) -> None:
    def ports() -> Iterator[int]:
        with metrics.served(0) as port:
            with pytest.raises(OSError, match="in use"), metrics.served(port):
                pass
            yield port

    for port in ports():
        taken = port
    with metrics.served(taken) as again:
        assert again == taken
