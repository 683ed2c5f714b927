"""Every row of the table of failures holds for every adapter; so do what asking and grouping promise."""

from __future__ import annotations

from tests.adapters.failures import table
from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.suites import cases_of, failed, skipped

TABLE = ("test_failures", "test_breaking", "test_conformance")
AROUND = ("test_transport", "test_smtp_sender", "test_asking", "test_asking_sendgrid", "test_sendgrid_groups")
WINDOW = ("test_settle_window",)


def run(ground: Ground) -> dict[str, Figure]:
    """The suites in a process of their own; in full, over TLS and for every sender."""
    rows = sum(len(part) for part in table().values() if isinstance(part, list))
    files = [f"tests/adapters/{name}.py" for name in (*TABLE, *AROUND, *WINDOW)]
    cases = cases_of(ground, files, with_slow=ground.form == "full")
    return {
        "rows of the table": Figure(rows, rows, "rows"),
        "checks of the table that fail": failed(cases, TABLE, "checks, many on real sockets"),
        "promises of asking and grouping that fail": failed(cases, AROUND, "promises"),
        "promises of the settle window that fail": failed(cases, WINDOW, "promises"),
        "skipped": skipped(cases),
    }
