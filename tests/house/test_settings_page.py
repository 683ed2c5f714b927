"""docs/settings.md: every setting is there with its default, every secret is marked, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel, SecretStr

from outreach.settings import FileFeedSettings, HttpFeedSettings, Section, Settings, SqlFeedSettings
from tests.house.walls import ROOT

PAGE = ROOT / "docs/settings.md"
FEEDS = {"files": FileFeedSettings, "sql": SqlFeedSettings, "http": HttpFeedSettings}


def rows(part: str) -> dict[str, tuple[str, str]]:
    """The settings of one part of the page: name to default and meaning."""
    found = re.findall(r"^\| `([\w.]+)` \| (.*?) \| (.*) \|$", part, re.M)
    return {name: (default.strip("` "), meaning) for name, default, meaning in found}


def leaves(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, type[BaseModel], str]]:
    """Every setting of a model, those of its tables dotted."""
    for name, spec in model.model_fields.items():
        kind = spec.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            yield from leaves(kind, f"{above}{name}.")
        else:
            yield f"{above}{name}", model, name


PARTS = [
    (Settings, PAGE.read_text("utf-8").partition("## Feeds")[0]),
    *(
        (model, PAGE.read_text("utf-8").partition(f'`kind = "{kind}"`')[2].partition("`kind = ")[0])
        for kind, model in FEEDS.items()
    ),
]
UNWRITTEN = frozenset({"workspace", "kind"})
"""Where the settings themselves are read from, and what a feed's own heading says."""

MAY_HOLD_A_PASSWORD = frozenset({"database", "url"})
"""Addresses: masked wherever settings are shown, though most hold no secret."""


@pytest.mark.parametrize(("model", "part"), PARTS, ids=lambda value: getattr(value, "__name__", ""))
def test_the_page_lists_every_setting_and_no_other(model: type[BaseModel], part: str) -> None:
    assert rows(part).keys() == {name for name, _, _ in leaves(model)} - UNWRITTEN


@pytest.mark.parametrize(("model", "part"), PARTS, ids=lambda value: getattr(value, "__name__", ""))
def test_the_page_marks_every_secret_and_nothing_else(model: type[BaseModel], part: str) -> None:
    kinds = {name: str(owner.model_fields[field].annotation) for name, owner, field in leaves(model)}
    secret = {name for name, kind in kinds.items() if "SecretStr" in kind}
    marked = {name for name, (_, meaning) in rows(part).items() if "**secret.**" in meaning}

    assert secret - MAY_HOLD_A_PASSWORD == marked


@pytest.mark.parametrize(("model", "part"), PARTS, ids=lambda value: getattr(value, "__name__", ""))
def test_the_page_tells_each_default_as_it_is(model: type[BaseModel], part: str) -> None:
    for name, owner, field in leaves(model):
        spec = owner.model_fields[field]
        if name in UNWRITTEN or isinstance(spec.default, dict | tuple | SecretStr) or spec.default is None:
            continue
        told = rows(part)[name][0]
        if spec.is_required():
            assert told == "(needed)", name
        elif spec.default_factory is None:
            said = str(spec.default).lower() if isinstance(spec.default, bool) else str(spec.default)
            assert told == said, name
