"""Saying one card in every situation, by the renderer that warnings go out by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from outreach.adapters.gallery.cards import Card, Take
from outreach.adapters.gallery.marks import card_marks, take_marks
from outreach.domain.message import Content, Rendered, sms_size
from outreach.domain.scale import Channel
from outreach.errors import RenderError

Context = Mapping[str, object]


class Renderer(Protocol):
    """Says messages; the daemon's own fits."""

    def render(self, template: str, channel: Channel, locale: str, context: Context) -> Rendered:
        """The words, or RenderError."""
        ...


def compose(
    renderer: Renderer, template: str, channel: Channel, locale: str, contexts: Sequence[Context]
) -> Card:
    """The card: `contexts` are the situations', in order. What is not asked is not said twice."""
    saying = _Saying(renderer, template, channel, locale)
    cases = tuple(saying.case(context) for context in contexts)
    takes = tuple(saying.takes)
    return Card(
        template=template,
        locale=locale,
        channel=channel,
        takes=takes,
        cases=cases,
        marks=tuple(card_marks(takes, cases[0])),
    )


class _Heard(dict[str, object]):
    """A context that remembers what was asked of it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.asked: set[str] = set()

    def get(self, key: str, default: object = None) -> object:
        self.asked.add(key)
        return super().get(key, default)


@dataclass(slots=True)
class _Saying:
    renderer: Renderer
    template: str
    channel: Channel
    locale: str
    takes: list[Take] = field(default_factory=list)
    _asked: tuple[str, ...] = ()
    _by_values: dict[tuple[object, ...], int] = field(default_factory=dict)
    _by_words: dict[tuple[str, ...], int] = field(default_factory=dict)

    def case(self, context: Context) -> int:
        """Which take this context comes to; only what it asks of the context can make another one."""
        values = tuple(context.get(name) for name in self._asked)
        if values in self._by_values:
            return self._by_values[values]
        heard = _Heard(context)
        take = self._take(heard)
        index = self._index(take)
        if heard.asked - set(self._asked):
            self._asked = tuple(sorted(heard.asked | set(self._asked)))
            self._by_values.clear()
        self._by_values[tuple(context.get(name) for name in self._asked)] = index
        return index

    def _index(self, take: Take) -> int:
        words = (take.content.title, take.content.text, take.content.html, take.refusal)
        if words not in self._by_words:
            self._by_words[words] = len(self.takes)
            self.takes.append(take)
        return self._by_words[words]

    def _take(self, context: Context) -> Take:
        try:
            content = self.renderer.render(self.template, self.channel, self.locale, context).content
        except RenderError as error:
            return Take(content=Content(text=""), refusal=str(error))
        size = sms_size(content.text) if self.channel is Channel.SMS else None
        return Take(content=content, size=size, marks=tuple(take_marks(self.channel, content, size)))
