"""The words of the history: every value of every closed list, said so that a support agent can repeat it.

A core call's words never claim more than the core system has confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.answer import Answer, Grade, Via
from outreach.domain.calling import CallOutcome
from outreach.domain.consent import ALL, Program
from outreach.domain.decision import Reason, Verdict
from outreach.domain.delivery import Status
from outreach.domain.gate import Bar
from outreach.domain.ladder import Close
from outreach.domain.opened import Opener
from outreach.domain.scale import Channel
from outreach.domain.settling import How

Words = Mapping[str, str]


def say(words: Words, word: str) -> str:
    """The words for a stored word; one that this version does not know is shown as it is."""
    return words.get(word, word.replace("_", " "))


VERDICTS: Words = {
    Verdict.WARN: "To be warned about {pattern}",
    Verdict.CONTROL: "Not warned about {pattern}, as part of a registered experiment",
    Verdict.NEAR_MISS: "Near miss for {pattern}: watched, not warned",
    Verdict.SKIP: "Not warned about {pattern}",
    Verdict.UNDECIDED: "Undecided about {pattern}",
}

REASONS: Words = {
    Reason.HELD: "the rule's condition and cut-off hold",
    Reason.ASSIGNED: "the experiment put this person on this side",
    Reason.UNDER_CUT_OFF: "the score is under the rule's cut-off",
    Reason.EXCLUDED: "an exception of the rule applies",
    Reason.UNKNOWN_CONDITION: "a fact that the condition needs is unknown",
    Reason.UNKNOWN_EXCLUSION: "a fact that an exception needs is unknown",
    Reason.EPISODE_WARNED: "already warned about this, and nothing got worse since",
    Reason.OVERTAKEN: "a more severe warning for this person goes first",
    Reason.SAID_MINE: "the person checked it, said that it is theirs, and nothing got worse since",
    Reason.TRIED_AGAIN: "it is another transfer; an answer to the earlier warning does not count here",
    Reason.WORSE_SINCE: "it got worse since the person said that it is theirs",
}

CLOSES: Words = {
    Close.ACKNOWLEDGED: "the person answered",
    Close.EXHAUSTED: "every step was sent and nobody answered",
    Close.UNREACHABLE: "no step could be sent; a person must find another way",
    Close.SPARED: "the person was told enough lately; nothing more was sent",
    Close.EXPIRED: "it would have come too late to be of use",
    Close.TRANSFER_GONE: "the transfer was cancelled, so there is nothing left to warn about",
    Close.OVERTAKEN: "a more severe warning took over",
    Close.STOPPED: "somebody at the firm stopped it",
    Close.REJECTED: "it waited for approval, and the approver said no",
    Close.RAMPED: "it waited for its step of the rule's ramp until it was too late",
    Close.FORGOTTEN: "the person was forgotten",
}

BARS: Words = {
    Bar.NO_CONTACT: "no address is known for it",
    Bar.OPTED_OUT: "the person withdrew consent for it",
    Bar.NO_CONSENT: "it needs consent and none is recorded",
    Bar.EXEMPTION_USED: "without consent no more may be sent about one thing in so few days",
    Bar.SUPPRESSED: "the address is dead or was unsubscribed",
    Bar.HALTED: "an operator halted it",
    Bar.QUIET_HOURS: "it is night where the person is",
    Bar.NO_SENDER: "this installation does not send on it",
    Bar.OUT_OF_DATE: "what was written down was no longer true",
    Bar.NOT_SAYABLE: "the template lacked a fact that it must say",
    Bar.SPACED: "another warning went to this person shortly before",
    Bar.WISH: "the person asked to be reached in another way",
    Bar.WELFARE: "the person wrote of harming themselves: only people speak with them until somebody resumes",
    Bar.UNSAFE: "the person could not talk: somebody was listening",
    Bar.FATIGUE: "the person was sent as many messages as is good for anybody",
    Bar.COOL_DOWN: "every wording of it was sent to this person lately",
    Bar.STALE_TOKEN: "nobody has confirmed this device for a long time",
    Bar.OVERLOOKED: "somebody else reads the screen that it would show up on",
    Bar.CONTACT_TOO_NEW: "the address may be the thief's: none is known from before the change",
    Bar.NO_SENDER_PROFILE: "in that country an unregistered sender is shown as a likely scam, or blocked",
    Bar.BUSY: "the provider was handed as much as it may be",
    Bar.PROVIDER_DOWN: "the provider was failing",
    Bar.OVER_CAP: "the cap on SMS to that country or block of numbers was reached",
    Bar.OVER_SPEND: "the day's cap on spending was reached",
}

OVERRIDES: Words = {Bar.COOL_DOWN: ", but it could not wait and there is no other wording"}
"""Why a step was sent in spite of a bar, where that is not that a critical warning may pass it."""

KINDS: Words = {"bar": "gate", "core": "core system"}
"""Kinds of entries that support knows under another word."""

BAR_VERDICTS: Words = {"held": "held", "barred": "passed over", "overridden": "sent all the same"}

STATUSES: Words = {
    Status.QUEUED: "written down, not handed over yet",
    Status.RETRYING: "the provider was unavailable; it is tried again",
    Status.CANCELLED: "cancelled before any provider took it",
    Status.IN_DOUBT: "in doubt: the provider may have it",
    Status.ACCEPTED: "taken by the provider, no word on delivery",
    Status.SENT: "passed on to the network, no word on delivery",
    Status.UNDELIVERED: "not delivered: the network gave up",
    Status.REFUSED: "refused by the provider, never sent",
    Status.DELIVERED: "delivered",
}

RESULTS: Words = {
    "accepted": "taken",
    "refused": "refused for good",
    "unavailable": "unavailable, to be tried again",
    "unknown": "in doubt: it may have been taken",
}

SETTLED: Words = {
    How.ASKED: "the provider was asked, and has it",
    How.RECEIPT: "a receipt came: the provider has it",
    How.LATE: "it was only told late: the provider has it",
    How.NOT_TAKEN: "the provider was asked, and never took it",
    How.REPEATED: "nobody could say, and the rule would rather repeat it than lose it",
    How.HELD_FOR_HUMAN: "nobody could say: left to a person, not repeated",
    How.TOLD: "nobody could say at first; a person found out that it arrived",
    How.LEFT: "nobody could say, and the warning was over",
}

ATTEMPT_REASONS: Words = {
    "process_died": "our process died before it heard the provider's answer",
    "sender_broke": "a fault of ours while it was handed over",
    "no_result": "a fault of ours: the sender did not say what came of it",
}
"""Why an attempt is in doubt, where the reason is ours; a provider's own reason is shown as it is."""

