"""The words of recovery cases, as people at the firm read them. None claims what nobody confirmed."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.recovery_case import Act, No, Refused, Stage

Words = Mapping[str, str]

CASES: Words = {
    "already_sent": "the person said that the money has been sent",
    "left_before_the_hold": "the money had left before the core system could hold it",
    "report": "the person reported a scam to which money had gone",
    "confirmed_loss": "it was confirmed that money had gone to a scam",
    "silent_loss": "the place that money had gone to has turned out to be a scam's",
}
"""What opened a recovery case."""

STAGES: Words = {
    Stage.OPENED: "opened: nobody has looked at it",
    Stage.GATHERING: "somebody finds out what left, and where to",
    Stage.FREEZING: "firms are being asked to stop it",
    Stage.WAITING: "every firm was asked; answers are awaited",
    Stage.RECOVERING: "a firm said yes, or something came back",
    Stage.SETTLED: "settled: nothing more is expected",
    Stage.CLOSED: "closed, with the warning about recovery scams",
    Stage.REOPENED: "opened again",
}

STEPS: Words = {
    "open": "Recovery case opened",
    Act.ADD_TRANSFER: "A transfer joined the case",
    Act.TAKE: "Case taken",
    Act.NOTE: "Note on the case",
    Act.ASK_FREEZE: "Freeze requests written down",
    Act.FREEZES_OUT: "Every firm has been asked",
    Act.ANSWER_YES: "A firm answered: stopped, all or a part",
    Act.ANSWER_NO: "A firm answered: not stopped",
    Act.MONEY_BACK: "Money came back",
    Act.ESCALATE: "Escalated: a mark of the clock went by",
    Act.SETTLE: "Case settled",
    Act.CLOSE: "Recovery case closed, with the warning about recovery scams",
    Act.REOPEN: "Case opened again",
}

FREEZES: Words = {
    "due": "to be asked; not asked yet",
    "asked": "asked; no answer yet",
    "refused": "its machine refused the request: ask by hand, or replay it",
    "dead": "could not be asked: gave up; ask by hand, or replay it",
    "unsent": "a message to copy: not sent yet",
}

ANSWERS: Words = {
    "accepted": "it says that it has stopped all of it",
    "partial": "it says that it has stopped a part",
    "refused": "it says no",
}


def why_not(refused: Refused, act: str, stage: str) -> str:
    """Why an act was not done, and what to do."""
    match refused.no:
        case No.NOT_FROM_HERE:
            return f"A case that is {stage} is not moved by {act}: see `outreach cases show`."
        case No.NOT_YOURS:
            return f"Only {' or '.join(refused.roles)} may do this here ([cases] leads in the settings)."
        case No.NO_NEW_FACT:
            return "A closed case is opened again only by something new, that it was not opened for before."
        case No.NO_WARNING:
            return "A case is not closed without the warning about recovery scams."
