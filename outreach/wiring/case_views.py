"""How the answer page learns of a case."""

from __future__ import annotations

from collections.abc import Callable

from outreach.domain.case_view import CaseView
from outreach.store.case_view import of_message
from outreach.wiring.house import House


def case_views(house: House) -> Callable[[str], CaseView | None]:
    """What there is to say of the case that a message belongs to."""
    names = {name: said.name for name, said in house.settings.partners.items()}

    def look(message: str) -> CaseView | None:
        with house.store.read() as tx:
            return of_message(tx, message, names)

    return look
