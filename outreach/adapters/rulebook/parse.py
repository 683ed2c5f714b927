"""From text to sqlglot's tree: the first wall, made of tokens, limits and one statement."""

from __future__ import annotations

import sqlglot
from sqlglot import expressions as sql
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType
from sqlglot.tokens import Tokenizer

from outreach.adapters.rulebook.excerpt import Excerpt
from outreach.domain.problem import did_you_mean

LONGEST = 4000
MOST_TOKENS = 1000
DEEPEST = 24
_JOINING = ("AND", "OR", "NOT", "IN", "IS", "BETWEEN", "NULL", "TRUE", "FALSE")
_UNITS = ("minute", "hour", "day", "week")
_CURLY = {"‘": "'", "’": "'", "“": "'", "”": "'", "≥": ">=", "≤": "<=", "≠": "<>", "–": "-", "−": "-"}
_NOT_OURS = {
    TokenType.SEMICOLON: "only one condition a rule",
    TokenType.DCOLON: "no casts: facts are typed already",
    TokenType.SLASH: "division is ratio(a, b)",
    TokenType.MOD: "a share is a number from 0 to 1: 0.3 for 30%",
    TokenType.DPIPE: "no joining of texts",
    TokenType.PLACEHOLDER: "no parameters",
    TokenType.COLON: "no parameters",
    TokenType.L_BRACKET: "no lists in brackets: has(tags, 'x')",
    TokenType.L_BRACE: "no templating in conditions",
    TokenType.NATIONAL_STRING: "text goes between plain single quotes",
}


def parse(excerpt: Excerpt) -> tuple[sql.Expression, list[Token]] | None:
    """sqlglot's tree and the tokens it stands on; None with the problems reported."""
    tokens = _tokens(excerpt)
    if tokens is None or not _is_ours(excerpt, tokens):
        return None
    try:
        trees = sqlglot.parse(excerpt.text)
    except ParseError as error:
        _report_parse(excerpt, tokens, error)
        return None
    except RecursionError:
        excerpt.report("E004", 0, 1, "the expression is nested too deep", "split it into two rules")
        return None
    if len(trees) != 1 or not isinstance(trees[0], sql.Expression):
        excerpt.report("E010", 0, len(excerpt.text), "one condition belongs here")
        return None
    return trees[0], tokens


def _tokens(excerpt: Excerpt) -> list[Token] | None:
    """The tokens, or None where the characters alone are already wrong."""
    if len(excerpt.text) > LONGEST:
        size = f"the expression has {len(excerpt.text):,} characters; at most {LONGEST:,}"
        excerpt.report("E004", 0, 1, size, "put long lists into rules/lists/")
        return None
    if not _has_plain_characters(excerpt):
        return None
    try:
        return Tokenizer().tokenize(excerpt.text)
    except TokenError:
        at = _open_quote(excerpt.text)
        hint = "text goes between single quotes: 'usdt'"
        excerpt.report("E002", at, at + 1, "a quote that is opened here is not closed", hint)
        return None


def _has_plain_characters(excerpt: Excerpt) -> bool:
    """No control characters anywhere, no typographic signs outside of quotes."""
    quoted, before = False, len(excerpt.page.problems)
    for i, c in enumerate(excerpt.text):
        if c == "'":
            quoted = not quoted
        if (c < " " and c not in "\n\r\t") or c == "\x7f":
            excerpt.report("E006", i, i + 1, "a control character", "remove it")
        elif not quoted and c in _CURLY:
            excerpt.report("E006", i, i + 1, f"'{c}' is not a plain sign", f"write {_CURLY[c]}")
        elif not quoted and not c.isascii():
            excerpt.report("E006", i, i + 1, f"'{c}' cannot stand outside of quotes")
        elif c == "\n" and quoted:
            at = excerpt.text.rindex("'", 0, i)
            hint = "text goes between single quotes, on one line: 'usdt'"
            excerpt.report("E002", at, at + 1, "a quote on this line is not closed", hint)
            return False
    return len(excerpt.page.problems) == before


def _open_quote(text: str) -> int:
    """The place of the last quote that nothing closes."""
    at = max(text.rfind("'"), text.rfind('"'), text.rfind("/*"))
    return max(at, 0)


def _is_ours(excerpt: Excerpt, tokens: list[Token]) -> bool:
    """Refuse by tokens what no tree should ever be built of."""
    before, depth, run = len(excerpt.page.problems), 0, 0
    if len(tokens) > MOST_TOKENS:
        excerpt.report("E004", 0, 1, f"{len(tokens):,} words and signs; at most {MOST_TOKENS:,}")
        return False
    if tokens and tokens[0].token_type in {TokenType.AND, TokenType.OR}:
        excerpt.report("E003", tokens[0].start, tokens[0].end + 1, "something is missing before this")
    for token in tokens:
        start, end = token.start, token.end + 1
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        # NOT NOT … and - - … recurse inside the parser as brackets do.
        run = run + 1 if token.token_type in {TokenType.NOT, TokenType.DASH} else 0
        if depth > DEEPEST or run > 2:
            excerpt.report("E004", start, end, "nested too deep", "split the rule, or say it more simply")
            return False
        if token.comments:
            hint = "put remarks after a YAML # on the line above `when:`"
            excerpt.report("E005", start, end, "a comment beside this word", hint)
        if token.token_type in _NOT_OURS:
            hint = _NOT_OURS[token.token_type]
            excerpt.report("E010", start, end, f"'{token.text}' is not part of the rule language", hint)
    if not tokens:
        excerpt.report("E005", 0, 1, "nothing but a comment", "write a condition over facts")
    return len(excerpt.page.problems) == before


def _report_parse(excerpt: Excerpt, tokens: list[Token], error: ParseError) -> None:
    first = error.errors[0] if error.errors else {}
    here = (first.get("line"), first.get("col"))
    index = next((i for i, t in enumerate(tokens) if (t.line, t.col) == here), len(tokens) - 1)
    token, prior = tokens[index], tokens[index - 1] if index else None
    is_last = index == len(tokens) - 1
    if prior is not None and not is_last and token.token_type in {TokenType.AND, TokenType.OR}:
        hint = "join clauses with AND or OR"
        excerpt.report("E003", prior.start, prior.end + 1, f"'{prior.text}' cannot stand here", hint)
        return
    if prior is not None and prior.token_type is TokenType.VAR:
        hint = did_you_mean(prior.text.upper(), _JOINING)
        if hint:
            excerpt.report("E003", prior.start, prior.end + 1, f"'{prior.text}' cannot stand here", hint)
            return
    message, hint = _in_words(token, first.get("description") or "", is_last=is_last)
    excerpt.report("E003", token.start, token.end + 1, message, hint)


def _in_words(token: Token, described: str, *, is_last: bool) -> tuple[str, str]:
    """The parser's complaint in an analyst's words, with a hint."""
    if token.text == ",":
        return "',' cannot stand here", "numbers have no thousands sign: 20000"
    if token.text.lower().rstrip("s") in _UNITS:
        return f"'{token.text}' cannot stand here", "a length stands between quotes: '30 days'"
    if "Expecting )" in described:
        return "a bracket is not closed", "add )"
    if is_last and "missing" in described:
        return f"something is missing after '{token.text}'", ""
    known = did_you_mean(token.text.upper(), _JOINING)
    return f"'{token.text}' cannot stand here", known or "join clauses with AND or OR"
