"""The answer page in real Chromium, every state in every language: figures of what was found wrong."""

from __future__ import annotations

from outreach.domain.answer import Answer
from tests.doors.browser.driving import FEW, SPREAD, looked_at, pages
from tests.doors.browser.gallery import Gallery, message_of
from tests.doors.web_world import WORDS
from tests.prove.figures import Figure, MissingPart
from tests.prove.ground import Ground
from tests.prove.strangers.parts import NoNode


def run(ground: Ground) -> dict[str, Figure]:
    """Every page once (short: in a language of each kind), and each question opened `ground.n` times by a
    browser that presses nothing."""
    gallery, is_full = Gallery(), ground.form == "full"
    locales, further = (tuple(WORDS), tuple(WORDS)) if is_full else (SPREAD, FEW)
    try:
        seen = looked_at(gallery, ground.n, locales, further)
    except NoNode as without:
        raise MissingPart(
            f"{without}: the answer page is shown in Chromium, with playwright-core and axe"
        ) from None
    shown = len(pages(locales, further))
    of = f"pages in {len(locales)} languages, in Chromium {seen['browser']}"
    asked = {message_of(locale, "question") for locale in locales}
    pressed = len(locales) * len(Answer)
    return {
        "WCAG 2.2 AA violations": Figure(len(seen["axe"]), shown, of),
        "pages that scroll sideways": Figure(len(seen["wide"]), shown, of),
        "targets too small or without focus": Figure(len(seen["small"]) + len(seen["unfocused"]), shown, of),
        "requests to anybody else": Figure(len(seen["foreign"]) + len(seen["referred"]), shown, of),
        "responses without the safe headers": Figure(len(seen["bare"]), shown, of),
        "errors in the browser": Figure(len(seen["errors"]), shown, of),
        "answers that fail without scripts": Figure(
            pressed - sum(one[2] for one in seen["without_script"]), pressed, "answers with scripts off"
        ),
        "answered by who presses nothing": Figure(
            len(asked & set(gallery.answers)), len(seen["silent"]), "visits of a headless browser"
        ),
    }
