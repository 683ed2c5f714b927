"""What the answer page says besides: of a hold, its questions, a recovery case and a silent loss."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from starlette.applications import Starlette

from outreach.adapters.rulebook import kept_questionnaires
from outreach.domain import case_view
from outreach.domain.answer import QUIET, Answer, PageFacts
from outreach.domain.case_view import CaseView, FirmView
from outreach.domain.hold import AtEnd, HoldView
from outreach.domain.lookback import PATTERN
from outreach.domain.questionnaire import Asked, End, Reply, Stand
from outreach.domain.recovery_case import Stage
from outreach.domain.transfer import TransferStatus
from outreach.web import read_sayings
from outreach.web.case_page import CASE, CaseSection
from outreach.web.net import Net
from outreach.web.net_page import PAGE
from outreach.web.net_words import HOLD
from tests.doors.web_world import NOW

ROOT = Path(__file__).parents[3]
SHARED = ROOT / "templates" / "shared"
FOLDER = ROOT / "rules" / "questionnaires"
QUESTIONS = kept_questionnaires(
    {f"questionnaires/{path.name}": path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yml")}
)
COACHED = QUESTIONS["pig_butchering"]
LONG = "First Mutual Savings, Loan and Digital-Asset Custody Company of Llanfairpwllgwyngyllgogerych"

_HELD = {"transfer": TransferStatus.HELD, "hold": HoldView(ends_at=NOW + timedelta(hours=5, minutes=12))}
_LEFT = {"transfer": TransferStatus.SENT, "answered": Answer.ALREADY_SENT}
FACTS: dict[str, dict[str, object]] = {
    "hold": _HELD,
    "hold-cooling": _HELD,
    "hold-answered": {**_HELD, "answered": Answer.IT_IS_MINE},
    "hold-ended": {"hold": HoldView(ended_at=NOW - timedelta(hours=1))},
    "hold-coached": {**_HELD, "is_overlooked": True, "answers": QUIET},
    "asked-yes-no": _HELD,
    "asked-choice": _HELD,
    "asked-words": _HELD,
    "asked-quiet": {**_HELD, "is_overlooked": True, "answers": QUIET},
    **{f"asked-end-{end}": _HELD for end in End},
    "asked-closed": _HELD,
    "case-waiting": _LEFT,
    "case-back": _LEFT,
    "case-closed": _LEFT,
    "silent": {"pattern": PATTERN, "transfer": TransferStatus.SENT},
    "silent-answered": {"pattern": PATTERN, "transfer": TransferStatus.SENT, "answered": Answer.HELP_ME},
}
"""By state, what differs from a question about a pending transfer."""

CASES = {
    "case-waiting": CaseView(
        stage=Stage.WAITING,
        firms=(FirmView("", case_view.Asked.ASKED), FirmView(LONG, case_view.Asked.REFUSED)),
        until=NOW + timedelta(hours=20),
    ),
    "case-back": CaseView(
        stage=Stage.RECOVERING,
        firms=(FirmView(LONG, case_view.Asked.PARTIAL),),
        back={"USDT": Decimal("1234567890.123456789012345678"), "EUR": Decimal(3)},
    ),
    "case-closed": CaseView(stage=Stage.CLOSED),
}

_WHERE = {
    "asked-yes-no": Stand(COACHED.question("met"), None, 0),
    "asked-choice": Stand(COACHED.question("withdrawn"), None, 1),
    "asked-words": Stand(COACHED.question("why"), None, 2),
    "asked-quiet": Stand(QUESTIONS["quiet"].questions[0], None, 0),
    **{f"asked-end-{end}": Stand(None, end, 3) for end in End},
}


def suffix(state: str) -> str:
    """What stands behind the path of this state's page."""
    return PAGE if state.startswith("asked-") else ""


def asked(state: str, facts: PageFacts) -> Asked:
    """Where this state stands with its questions."""
    is_quiet = facts.is_overlooked
    return Asked(
        person=facts.person,
        locale=facts.locale,
        firm=facts.firm,
        reference=facts.reference,
        zone=facts.zone,
        is_overlooked=is_quiet,
        is_offered=state in ("hold", "hold-cooling", "hold-coached")
        or (state in _WHERE and "end" not in state),
        questionnaire=QUESTIONS["quiet"] if is_quiet else COACHED,
        stand=_WHERE.get(state),
        release_at=NOW + timedelta(hours=3) if state in ("hold-cooling", "asked-end-release") else None,
    )


class Questioner:
    """Where every message stands, and nothing that anybody answers is kept."""

    def __init__(self, facts: Mapping[str, tuple[str, PageFacts]]) -> None:
        self._facts = facts

    def asked(self, message: str, now: datetime) -> Asked | None:
        found = self._facts.get(message)
        return asked(*found) if found else None

    def reply(self, message: str, reply: Reply, now: datetime) -> Asked | None:
        return self.asked(message, now)


def mount(app: Starlette, facts: Mapping[str, tuple[str, PageFacts]]) -> None:
    """The safety net and the cases beside an answer page; `facts` by message, each with its state."""
    held, left = read_sayings(SHARED, HOLD, "en"), read_sayings(SHARED, CASE, "en")
    Net(asking=Questioner(facts), sayings=held, at_end=AtEnd.GOES, now=lambda: NOW).mount(app)
    CaseSection(look=lambda message: CASES.get(facts[message][0]), sayings=left, now=lambda: NOW).mount(app)
