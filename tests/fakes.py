"""Fakes: small real implementations of the ports, kept in memory. No mock library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from outreach.domain.delivery import Accepted, Found, Has, HasNot, Question, SendResult
from outreach.domain.evaluate import evaluate
from outreach.domain.flag import FlagBatch
from outreach.domain.masks import PROBES_A_MASK, main_bits, mask_columns
from outreach.domain.message import Content, Message, Rendered
from outreach.domain.plan import Plan
from outreach.domain.scale import Channel
from outreach.domain.transfer import Transfer
from outreach.errors import RenderError
from tests.build import NOW


@dataclass
class FakeClock:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def tick(self, **length: float) -> None:
        """Move on by `timedelta(**length)`."""
        self.now += timedelta(**length)


@dataclass(eq=False)
class FakeSender:
    """A provider that says what it is told to say, then accepts; keeps every message it was handed."""

    channel: Channel
    results: list[SendResult] = field(default_factory=list)
    before: Callable[[Sequence[Message]], None] = lambda messages: None
    sent: list[Message] = field(default_factory=list)
    repeats_safely: bool = False
    settles_after: timedelta = timedelta(minutes=2)
    findings: list[Found] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    provider: str = ""

    @property
    def name(self) -> str:
        return self.provider or f"fake-{self.channel}"

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        self.before(messages)
        self.sent.extend(messages)
        return [self.results.pop(0) if self.results else Accepted(f"ref-{m.id}") for m in messages]

    def ask(self, questions: Sequence[Question]) -> Sequence[Found]:
        """What it was told to find; then, truly, whether the message is among those it was handed."""
        self.asked.extend(questions)
        return [self.findings.pop(0) if self.findings else self._find(q.message.id) for q in questions]

    def _find(self, message_id: str) -> Found:
        return Has(f"ref-{message_id}") if any(m.id == message_id for m in self.sent) else HasNot()


@dataclass
class FakeRenderer:
    """Says the template's name, the reference and what it was told of the transfer."""

    unsayable: frozenset[tuple[str, Channel]] = frozenset()
    wordings: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def variants(self, template: str, locale: str) -> Sequence[str]:
        return self.wordings.get(template, (template,))

    def render(self, template: str, channel: Channel, locale: str, context: Mapping[str, object]) -> Rendered:
        if (template, channel) in self.unsayable:
            raise RenderError(f"{template}: {channel} cannot be said")
        words = f"{template} {context['reference']} transfer={context['transfer']}"
        return Rendered(
            content=Content(text=words, title=template),
            locale=locale,
            template=f"{template}.{locale}.j2",
            template_sha256="a" * 64,
        )

    def text_of(self, template_sha256: str) -> str:
        return f"the text behind {template_sha256}"


@dataclass
class FakeCore:
    """A core system with these transfers; keeps what it was asked, and can be down."""

    known: dict[str, Transfer] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    is_down: bool = False

    def transfers(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
        return {ref: self.known[ref] for ref in refs if ref in self.known}

    def _ask(self, act: str, ref: str) -> None:
        if self.is_down:
            raise ConnectionError("down")
        self.asked.append((act, ref))

    def request_hold(self, ref: str, reason: str, call_id: str, seconds: int | None = None) -> None:
        self._ask("hold", ref)

    def request_release(self, ref: str, reason: str, call_id: str) -> None:
        self._ask("release", ref)

    def request_freeze(self, ref: str, reason: str, call_id: str) -> None:
        self._ask("freeze", ref)


@dataclass
class FakeFeed:
    """A feed of these batches; the cursor is the number of the last one pulled."""

    pages: Sequence[FlagBatch[pa.Table]]
    name: str = "fake"

    def batches(self, cursor: str | None) -> Iterator[FlagBatch[pa.Table]]:
        yield from self.pages[int(cursor or 0) :]

    def check(self) -> None:
        pass


class OracleMatcher:
    """Answers every probe with the plain evaluator: the second opinion on DuckDB."""

    def match(self, plan: Plan, batch: pa.Table, now: datetime) -> Iterator[pa.Table]:
        rows = batch.to_pylist()
        true_names, unknown_names = mask_columns(len(plan.probes))
        masks: dict[str, list[int]] = {name: [] for name in (*true_names, *unknown_names)}
        for row in rows:
            facts = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
            truths = [evaluate(probe, facts, now) for probe in plan.probes]
            for n, (true, unknown) in enumerate(zip(true_names, unknown_names, strict=True)):
                part = truths[n * PROBES_A_MASK : (n + 1) * PROBES_A_MASK]
                masks[true].append(sum(1 << i for i, t in enumerate(part) if t is True))
                masks[unknown].append(sum(1 << i for i, t in enumerate(part) if t is None))
        for name, values in masks.items():
            batch = batch.append_column(name, pa.array(values, pa.int64()))
        bits = main_bits(plan.mains)
        keep = [
            any((masks[true_names[n]][i] | masks[unknown_names[n]][i]) & bit for n, bit in enumerate(bits))
            for i in range(len(rows))
        ]
        yield batch.filter(pa.array(keep, pa.bool_()))


@dataclass
class FakeArchive:
    """An archive in memory, by pull."""

    kept: dict[str, pa.Table] = field(default_factory=dict)

    def write(self, table: pa.Table, *, pull_id: str, day: date) -> Path:
        self.kept[pull_id] = table
        return Path(f"{day}/{pull_id}")
