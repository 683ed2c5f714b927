"""What somebody reads at once who wrote of harming themselves: short, humane, and nothing that may not
hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.web.sayings import Kind, Sayings

COMFORT = Kind(
    name="welfare",
    keys=("title", "told", "unreachable", "now", "line", "sms", "sms_line"),
    names=("firm", "line"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comfort:
    """`lines` are the firm's own words on who to talk to, by country, "*" for any other; we invent none."""

    sayings: Sayings
    lines: Mapping[str, str]
    firm: str

    def line(self, country: str | None) -> str:
        """Who to talk to there; empty where the firm named nobody."""
        return self.lines.get(country or "", self.lines.get("*", ""))

    def sms(self, locale: str, country: str | None) -> str:
        """The whole of one SMS."""
        spoken = self.sayings.locale(locale)
        said = self.sayings.say(spoken, "sms", firm=self.firm)
        line = self.line(country)
        return f"{said} {self.sayings.say(spoken, 'sms_line', line=line)}" if line else said

    def paragraphs(self, locale: str, country: str | None, *, is_reachable: bool) -> tuple[str, ...]:
        """Title first, then what there is to say; plain text."""
        spoken = self.sayings.locale(locale)
        keys = ("title", "told" if is_reachable else "unreachable", "now")
        said = [self.sayings.say(spoken, key, firm=self.firm) for key in keys]
        line = self.line(country)
        return (*said, *([self.sayings.say(spoken, "line", line=line)] if line else ()))
