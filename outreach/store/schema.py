"""Whether the database is at head, and how to bring it there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, select

from alembic import command
from outreach.errors import StoreError
from outreach.store.database import told_in_words

HOW_TO_MIGRATE = "run `outreach migrate`"


def _config(folder: Path, engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["engine"] = engine
    return config


def migrate(engine: Engine, folder: Path, revision: str = "head") -> None:
    """Bring the schema to `revision`, step by step. `folder` holds the migrations."""
    _refuse_newer(engine, folder)
    with told_in_words():
        command.upgrade(_config(folder, engine), revision)


def downgrade(engine: Engine, folder: Path, revision: str) -> None:
    """Take the schema back to `revision`."""
    command.downgrade(_config(folder, engine), revision)


def state(engine: Engine, folder: Path) -> tuple[str | None, str | None]:
    """The revision the database is at, and the newest one there is."""
    if _is_missing(engine):  # merely looking must not make one
        return None, ScriptDirectory(str(folder)).get_current_head()
    with told_in_words(), engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, ScriptDirectory(str(folder)).get_current_head()


def _is_missing(engine: Engine) -> bool:
    """Whether a SQLite file is not there (yet)."""
    place = engine.url.database or ":memory:"
    return engine.dialect.name == "sqlite" and place != ":memory:" and not Path(place).exists()


def _refuse_newer(engine: Engine, folder: Path) -> None:
    current, head = state(engine, folder)
    known = {script.revision for script in ScriptDirectory(str(folder)).walk_revisions()}
    if current is not None and current not in known:
        raise StoreError(
            f"the database is at revision {current}, which this version ({head}) does not know: "
            "install the version of outreach that made it, or a newer one"
        )


def require_head(engine: Engine, folder: Path) -> None:
    """Refuse to go on where the database is not at head."""
    _refuse_newer(engine, folder)
    current, head = state(engine, folder)
    if current is None:
        place = engine.url.database if engine.dialect.name == "sqlite" else "this address"
        raise StoreError(
            f"there is no database at {place}: in a new workspace {HOW_TO_MIGRATE}; elsewhere find it first "
            "(a disk not mounted? another OUTREACH_DATABASE?): from an empty one everybody is warned again"
        )
    if current != head:
        raise StoreError(
            f"the database is at revision {current}, this version needs {head}: {HOW_TO_MIGRATE}"
        )


def database_time(engine: Engine) -> datetime | None:
    """What the database's own clock says; None where it has none of its own."""
    if engine.dialect.name != "postgresql":
        return None
    with told_in_words(), engine.connect() as connection:
        moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment
