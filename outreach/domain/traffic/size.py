"""How many SMS parts a text takes, fast: it is asked of every message of a round."""

from __future__ import annotations

import re

from outreach.domain.message import GSM_BASIC, GSM_EXTENDED, sms_size

_PLAIN = re.compile("[" + "".join(map(re.escape, sorted(GSM_BASIC))) + "]*")
_GSM = re.compile("[" + "".join(map(re.escape, sorted(GSM_BASIC | GSM_EXTENDED))) + "]*")


def sms_parts(text: str) -> int:
    """As `sms_size(text).parts`, in a tenth of the time for texts in which no character takes two units."""
    if _PLAIN.fullmatch(text):
        return 1 if len(text) <= 160 else -(-len(text) // 153)
    if max(text) <= "\uffff" and not _GSM.fullmatch(text):  # UCS-2, and no surrogates
        return 1 if len(text) <= 70 else -(-len(text) // 67)
    return sms_size(text).parts
