"""The gate: may this step be sent now? Asked at send time, answered with a reason."""

from outreach.domain.gate.asking import HALT_PAUSE, NOISELESS, gate, ungrounded
from outreach.domain.gate.bars import Bar, Barred, BarRow, Gate, Held, Open
from outreach.domain.gate.policy import Budget, Exemption, GatePolicy, Pace
from outreach.domain.gate.quiet import QuietHours, quiet_until
from outreach.domain.gate.senders import SenderProfile, SenderRules

__all__ = [
    "HALT_PAUSE",
    "NOISELESS",
    "Bar",
    "BarRow",
    "Barred",
    "Budget",
    "Exemption",
    "Gate",
    "GatePolicy",
    "Held",
    "Open",
    "Pace",
    "QuietHours",
    "SenderProfile",
    "SenderRules",
    "gate",
    "quiet_until",
    "ungrounded",
]
