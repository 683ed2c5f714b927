"""Template files in their folder: `<pattern>/<name>.<locale>.j2`, `shared/<locale>.j2`, layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from outreach.domain.problem import Problem

SHARED = "shared"
LAYOUT = "shared/layout.html.j2"
FILE_NAME = re.compile(
    r"(?P<name>[a-z][a-z0-9_]*(?:@[a-z0-9]+)?)\.(?P<locale>[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\.j2"
)
SHARED_NAME = re.compile(r"(?P<locale>[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\.j2")
REVIEW = re.compile(r"\{#-?.*?\breview:\s*(?P<review>\w+)", re.DOTALL)
REVIEWS = ("native", "machine")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFile:
    """One file as read: `path` below the folder, `template` as `<pattern>/<name>`, `review` "" if unsaid."""

    path: str
    shown: str  # with the folder, as people open it
    template: str
    locale: str
    text: str
    review: str

    @property
    def is_variant(self) -> bool:
        """True for `<name>@b`: a variant need not exist in every locale."""
        return "@" in self.template


@dataclass(frozen=True, slots=True)
class Folder:
    """Everything in a templates folder that could be read, and what could not; no layout is ""."""

    messages: tuple[TemplateFile, ...]
    shared: dict[str, TemplateFile]
    layout: str
    problems: tuple[Problem, ...]

    @property
    def files(self) -> tuple[TemplateFile, ...]:
        """Shared files first, then the messages."""
        return (*self.shared.values(), *self.messages)


def whole_file(path: str, code: str, message: str, hint: str = "") -> Problem:
    """A problem of a file as a whole."""
    return Problem(file=path, line=0, column=0, code=code, message=message, hint=hint)


def shown(root: Path, path: str) -> str:
    """A path below the folder as people open it."""
    return (root / path).as_posix()


def read_folder(root: Path) -> Folder:
    """Every `.j2` file below the folder, in path order; a file that cannot be read or named is a problem."""
    files: list[TemplateFile] = []
    problems: list[Problem] = []
    layout = ""
    for path, text in _texts(root, problems):
        if path == LAYOUT:
            layout = text
        elif (file := _named(root, path, text)) is not None:
            files.append(file)
        else:
            hint = "<pattern>/<name>.<locale>.j2, as pig_butchering/leaving.pt-BR.j2"
            problems.append(whole_file(shown(root, path), "T015", "this is not a template's name", hint))
    if not layout:
        problems.append(whole_file(shown(root, LAYOUT), "T013", "the email layout is missing"))
    shared = {file.locale: file for file in files if file.template == SHARED}
    messages = tuple(file for file in files if file.template != SHARED)
    return Folder(messages, shared, layout, tuple(problems))


def _texts(root: Path, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    for found in sorted(root.rglob("*.j2")):
        path = found.relative_to(root).as_posix()
        try:
            yield path, found.read_bytes().decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            problems.append(
                whole_file(found.as_posix(), "T001", f"not UTF-8 at byte {error.start}", "save it as UTF-8")
            )
        except OSError as error:
            problems.append(whole_file(found.as_posix(), "T001", f"cannot be read: {error.strerror}"))


def _named(root: Path, path: str, text: str) -> TemplateFile | None:
    folder, _, base = path.rpartition("/")
    match = (SHARED_NAME if folder == SHARED else FILE_NAME).fullmatch(base)
    if match is None or not re.fullmatch(r"[a-z][a-z0-9_]*", folder):
        return None
    template = SHARED if folder == SHARED else f"{folder}/{match['name']}"
    review = found["review"] if (found := REVIEW.match(text.lstrip())) else ""
    return TemplateFile(
        path=path,
        shown=shown(root, path),
        template=template,
        locale=match["locale"],
        text=text,
        review=review,
    )
