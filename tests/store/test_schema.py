"""The schema: the migrations make what the tables say, on both databases, and can be undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from outreach.errors import StoreError
from outreach.store import schema
from outreach.store.database import Store
from outreach.store.tables import metadata
from tests.conftest import MIGRATIONS


def test_the_migrations_make_exactly_the_tables(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_every_migration_can_be_undone_and_done_again(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/x.db")
    schema.migrate(engine, MIGRATIONS)
    schema.downgrade(engine, MIGRATIONS, "base")

    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}

    schema.migrate(engine, MIGRATIONS)

    assert "messages" in inspect(engine).get_table_names()
    engine.dispose()


def test_a_database_that_is_not_at_head_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/x.db")
    schema.migrate(engine, MIGRATIONS, "0001")

    with pytest.raises(StoreError, match=r"at revision 0001.*outreach migrate"):
        schema.require_head(engine, MIGRATIONS)
    engine.dispose()


def test_a_database_that_is_not_there_is_not_made_by_looking_and_may_be_somewhere_else(
    tmp_path: Path,
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/x.db")

    with pytest.raises(StoreError, match=r"no database at .*x\.db.*find it first.*warned again"):
        schema.require_head(engine, MIGRATIONS)

    assert list(tmp_path.iterdir()) == []
    engine.dispose()


def test_a_database_of_a_newer_version_is_refused_in_words_and_left_alone(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/x.db")
    schema.migrate(engine, MIGRATIONS)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for act in (schema.migrate, schema.require_head):
        with pytest.raises(StoreError, match=r"9999.*newer"):
            act(engine, MIGRATIONS)
    assert schema.state(engine, MIGRATIONS)[0] == "9999"
    engine.dispose()
