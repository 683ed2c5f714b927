"""The Arrow shape of a batch of flags: one schema that feeds fill, the matcher asks and the archive keeps."""

from __future__ import annotations

import pyarrow as pa

from outreach.domain.facts import Catalogue, FactType
from outreach.domain.flag import IDENTITY_COLUMNS, PROFILE_COLUMNS

ARROW_TYPES = {
    FactType.BOOLEAN: pa.bool_(),
    FactType.INTEGER: pa.int64(),
    FactType.NUMBER: pa.float64(),
    FactType.SCORE: pa.decimal128(6, 3),
    FactType.MONEY: pa.decimal128(18, 4),
    FactType.TEXT: pa.string(),
    FactType.TIME: pa.timestamp("us", tz="UTC"),
    FactType.TAGS: pa.list_(pa.string()),
}
"""How each type of fact is carried. NULL is unknown; NaN never occurs (feeds turn it into NULL)."""


def flag_schema(catalogue: Catalogue) -> pa.Schema:
    """Identity, profile, then every fact of the catalogue in its order (engine facts NULL at first)."""
    columns = {
        **IDENTITY_COLUMNS,
        **PROFILE_COLUMNS,
        **{spec.name: spec.type for spec in catalogue.values()},
    }
    return pa.schema([(name, ARROW_TYPES[kind]) for name, kind in columns.items()])
