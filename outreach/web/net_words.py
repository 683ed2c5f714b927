"""Which words the page needs under a hold, in every language that has them."""

from __future__ import annotations

from outreach.domain.hold import AtEnd
from outreach.domain.questionnaire import End
from outreach.web.sayings import Kind

_HOLD = ("until", "ended", "choose", "stop", "stop_then", "release", "release_then", "release_at")
_MORE = ("release_person", "questions", "nothing", *AtEnd)
_QUESTION = ("number", "yes", "no", "words", "send", "empty", "kept", "back")
_END = ("title", *End, "release_at", "closed")

HOLD = Kind(
    name="hold",
    keys=(
        *(f"hold.{part}" for part in (*_HOLD, *_MORE)),
        *(f"question.{part}" for part in _QUESTION),
        *(f"end.{part}" for part in _END),
        "quiet.link",
        "quiet.title",
    ),
    names=("firm", "reference", "until", "left", "at", "n"),
)
"""`hold.<locale>.toml`; a language without one is spoken to in the firm's own."""
