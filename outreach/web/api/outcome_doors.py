"""What the inbox API does about outcomes: the firm's own systems tell what became of the money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from outreach.domain.outcomes.reading import FAULTS, read
from outreach.domain.outcomes.reading import Wrong as Misread
from outreach.domain.outcomes.saying import Saying
from outreach.web.api import models
from outreach.web.api.door import Call, Do
from outreach.web.api.problems import MOST_WRONG, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeDoors:
    """The one verb. `told(source, sayings)` keeps them; each client's ids are its own."""

    told: Callable[[str, Sequence[Saying]], Counter[str]]

    def by_id(self) -> Mapping[str, Do]:
        """By its id in the table."""
        return {"outcomes": self.take}

    def take(self, call: Call) -> BaseModel:
        """All kept, or none with everything that is wrong."""
        given: Sequence[models.Outcome] = call.body.outcomes
        sayings: list[Saying] = []
        wrong: list[models.Wrong] = []
        for place, one in enumerate(given):
            try:
                sayings.append(read(_row(one), call.now))
            except Misread as misread:
                where = f"outcomes.{place}.{misread.column}"
                wrong.append(models.Wrong(where=where, what=FAULTS[misread.fault]))
        if wrong:
            raise Refused(code="does_not_fit", wrong=tuple(wrong[:MOST_WRONG]))
        counts = self.told(f"api/{call.client.name}"[:128], sayings)
        return models.OutcomesKept(
            new=counts["new"],
            corrected=counts["corrected"],
            repeated=counts["repeated"],
            waiting=counts["unknown"],
        )


def _row(one: models.Outcome) -> dict[str, Any]:
    return dict(one)
