"""One line an episode: all that reports and comparisons ask of it, as it stands now."""

from __future__ import annotations

from outreach.domain.facts import FactType
from outreach.domain.outcomes.level import CURVE, WINDOWS, named

ABOUT = {
    "episode": FactType.TEXT,
    "person": FactType.TEXT,  # the pseudonymous id: one person counts once
    "pattern": FactType.TEXT,
    "rule": FactType.TEXT,
    "rule_set": FactType.TEXT,  # the hash of its version
    "verdict": FactType.TEXT,  # of the first decision that says most: warn, control, near_miss, skip …
    "urgency": FactType.TEXT,
    "score": FactType.SCORE,  # frozen at that decision, three decimals
    "score_model": FactType.TEXT,
    "cut_off": FactType.SCORE,
    "registration": FactType.TEXT,  # of the experiment that it was assigned in; NULL outside of one
    "design": FactType.TEXT,
    "arm": FactType.TEXT,
    "locale": FactType.TEXT,
    "country": FactType.TEXT,
    "opened_at": FactType.TIME,
}
"""Who and what, frozen at the decision."""

SAID = {
    "bar": FactType.TEXT,  # why nothing was ever sent, where nothing was
    "warned_at": FactType.TIME,  # first handed over
    "delivered_at": FactType.TIME,
    "seen_at": FactType.TIME,  # first sign of a human; machines do not count
    "answered_at": FactType.TIME,
    "answer": FactType.TEXT,
    "channel": FactType.TEXT,  # of the first message that was seen, else of the last handed over
    "template": FactType.TEXT,  # of the same, with its variant
    "messages": FactType.INTEGER,  # handed over
    "opted_out": FactType.BOOLEAN,  # within 30 days of a message of it
    "cost": FactType.MONEY,  # of its messages and calls, by the price table, in its currency
}
"""What was said, and what came back."""

MONEY = {
    "attempts": FactType.INTEGER,
    "first_attempt_at": FactType.TIME,
    "left_at": FactType.TIME,  # the first transfer of it that was made
    "abandoned_at": FactType.TIME,  # cancelled by the user, or lapsed, after the warning was seen
    "is_scam": FactType.BOOLEAN,  # by a list or an analyst, never by the user alone; NULL: nobody knows
    "said_scam": FactType.BOOLEAN,  # the user says so
    "false_alarm": FactType.BOOLEAN,  # an analyst's label says legitimate, or the user that it is theirs
    "exposed": FactType.MONEY,  # P0; all money is in the firm's outcome currency
    "held": FactType.MONEY,  # P1
    "recovered": FactType.MONEY,  # R
    **{f"abandoned_{named(window)}": FactType.MONEY for window in WINDOWS},  # P2; NULL until matured
    **{f"confirmed_{named(window)}": FactType.MONEY for window in WINDOWS},  # P3
    **{
        f"lost_{named(window)}": FactType.MONEY for window in CURVE
    },  # to a scam by a list or analyst; NULL: too soon
    "lost_at": FactType.TIME,
    "owner": FactType.TEXT,  # of the saving: one
    "beside": FactType.TAGS,  # co-interventions
    "contradicted": FactType.BOOLEAN,  # sources disagree; then what claims less stands
}
"""What became of the money."""

LINE = {**ABOUT, **SAID, **MONEY}
"""Every column, in order."""
