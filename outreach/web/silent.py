"""What the answer page says besides to somebody who lost money in silence: help without a story, and a choice
of how to be reached."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from outreach.domain.answer import Answer, PageFacts
from outreach.domain.lookback import PATTERN
from outreach.domain.problem import Problem
from outreach.domain.wish import Wish

NAME = "silent"
SAID = (Answer.HELP_ME, Answer.ALREADY_SENT, Answer.IT_IS_MINE, Answer.NOT_ME)
KEYS = frozenset(("review", "about", "question", "no_need", *SAID, "how", *Wish, "keep", "kept"))
"""What a language's file must say, and no more."""

Say = Callable[[str], str]


def applies(facts: PageFacts) -> bool:
    """Whether the page speaks so: not where somebody else reads along."""
    return facts.pattern == PATTERN and not facts.is_overlooked


def read_silent(folder: Path, problems: list[Problem]) -> Mapping[str, Mapping[str, str]]:
    """By locale, the texts of every `silent.<locale>.toml`, under `silent.`; what is wrong is added."""
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(folder.glob(f"{NAME}.*.toml")):
        locale = path.name.removeprefix(f"{NAME}.").removesuffix(".toml")
        try:
            texts = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            problems.append(_wrong(path, f"cannot be read: {error}"))
            continue
        if wrong := sorted(KEYS ^ {key for key, text in texts.items() if isinstance(text, str) and text}):
            problems.append(_wrong(path, f"missing, empty or not known: {', '.join(wrong)}"))
        found[locale] = {f"{NAME}.{key}": str(text) for key, text in texts.items()}
    return found


def _wrong(path: Path, message: str) -> Problem:
    return Problem(
        file=str(path), line=0, column=1, code="W003", message=message, hint="every language says everything"
    )


def question(say: Say) -> str:
    """The question, and that nothing need be explained."""
    return f"<h2>{say(f'{NAME}.question')}</h2>\n<p>{say(f'{NAME}.no_need')}</p>"


def choice(say: Say) -> str:
    """How to be reached, as part of a form: nothing is chosen beforehand."""
    options = "\n".join(
        f'<p><label><input type="radio" name="reach" value="{wish}"> {say(f"{NAME}.{wish}")}</label></p>'
        for wish in Wish
    )
    return f"<fieldset>\n<legend>{say(f'{NAME}.how')}</legend>\n{options}\n</fieldset>"


def keep_button(say: Say) -> str:
    """Keeps the choice and answers nothing."""
    return f'<button name="keep" value="reach">{say(f"{NAME}.keep")}</button>'


def choice_form(say: Say) -> str:
    """The choice by itself, once something is answered."""
    return f'<form method="post" autocomplete="off">\n{choice(say)}\n{keep_button(say)}\n</form>'


def kept(say: Say) -> str:
    """That a choice was noted."""
    return f"<p><strong>{say(f'{NAME}.kept')}</strong></p>"