GRADES: Words = {
    Grade.HANDED_OVER: "handed over",
    Grade.DELIVERED: "on the device or in the mailbox",
    Grade.MACHINE_OPENED: "opened by something, perhaps only a mail scanner",
    Grade.HUMAN_OPENED: "opened by a person",
    Grade.ANSWERED: "answered",
}

SOURCES: Words = {
    Opener.PAGE: "the answer page",
    Opener.HEAD: "a machine that asked whether the page is there",
    Opener.AFTER_HEAD: "a machine that had asked whether the page is there",
    Opener.PREFETCH: "a program that fetches ahead of a person",
    Opener.SCANNER: "a machine that names itself",
    Opener.AT_ONCE: "a machine, most likely: within seconds of the message's arrival",
    Opener.SEVERAL: "a machine, most likely: together with other links of the same person",
}
"""Where a sign of opening came from; providers' names stand as they are."""

ANSWERS: Words = {
    Answer.STOP_TRANSFER: "Stop the transfer",
    Answer.ALREADY_SENT: "I have already sent it",
    Answer.HELP_ME: "Help me",
    Answer.IT_IS_MINE: "I checked, it is mine",
    Answer.NOT_ME: "This was not me",
}

VIAS: Words = {
    Via.PAGE: "on the answer page",
    Via.REPLY: "by reply",
    Via.APP: "in the app",
    Via.AGENT: "to a person at the firm",
}

CONSENTS: Words = {
    "consent granted": "Consent given for",
    "consent withdrawn": "Consent withdrawn for",
    "exemption granted": "An exemption recorded for",
    "exemption withdrawn": "An exemption withdrawn for",
}
"""A row of the consent ledger, by basis and whether it was granted."""

PROGRAMS: Words = {
    Program.SECURITY: "warnings",
    Program.EDUCATION: "education",
    ALL: "warnings and education",
}

