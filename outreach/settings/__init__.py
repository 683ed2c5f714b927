"""Settings: `outreach.toml` and the environment in, one frozen value out. The only reader of the environment.

Places and secrets only: behaviour is in `rules/` and `templates/`. Everything in the file can be set by an
environment variable too (`OUTREACH_DATABASE`, `OUTREACH_TWILIO__SENDER`); secrets belong there, or in the
workspace's `.env`, and never in the file.
"""

from outreach.settings.feeds import FeedSettings, FileFeedSettings, HttpFeedSettings, SqlFeedSettings
from outreach.settings.keys import read_key, read_keys
from outreach.settings.reading import read_settings, workspace_from_environment
from outreach.settings.section import Section
from outreach.settings.whole import FILE, SECRETS_FILE, Settings

__all__ = [
    "FILE",
    "SECRETS_FILE",
    "FeedSettings",
    "FileFeedSettings",
    "HttpFeedSettings",
    "Section",
    "Settings",
    "SqlFeedSettings",
    "read_key",
    "read_keys",
    "read_settings",
    "workspace_from_environment",
]
