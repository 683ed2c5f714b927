"""What is wrong with a posted report, field by field, before anything of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from outreach.domain.reporting import Picture, Told, check, pictures_wrong
from outreach.web.report_form import Posted
from outreach.web.report_page import TRAP


def checked(posted: Posted, most_pictures: int, picture_bytes: int) -> tuple[Told | None, Mapping[str, str]]:
    """What a form says, or what is wrong with it by field."""
    told, wrong = check(posted.fields)
    faults: dict[str, str] = dict(wrong)
    sizes = [len(each) for each in posted.pictures]
    if (fault := pictures_wrong(sizes, most_pictures, picture_bytes)) is not None:
        faults["pictures"] = fault
    if posted.fields.get(TRAP, "").strip():
        faults[TRAP] = "trap"
    return told, faults


def cleaned(raw: Sequence[bytes], clean: Callable[[bytes], Picture | None]) -> list[Picture] | None:
    """The pictures made anew; None where one of them is none."""
    pictures = []
    for each in raw:
        picture = clean(each)
        if picture is None:
            return None
        pictures.append(picture)
    return pictures
