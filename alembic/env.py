"""Alembic's door: it knows the schema and the engine it is handed, nothing else."""

from sqlalchemy import create_engine

from alembic import context
from outreach.store.tables import metadata

config = context.config


def write_type(kind, value, _context):
    """How a type of ours is written into a migration: as it is in the database, free of our code."""
    if kind != "type":
        return False
    name = type(value).__name__
    return {
        "Instant": "sa.DateTime(timezone=True)",
        "Exact": 'sa.Text().with_variant(sa.Numeric(38, 8), "postgresql")',
        "JSON": 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")',
    }.get(name, False)


def run() -> None:
    """Run the migrations on the engine handed over by the store, or on the ini file's URL."""
    engine = config.attributes.get("engine")
    if engine is None:
        engine = create_engine(config.get_main_option("sqlalchemy.url") or "sqlite:///outreach.db")
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=metadata, render_item=write_type, compare_type=True
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