CHANNELS: Words = {
    Channel.PUSH: "push",
    Channel.SMS: "sms",
    Channel.EMAIL: "email",
    Channel.INBOX: "inbox",
    Channel.CALL: "call",
}

SCOPES: Words = {**CHANNELS, ALL: "every channel"}
"""What a row of the consent ledger is about."""

KEPT_HERE: Words = {
    Channel.CALL: "given to a person at the firm as a task",
    Channel.INBOX: "in the inbox, for the app to fetch",
}
"""What `accepted` means on the channels that no provider carries."""

OUTREACH_STATES: Words = {
    "pending": "decided, not released yet",
    "held": "waiting for approval",
    "ramp": "waiting for its step of the rule's ramp",
    "climbing": "under way",
    "settling": "waits to learn whether the provider has the message",
    "closed": "closed",
}

TASKS: Words = {
    "call": "call the person",
    "unreachable": "find another way to reach the person",
    "recovery": "open a recovery case",
    "case_late": "look at a recovery case: its first hour is over",
    "case_lead": "for the lead: a recovery case is late",
    "case_answer": "ask a firm again for its answer in a recovery case",
    "help": "call back: the person asked for help",
    "takeover": "lock the account and verify the person",
    "ask_core": "ask the core system by hand",
    "reminder": "see why the core system has not stopped the transfer",
    "in_doubt": "find out whether a message arrived",
    "reply": "read what the person wrote back",
    "repeat": "call the person: they try again while a transfer is on hold",
    "questions": "look at what the person answered before a hold is lifted",
    "welfare": "speak with the person now: they wrote of harming themselves",
    "report": "read what the person reported",
    "opt_out": "find out whether the person wants no more messages",
    "unreadable": "find out why what is stored cannot be opened",
}

TASK_STATES: Words = {"open": "open", "taken": "taken", "done": "done", "dropped": "dropped"}

TASK_CHANGES: Words = {
    "task.take": "Task taken",
    "task.give_back": "Task given back",
    "task.put_off": "Task put off",
    "task.done": "Task done",
    "task.dropped": "Task dropped",
    "task.reveal": "Phone number shown",
}

CALL_OUTCOMES: Words = {
    CallOutcome.REACHED_WARNED: "reached and warned",
    CallOutcome.REACHED_STOPPED: "reached: stop the transfer",
    CallOutcome.REACHED_SENT_ALREADY: "reached: has already sent it",
    CallOutcome.REACHED_MINE: "reached: checked, it is theirs",
    CallOutcome.REACHED_NOT_THEM: "reached: it was not them",
    CallOutcome.REACHED_COACHED: "reached, but somebody else was listening",
    CallOutcome.NO_ANSWER: "nobody answered",
    CallOutcome.BUSY: "the line was busy",
    CallOutcome.WRONG_NUMBER: "the number is somebody else's",
    CallOutcome.REFUSED: "did not want to talk",
    CallOutcome.UNSAFE_TO_TALK: "could not talk safely",
    "handled": "handled",
    "delivered": "the message had arrived",
    "not_delivered": "the message had not arrived",
    "too_late": "too late to be of use",
}
"""How tasks end; one that ended with its climb has that climb's reason."""

ACTS: Words = {
    "hold": "hold the transfer",
    "release": "release the transfer",
    "freeze": "freeze what can be frozen at the destination",
}

CORE_STATES: Words = {
    "due": "To be asked of the core system: {act}. It has not been asked yet.",
    "asked": "The core system was asked to {act}. It has not confirmed.",
    "confirmed": "The core system confirmed the request to {act}.",
    "refused": "The core system refused to {act}.",
    "dead": "The core system could not be asked to {act}: gave up. Ask it by hand.",
    "late": "The core system was asked to {act}, but the money had left.",
}


def core_words(state: str, act: str, *, is_answered: bool = False) -> str:
    """What may be said of a request to the core system in this state; `is_answered` where a later entry
    tells the answer."""
    what = say(ACTS, act)
    if is_answered:
        return f"The core system was asked to {what}."
    return CORE_STATES.get(state, "Request to the core system: {act}. Not confirmed.").format(act=what)


def status_words(channel: str, status: str) -> str:
    """What a message's status means on its channel."""
    if status == Status.ACCEPTED and channel in KEPT_HERE:
        return KEPT_HERE[channel]
    return say(STATUSES, status)


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
