"""The gallery of messages in real Chromium: every card measured, on a small phone and on a desk."""

from __future__ import annotations

from outreach.domain.scale import Channel
from tests.doors.browser.messages import WIDTHS, a_desk, a_gallery, looked_at
from tests.prove.figures import Figure, MissingPart
from tests.prove.ground import Ground
from tests.prove.strangers.parts import NoNode

FULL = ("usual", "longest")


def run(ground: Ground) -> dict[str, Figure]:
    """Every message at its longest, in full form as usual, too; the shipped templates of the clone."""
    folder = ground.place("gallery")
    desk = a_desk(folder / "desk", ground.root / "templates", ground.root / "rules")
    gallery = a_gallery(desk)
    values = FULL if ground.form == "full" else FULL[1:]
    try:
        seen = looked_at(folder, {"shipped": gallery}, values)
    except NoNode as without:
        raise MissingPart(f"{without}: the gallery is shown in Chromium, with playwright-core") from None
    wanted = len(gallery.cards) * len(WIDTHS) * len(values)
    of = f"cards in {len(gallery.locales)} languages, in Chromium {seen['browser']}"
    missing = sum(len(tags) for tags in gallery.missing.values())
    written = sum(card.channel is Channel.SMS for card in gallery.cards)
    return {
        "cards not looked at": Figure(wanted - seen["cards"], wanted, of),
        "overflows": Figure(len(seen["over"]), seen["cards"], of),
        "cards that run the wrong way": Figure(len(seen["turned"]), seen["cards"], of),
        "requests to others": Figure(len(seen["foreign"]), seen["cards"], of),
        "errors in the browser": Figure(len(seen["errors"]), seen["cards"], of),
        "messages missing in a language": Figure(missing, written + missing, "messages in languages"),
    }
