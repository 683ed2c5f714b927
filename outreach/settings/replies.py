"""What people write back by SMS, and how far their word reaches."""

from __future__ import annotations

from datetime import date
from typing import Literal

from outreach.settings.section import Section


class RepliesSettings(Section):
    """Replies by SMS. `two_way`: our senders can be written to. `confirmed_by`: who answers STOP, START and
    HELP where they stand alone. `opt_out_scope`, from `all_from` on, is what a STOP ends:
    SMS of the program that was written about, or of every program."""

    two_way: bool = True
    confirmed_by: Literal["outreach", "provider"] = "outreach"
    opt_out_scope: Literal["program", "all"] = "all"
    all_from: date = date(2027, 1, 31)
