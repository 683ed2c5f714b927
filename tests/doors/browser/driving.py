"""Driving Chromium over the gallery: what to look at, and what was found."""

from __future__ import annotations

import html
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from outreach.domain.answer import Answer
from tests.doors.browser.gallery import PRESSED, STATES, Gallery, link, served
from tests.doors.browser.more_states import FACTS
from tests.doors.web_world import NOW, WORDS
from tests.prove.strangers.parts import NoNode, node_modules

PARTS = ("playwright-core@1", "axe-core@4")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 2_400
SPREAD = ("de", "ru", "ar", "hi", "zh-Hans")
"""A language of each kind: long words, other scripts, from the right, without blanks. The full form of a
proof looks at every language."""
FEW = ("ar",)
"""Of them, for what is built like the rest: holds and their questions, cases, silent losses."""
SHOTS = "OUTREACH_SHOTS"
"""Where set, a folder for a picture of every page, to look at."""


def page(locale: str, name: str, path: str, *press: str) -> dict[str, Any]:
    """One page of the plan, and what is pressed in each of its tabs."""
    return {"name": f"{locale} {name}", "locale": locale, "path": path, "press": press}


PRESS = {"pressed": ("already_sent",), "second": ("it_is_mine", "stop_transfer")}


def pages(locales: Sequence[str] = SPREAD, further: Sequence[str] = FEW) -> list[dict[str, Any]]:
    """Every state in these languages (of the safety net, a case and a silent loss in the `further` ones), and
    what is no valid link."""
    late = {"expires_at": NOW - timedelta(hours=1)}
    shown = [
        page(locale, state, link(locale, state), *PRESS.get(state, ()))
        for locale in locales
        for state in STATES
        if state not in PRESSED and (locale in further or state not in FACTS)
    ]
    gone = [page(locale, "expired", link(locale, "question", **late)) for locale in locales]
    return [*shown, *gone, *(page(locale, "unknown", "/a/nothing") for locale in locales)]


def scriptless(locales: Sequence[str]) -> list[dict[str, Any]]:
    """Every answer in these languages, with scripts switched off, and what must be read then."""
    return [
        {
            "name": locale,
            "path": link(locale, f"answer-{answer}"),
            "value": answer.value,
            "says": [html.escape(WORDS[locale].texts[key]) for key in ("page.thanks", f"answers.{answer}")],
        }
        for locale in locales
        for answer in Answer
    ]


def looked_at(
    gallery: Gallery, machines: int, locales: Sequence[str] = SPREAD, further: Sequence[str] = FEW
) -> dict[str, Any]:
    """What Chromium finds in every page, each opened by so many machines, too. Raises NoNode where a part is
    missing."""
    chromium = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    if chromium is None:
        raise NoNode("no Chromium here: apt-get install chromium")
    modules = node_modules(*PARTS)
    with served(gallery) as base:
        plan = {
            "chromium": chromium,
            "base": base,
            "shots": os.environ.get(SHOTS),  # noqa: TID251  # a person asks for pictures
            "pages": pages(locales, further),
            "scriptless": scriptless(locales),
            "silent": [link(locale, "question") + "?answer=help_me" for locale in locales] * machines,
        }
        return driven(plan, modules)


def driven(plan: dict[str, Any], modules: Path) -> dict[str, Any]:
    """The plan, driven; its findings."""
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("drive.cjs"))],
        input=json.dumps(plan),
        env={**os.environ, "NODE_PATH": str(modules)},  # noqa: TID251  # node's own way to find packages
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
