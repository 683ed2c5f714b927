"""What each figure of the outcome report counts, in the words that stand beside it wherever it goes."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.outcomes.level import LAG, WINDOWS, Level

_DAYS = ", ".join(str(window.days) for window in WINDOWS)

LEVELS: Mapping[Level, tuple[str, str]] = {
    Level.P0: (
        "exposed",
        "The most that was attempted at once in an episode, at most the balance available then. It is not"
        " prevented: most of it was never going to be lost.",
    ),
    Level.P1: ("held", "Stopped by a hard control of the core system. The warning claims none of it."),
    Level.P2: (
        "abandoned after a seen warning",
        "Cancelled by the person, or let lapse, after a warning that a person saw, less whatever they sent to"
        f" the same or another suspicious destination, by any rail, within {_DAYS} days. It counts once an"
        f" episode, when its window and {LAG.days} days for late facts have gone by.",
    ),
    Level.P3: (
        "abandoned, and a scam confirmed",
        "That part of P2 whose destination a list, an analyst or the person confirmed to be a scam.",
    ),
    Level.P4: (
        "caused by the warning",
        "What people who were warned lost less than people who were not, by an experiment registered"
        " beforehand and analysed by intention to treat, with its interval. True only of whom it says.",
    ),
    Level.R: ("recovered", "Money that came back, net of corrections. It is in no level above."),
}

NEVER_ADDED = (
    "The levels say different things of the same money: they are never added up, and nothing here adds them."
)

FUNNEL: Mapping[str, tuple[str, str, str]] = {
    "flagged": ("flagged", "", "Episodes in which some rule had something to say of a flag."),
    "near_miss": ("near misses", "flagged", "Under the cut-off: recorded, never messaged."),
    "control": ("control arm", "flagged", "Inside a registered experiment, not warned, or not yet."),
    "eligible": (
        "eligible",
        "flagged",
        "Episodes in which a rule wanted to warn, at once or after a wait list's day.",
    ),
    "sent": ("sent", "eligible", "At least one message was handed over, or a call reached the person."),
    "delivered": ("delivered", "sent", "A provider or a device confirmed at least one of them."),
    "seen": ("seen", "sent", "A human sign: opened by a person, or answered. Machines do not count."),
    "answered": ("answered", "sent", "The person answered. Only this acknowledges a warning."),
    "abandoned": ("abandoned", "sent", "Cancelled or let lapse after the warning was seen; no money left."),
    "continued": ("continued", "sent", "Money left after the warning had been handed over."),
    "confirmed": ("confirmed scams", "sent", "A list or an analyst confirmed it; never the user alone."),
}
"""Title, of what it is a share, and definition."""

GATED = "A rule wanted to warn, and nothing was handed over, for this reason."

TOO_LATE = (
    "Of episodes in which a rule wanted to warn and money left, the share in which it left before the first"
    " warning was handed over, or without one. Of what no feed tells, nothing is known."
)
LEAD = "From the first warning handed over until the money left, where it left later: the median; and tenths."

LOST = (
    "Warned episodes whose person lost money within this time of its opening to a scam that a list or an"
    " analyst confirmed; only those whose time has gone by. It says nothing of what warnings changed."
)
FALSE_ALARMS = (
    "Of warned episodes of which somebody said what they were: an analyst that it was legitimate, or the"
    " person that it is theirs. Who says nothing is in neither."
)
OPTED_OUT = "Warned episodes after whose message the person opted out of a channel within 30 days."
TIRED = "How a person's first, second and later warnings in this time were met."
NTH = ("first", "second", "third or later")
"""Which of a person's warnings in this time it was."""
COST = "Of messages and calls, by the price table of the settings; what has no price there counts nothing."
PER_UNIT = "What was spent for each unit of money at this level. Of P3 it says nothing of cause."
PER_PREVENTED = (
    "What messages and calls cost, for those who were to be warned more than for the others, by the price"
    " table, for each unit that this prevented. The interval is that of what was prevented."
)
CONTRADICTED = "Episodes of which sources disagree: what claims less stands."
UNRECKONED = (
    "Episodes that the ledger has not looked at yet, which the daemon does within minutes: of their money and"
    " of labels nothing is known here."
)

ARM = (
    "People who were assigned to this arm, each once and whatever was delivered; to how many of those whose"
    " window has closed it happened."
)
CHECK = "A check that travels with the figure. Where one that withholds fails, no figure is told."
