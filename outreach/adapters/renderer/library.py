"""The library: every template of a folder, read and ready, by name and locale."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import StrictUndefined, Template, nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from outreach.adapters.renderer.files import (
    LAYOUT,
    REVIEWS,
    Folder,
    TemplateFile,
    read_folder,
    shown,
    whole_file,
)
from outreach.adapters.renderer.grammar import Block, Reader
from outreach.domain.facts import Catalogue, Privacy
from outreach.domain.problem import Problem

WORDS = frozenset({"firm", "reference", "code", "transfer", "on_hold", "hold_expires_at", "two_way"})
"""What the engine says beside the facts. `zone` is there too, but only `when()` reads it."""

IN_LAYOUT = frozenset({"lang", "dir", "title", "body"})
"""What the layout is given."""

Say = Callable[[Context], Iterator[str]]


class CannotSay(ValueError):
    """A value that has no words of its own came to be said."""


def sayable(value: object) -> object:
    """The value, where it has words of its own; raises CannotSay."""
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise CannotSay("a value was to be said that is unknown or needs money() or when()")


def environment(*, is_html: bool) -> ImmutableSandboxedEnvironment:
    """A Jinja2 that cannot reach beyond what it is given; only the HTML layout escapes (words are text)."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=is_html,
        auto_reload=False,
        finalize=None if is_html else sayable,
        keep_trailing_newline=False,
    )
    made.globals.clear()
    return made


@dataclass(slots=True)
class Speaker:
    """One block, compiled when it is first said. `names` are the words and facts it asks."""

    block: Block
    environment: ImmutableSandboxedEnvironment
    label: str
    names: tuple[str, ...] = ()
    _say: Say | None = field(default=None, repr=False)

    def say(self, values: dict[str, object]) -> str:
        """The block's words as written; raises what Jinja2 or a value raises."""
        return "".join((self._say or self._compile())(Context(self.environment, values, self.label, {})))

    def _compile(self) -> Say:
        tree = nodes.Template(self.block.body, lineno=1)
        tree.set_environment(self.environment)
        code = self.environment.compile(tree, self.label, self.label)
        self._say = Template.from_code(self.environment, code, {}).root_render_func
        return self._say


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One template in one language: its speakers, and the versions it is made of."""

    file: TemplateFile
    speakers: Mapping[str, Speaker]
    text: str  # the file and its shared file
    sha256: str
    email_sha256: str  # with the layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Every page by (template, locale), the layout, and what is wrong in the folder."""

    pages: Mapping[tuple[str, str], Page]
    layout: str
    problems: tuple[Problem, ...]
    folder: Folder


def refused_facts(catalogue: Catalogue) -> dict[str, str]:
    """The facts no template may say, with the reason."""
    refused = {name: "personal" for name, spec in catalogue.items() if spec.privacy is Privacy.PERSONAL}
    return refused | {n: "chosen by the scammer" for n, spec in catalogue.items() if spec.attacker_controlled}


def read_library(root: Path, catalogue: Catalogue) -> Library:
    """Every template of the folder; what does not fit is left out of `pages` and told in `problems`."""
    folder = read_folder(root)
    problems = [*folder.problems, *(p for file in folder.files for p in _head(file))]
    words = environment(is_html=False)
    refused = refused_facts(catalogue)
    known = WORDS | (frozenset(catalogue) - frozenset(refused))

    def reader(file: TemplateFile) -> Reader:
        return Reader(words, file, known, refused, problems)

    macros = {locale: reader(file).macros() for locale, file in folder.shared.items()}
    broken = {problem.file for problem in problems if problem.code in {"T001", "T004"}}
    blind = {locale for locale, file in folder.shared.items() if file.shown in broken}
    pages = {}
    for file in folder.messages:
        one = reader(file)
        one.is_blind = file.locale in blind
        blocks = one.blocks(macros.get(file.locale, {}))
        pages[file.template, file.locale] = _page(file, blocks, folder, words)
    return Library(
        pages=pages, layout=folder.layout, problems=(*problems, *_layout(root, folder)), folder=folder
    )


def _page(
    file: TemplateFile, blocks: Mapping[str, Block], folder: Folder, words: ImmutableSandboxedEnvironment
) -> Page:
    shared = folder.shared.get(file.locale)
    text = file.text + (shared.text if shared else "")
    speakers = {
        name: Speaker(block, words, f"{file.path}#{name}", tuple(sorted(block.names)))
        for name, block in blocks.items()
    }
    return Page(
        file=file,
        speakers=speakers,
        text=text,
        sha256=_sha256(text),
        email_sha256=_sha256(text + folder.layout),
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _head(file: TemplateFile) -> Iterator[Problem]:
    if file.review not in REVIEWS:
        hint = "the first comment says review: native or review: machine"
        yield whole_file(file.shown, "T008", "the head does not say who wrote it", hint)


def _layout(root: Path, folder: Folder) -> Iterator[Problem]:
    file = TemplateFile(
        path=LAYOUT, shown=shown(root, LAYOUT), template="", locale="", text=folder.layout, review=""
    )
    problems: list[Problem] = []
    Reader(environment(is_html=True), file, IN_LAYOUT, {}, problems).layout()
    yield from problems
    if not problems:
        try:
            compile_layout(folder.layout).render(dict.fromkeys(IN_LAYOUT, ""))
        except Exception as error:  # whatever it is, each email would meet it
            yield whole_file(file.shown, "T014", f"the layout cannot be said: {error}")


def compile_layout(text: str) -> Template:
    """The email layout, compiled once; everything it is given is escaped."""
    html = environment(is_html=True)
    return Template.from_code(html, html.compile(text, LAYOUT, LAYOUT), {})
