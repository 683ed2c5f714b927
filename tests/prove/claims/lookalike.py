"""Real scam texts scored by the look-alike check that our own messages must pass: both rates, with their n.

UCI's collection says "spam", not "smishing": premium-rate lures and prize claims of 2004 to 2011, in English.
The signs were chosen on the half of the texts whose hash is even; the figures are of the other half.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from outreach.adapters.renderer import Asked, look
from outreach.adapters.rulebook import load_catalogue
from outreach.domain.lookalike import likeness
from tests.prove.figures import Figure, MissingPart
from tests.prove.ground import Ground

TEXTS = "data/sms_spam/uci_sms_spam.tsv"


def run(ground: Ground) -> dict[str, Figure]:
    """The held-out half of the real texts, and every SMS and push of the clone at every worst case."""
    spam, ham = (_held_out(ground.shared / TEXTS, label) for label in ("spam", "ham"))
    rules = ground.root / "rules"
    asked = Asked(catalogue=load_catalogue(rules), firm="Firmenname12", rules=rules)
    own = look(ground.root / "templates", asked).likenesses
    return {
        "percent of real scam texts caught": _share(spam, "scam texts that the signs were not chosen on"),
        "percent of private texts flagged": _share(ham, "private texts that the signs were not chosen on"),
        "our own messages flagged": Figure(sum(o.is_close for o in own), len(own), "SMS and push texts"),
        "the highest score of our own": Figure(max(o.score for o in own), len(own), "SMS and push texts"),
    }


def _held_out(file: Path, label: str) -> list[str]:
    if not file.exists():
        raise MissingPart(f"no {TEXTS} in the shared records")
    lines = (line.partition("\t") for line in file.read_text("utf-8").split("\n") if "\t" in line)
    return [
        text for found, _, text in lines if found == label and hashlib.sha256(text.encode()).digest()[0] % 2
    ]


def _share(texts: list[str], of: str) -> Figure:
    caught = sum(likeness(text).is_close for text in texts)
    return Figure(round(100 * caught / len(texts), 2), len(texts), of)
