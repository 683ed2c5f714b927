"""The template language: which Jinja2 there is, and every block as one flat run of text and questions.

Allowed: text, `{{ fact }}`, `{{ money(…) }}`, `{{ when(…) }}`, `{{ plural(…) }}`, `{% if %}` with
comparisons, and the shared file's macros, said on their own as `{{ macro() }}`. Macros are unfolded into
the blocks here, so that a block can be compiled, asked and measured by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from outreach.adapters.renderer.files import TemplateFile
from outreach.adapters.renderer.syntax import find_break, too_deep
from outreach.adapters.renderer.tree import first_line, is_blank, kind_of
from outreach.domain.problem import Problem, did_you_mean, window

REQUIRED_BLOCKS = ("push_title", "push_body", "sms", "email_subject", "email_text", "call_script")
BLOCKS = (*REQUIRED_BLOCKS, "inbox_title", "inbox_body")
FUNCTIONS = frozenset({"money", "when", "plural"})
ALLOWED = (
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Call,
    nodes.Keyword,
)
DEEPEST = 8
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters and bidirectional overrides: what is read would not be what is written."""

Body = list[nodes.Node]
Macros = Mapping[str, Body]


@dataclass(frozen=True, slots=True)
class Block:
    """One block, flat: its nodes, the facts and words it asks, and its text without what is put in."""

    body: Body
    names: frozenset[str]
    text: str
    line: int


