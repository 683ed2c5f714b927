"""The renderer: `templates/` in, a message's words out; and what is wrong with them, told to their writer.

    files ─▶ grammar ─▶ library ─▶ renderer      (beside them: locales, formats, words; check)

A template is text with a few questions in it, not a program: no loops, filters, attributes or
arithmetic, so nothing it says can depend on more than the catalogue's facts, and nothing it does can cost.
"""

from outreach.adapters.renderer.check import Asked, Findings, check, counts, look
from outreach.adapters.renderer.codes import CODES
from outreach.adapters.renderer.renderer import JinjaRenderer
from outreach.adapters.renderer.served import served

__all__ = ["CODES", "Asked", "Findings", "JinjaRenderer", "check", "counts", "look", "served"]
