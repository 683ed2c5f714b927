"""The core system as settings have it: what is missing is said, and no secret is."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from outreach.domain.aftermath import Aftermath
from outreach.errors import SettingsError
from outreach.settings import read_settings
from outreach.wiring.checkup.installation import core as look
from outreach.wiring.core import core, lengths
from tests.build import NOW

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()


def written(folder: Path, text: str, secret: str = SECRET) -> Path:
    """A workspace with these settings."""
    (folder / "outreach.toml").write_text(f'firm = "Acme"\n{text}\n', encoding="utf-8")
    (folder / ".env").write_text(f"OUTREACH_CORE__SECRET={secret}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[core]\nkind = "webhook"', "core.url is needed"),
        ('[core]\nkind = "webhook"\nurl = "http://core.example/x"', "must be https"),
        (
            '[core]\nkind = "webhook"\nurl = "https://core.example/x"\ntransfers_url = "ftp://x"',
            "must be https",
        ),
        ("[core]\nseconds = 0", "must be more than 0"),
        ("[aftermath]\nremind_after_minutes = 5000", "must be 1380 or less"),
    ],
)
def test_a_core_that_cannot_be_asked_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read_settings(written(tmp_path, text))


def test_a_secret_that_is_none_is_told_by_its_name_only(tmp_path: Path) -> None:
    text = '[core]\nkind = "webhook"\nurl = "https://core.example/x"'
    settings = read_settings(written(tmp_path, text, secret="my-password"))

    with pytest.raises(SettingsError, match="OUTREACH_CORE__SECRET") as refused:
        core(settings, lambda: NOW)
    assert "my-password" not in str(refused.value)


def test_doctor_says_how_the_core_is_asked(tmp_path: Path) -> None:
    text = '[core]\nkind = "webhook"\nurl = "https://core.example/x"'
    (finding,) = look(read_settings(written(tmp_path, text)))

    assert "signed webhooks" in finding.says
    assert "not asked about transfers" in finding.says


def test_the_firms_lengths_are_what_it_wrote_and_else_the_usual_ones(tmp_path: Path) -> None:
    usual = lengths(read_settings(written(tmp_path, "")))
    own = lengths(read_settings(written(tmp_path, "[aftermath.due]\ncritical_minutes = 5")))

    assert usual == Aftermath()
    assert (own.critical.total_seconds(), own.soon) == (300, usual.soon)