@dataclass(slots=True)
class Reader:
    """Reads one file and collects everything that is wrong with it."""

    environment: ImmutableSandboxedEnvironment
    file: TemplateFile
    known: frozenset[str]
    refused: Mapping[str, str]
    problems: list[Problem]
    is_blind: bool = False  # the shared lines could not be read: what is missing there is told there

    def tell(self, line: int, code: str, message: str, *, word: str = "", hint: str = "") -> None:
        """Note a problem at the place of `word` in that line."""
        lines = self.file.text.split("\n")
        source = lines[line - 1] if 0 < line <= len(lines) else ""
        found = re.search(rf"\b{re.escape(word)}\b", source) if word else None
        column = found.start() if found else len(source) - len(source.lstrip())
        self._note(line, column, max(1, len(word)), code, message, hint)

    def tell_at(self, at: int, code: str, message: str, *, length: int = 1, hint: str = "") -> None:
        """Note a problem at this offset of the file."""
        line_start = self.file.text.rfind("\n", 0, at) + 1
        self._note(self.file.text.count("\n", 0, at) + 1, at - line_start, length, code, message, hint)

    def _note(self, line: int, column: int, length: int, code: str, message: str, hint: str) -> None:
        lines = self.file.text.split("\n")
        source = lines[line - 1] if 0 < line <= len(lines) else ""
        text, shown_from = window(source, column + 1)
        problem = Problem(
            file=self.file.shown,
            line=line,
            column=column + 1,
            code=code,
            message=message,
            hint=hint,
            line_text=text,
            length=max(1, min(length, len(source) - column)),
            shown_from=shown_from,
        )
        if problem not in self.problems:
            self.problems.append(problem)

    def parse(self) -> nodes.Template | None:
        """The file's tree, or None where it is no Jinja2."""
        for found in UNSEEN.finditer(self.file.text):
            message = f"a control or direction-override character (U+{ord(found[0]):04X})"
            self.tell_at(found.start(), "T011", message, hint="delete it")
        if (at := too_deep(self.file.text)) is not None:
            self.tell_at(at, "T004", "nested too deep", hint="a message asks two or three questions")
            return None
        try:
            return self.environment.parse(self.file.text, name=self.file.path)
        except TemplateSyntaxError as error:
            broken = find_break(self.file.text, error)
            self.tell_at(broken.at, "T001", broken.message, length=broken.length, hint=broken.hint)
        except RecursionError:
            self.tell(1, "T001", "nested too deep")
        return None

    def macros(self) -> dict[str, Body]:
        """The macros of a shared file, those that they say themselves unfolded."""
        try:
            return self._macros()
        except RecursionError:  # a condition of a thousand parts: too deep for us, and for Python's compiler
            self.tell(1, "T004", "a condition is too long", hint="ask less in one condition")
        return {}

    def _macros(self) -> dict[str, Body]:
        tree = self.parse()
        found: dict[str, Body] = {}
        for node in [] if tree is None else tree.body:
            if isinstance(node, nodes.Macro):
                if node.args:
                    self.tell(node.lineno, "T013", f"the macro {node.name} takes arguments", word=node.name)
                found[node.name] = node.body
            elif not is_blank(node):
                self.tell(first_line(node), "T012", "a shared file holds macros, and nothing outside them")
        return {name: list(self._flat(body, found)) for name, body in found.items()}

    def blocks(self, shared: Macros) -> dict[str, Block]:
        """The blocks of a message file, its imported macros unfolded."""
        try:
            return self._blocks(shared)
        except RecursionError:
            self.tell(1, "T004", "a condition is too long", hint="ask less in one condition")
        return {}

    def _blocks(self, shared: Macros) -> dict[str, Block]:
        tree = self.parse()
        if tree is None:
            return {}
        found: dict[str, Block] = {}
        macros: dict[str, Body] = {}
        for node in tree.body:
            if isinstance(node, nodes.FromImport):
                macros |= self._imported(node, shared)
            elif isinstance(node, nodes.Block):
                found[node.name] = self._block(node, macros, found)
            elif not is_blank(node):
                self.tell(first_line(node), "T012", "text outside the blocks is never said")
        for name in REQUIRED_BLOCKS:
            if name not in found:
                self.tell(
                    1, "T005", f"the block {name} is missing", hint=f"{{% block {name} %}}…{{% endblock %}}"
                )
        return found

    def layout(self) -> None:
        """The email layout: text, the words it is given and questions about them, as in a message."""
        tree = self.parse()
        if tree is not None:
            list(self._flat(tree.body, {}))

    def _imported(self, node: nodes.FromImport, shared: Macros) -> dict[str, Body]:
        path = node.template.value if isinstance(node.template, nodes.Const) else None
        wanted = f"shared/{self.file.locale}.j2"
        if path != wanted:
            self.tell(node.lineno, "T013", f"macros come from {wanted}", word="from")
        taken = {}
        for name in node.names:
            if not isinstance(name, str):
                self.tell(node.lineno, "T013", "a macro keeps its name", word="as")
            elif name in shared or self.is_blind:
                taken[name] = shared.get(name, [])
            else:
                self.tell(
                    node.lineno,
                    "T013",
                    f"{wanted} has no macro {name}",
                    word=name,
                    hint=did_you_mean(name, shared),
                )
        return taken

    def _block(self, node: nodes.Block, macros: Macros, before: Mapping[str, Block]) -> Block:
        if node.name not in BLOCKS:
            self.tell(
                node.lineno,
                "T006",
                f"there is no block {node.name}",
                word=node.name,
                hint=did_you_mean(node.name, BLOCKS),
            )
        if node.name in before:
            self.tell(node.lineno, "T006", f"the block {node.name} is there twice", word=node.name)
        body = list(self._flat(node.body, macros))
        holder = nodes.Template(body)
        names = {n.name for n in holder.find_all(nodes.Name)}
        text = "\0".join(n.data for n in holder.find_all(nodes.TemplateData))
        return Block(body, frozenset(names), text, node.lineno)

    def _flat(self, body: Body, macros: Macros, depth: int = 0) -> Iterator[nodes.Node]:
        for node in body:
            if isinstance(node, nodes.If):
                yield self._flat_if(node, macros, depth)
            elif isinstance(node, nodes.Output):
                yield from self._flat_output(node, macros, depth)
            else:
                self._check(node, macros, depth)
                yield node

    def _flat_if(self, node: nodes.If, macros: Macros, depth: int) -> nodes.If:
        self._check(node.test, macros, depth)
        branches = [self._flat_if(branch, macros, depth) for branch in node.elif_]
        body, other = (list(self._flat(part, macros, depth)) for part in (node.body, node.else_))
        return nodes.If(node.test, body, branches, other, lineno=node.lineno)

    def _flat_output(self, node: nodes.Output, macros: Macros, depth: int) -> Iterator[nodes.Node]:
        for part in node.nodes:
            name = (
                part.node.name if isinstance(part, nodes.Call) and isinstance(part.node, nodes.Name) else ""
            )
            if name not in macros or name in FUNCTIONS:
                self._check(part, macros, depth)
                yield nodes.Output([part], lineno=part.lineno)
            elif depth >= DEEPEST:
                self.tell(part.lineno, "T013", f"the macro {name} says itself", word=name)
            else:
                yield from self._flat(macros[name], macros, depth + 1)

    def _check(self, node: nodes.Node, macros: Macros, depth: int) -> None:
        if depth:  # a macro's own file is where its problems are told
            return
        if not isinstance(node, ALLOWED):
            self.tell(
                node.lineno, "T004", f"templates have no {kind_of(node)}", hint="see templates/README.md"
            )
            return
        if isinstance(node, nodes.Name):
            self._check_name(node, macros)
        if isinstance(node, nodes.Call) and not self._check_call(node, macros):
            return
        for child in node.iter_child_nodes():
            self._check(child, macros, depth)

    def _check_call(self, node: nodes.Call, macros: Macros) -> bool:
        """Whether what is called is one of the functions; else nothing in it is worth telling."""
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if name in FUNCTIONS and not node.dyn_args and not node.dyn_kwargs:
            return True
        if name and name not in {*macros, *self.known, *FUNCTIONS, *self.refused}:
            hint = did_you_mean(name, [*macros, *FUNCTIONS]) or "shared lines are imported in the second line"
            self.tell(node.lineno, "T002", f"nothing is called {name}", word=name, hint=hint)
        else:
            hint = "money(amount, currency), when(time), plural(n, one=…, other=…), or a macro on its own"
            self.tell(node.lineno, "T004", "this cannot be called here", word=name, hint=hint)
        return False

    def _check_name(self, node: nodes.Name, macros: Macros) -> None:
        name = node.name
        if name in self.refused:
            self.tell(
                node.lineno, "T003", f"{name} is {self.refused[name]}: no message may say it", word=name
            )
        elif name not in self.known and name not in FUNCTIONS:
            hint = did_you_mean(name, [*self.known, *FUNCTIONS, *macros])
            self.tell(node.lineno, "T002", f"nothing is called {name}", word=name, hint=hint)
