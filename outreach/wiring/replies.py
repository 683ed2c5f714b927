"""Replies: who acts on them, how far an opt-out reaches, and where the words of confirmations are."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from outreach.domain.replying import Scope, ScopeRule
from outreach.engine.replies import Replies, Take
from outreach.settings import Settings
from outreach.store.database import Store
from outreach.wiring import chance


def replies(settings: Settings, store: Store, take: Take) -> Replies:
    """The stage that reads replies; `take` takes an answer to a message."""
    said = settings.replies
    return Replies(
        store=store,
        take=take,
        new_id=chance.new_id,
        scope=ScopeRule(scope=Scope(said.opt_out_scope), all_from=said.all_from),
        provider_confirms=said.confirmed_by == "provider",
        default_locale=settings.default_locale,
        welfare_within=timedelta(minutes=settings.welfare.due_minutes),
    )


def sentences_folder(settings: Settings) -> Path:
    """The folder with the words of confirmations: the workspace's, or ours where it was made before them."""
    own = settings.at(settings.templates) / "shared"
    if any(own.glob("reply.*.toml")):
        return own
    packed = Path(str(files("outreach"))) / "_workspace" / "templates" / "shared"
    return packed if packed.is_dir() else Path(__file__).parents[2] / "templates" / "shared"
