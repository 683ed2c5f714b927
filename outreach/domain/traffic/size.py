"""How many SMS parts a text takes, fast: it is asked of every message of a round."""

from __future__ import annotations

import re

from outreach.domain.message import GSM_BASIC, sms_size

_PLAIN = re.compile("[" + "".join(map(re.escape, sorted(GSM_BASIC))) + "]*")


def sms_parts(text: str) -> int:
    """As `sms_size(text).parts`, in a tenth of the time for texts without escaped or odd characters."""
    if _PLAIN.fullmatch(text):
        return 1 if len(text) <= 160 else -(-len(text) // 153)
    return sms_size(text).parts
