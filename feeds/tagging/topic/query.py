"""The query language of topics: text -> expression, or an error with line, column and a suggestion; evaluates nothing."""

import difflib
import re
from dataclasses import dataclass
from typing import Any, Final

from lark import Lark, Token, Transformer, UnexpectedInput

from ingest.errors import TopicError

# Lower-case and, or, not are words. An empty alternative is an error, never "everything".
_GRAMMAR: Final = r"""
?start: either
?either: both ("OR" both)*
?both: close (_both_tail)*
_both_tail: "AND" close | but_not
but_not: ("AND")? "NOT" close
?close: atom (NEAR atom)?
?atom: NAME -> group
     | PHRASE -> phrase
     | "title:" atom -> in_title
     | "lang:" NAME -> language
     | "source:" (NAME | PHRASE) -> source
     | "raw:" PHRASE -> raw
     | "(" either ")"
NEAR.3: /O?NEAR\/[0-9]{1,3}/
PHRASE: /"[^"\n]*[^"\s][^"\n]*"/ | /\*?[^\s()":*\/]+\*(?=[\s()]|$)/ | /\*[^\s()":*\/]+(?=[\s()]|$)/
NAME: /(?!(AND|OR|NOT|O?NEAR\/\d+)\b)[^\W\d][\w-]*(?![\w:*\/])/
%ignore /\s+/
"""


_OPERATOR: Final = re.compile(r"AND|OR|NOT|O?NEAR/\d+")
_QUOTED: Final = re.compile(r'"[^"\n]*"')


@dataclass(frozen=True, slots=True)
class GroupReference:
    """Any term of a named group."""

    name: str


@dataclass(frozen=True, slots=True)
class PhraseQuery:
    """Words written in the query itself; matched like a group's term, known by its own text."""

    text: str


@dataclass(frozen=True, slots=True)
class RawTerm:
    """Characters exactly as written, case and punctuation included."""

    text: str


@dataclass(frozen=True, slots=True)
class Language:
    """The item is in this language."""

    code: str


@dataclass(frozen=True, slots=True)
class FromSource:
    """A carrier's name or address, one of its tags or folders holds these words."""

    text: str


@dataclass(frozen=True, slots=True)
class InTitle:
    """It holds in the title alone."""

    part: "Expression"


@dataclass(frozen=True, slots=True)
class Near:
    """And stand within `words` words of each other in one segment, in this order if `ordered`."""

    left: "Expression"
    right: "Expression"
    words: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold and meet in one place."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One part is enough."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It holds nowhere in the item."""

    part: "Expression"


Expression = GroupReference | PhraseQuery | RawTerm | Language | FromSource | InTitle | Near | And | Or | Not


class _Build(Transformer[Token, Expression]):
    def group(self, parts: list[Token]) -> GroupReference:
        return GroupReference(str(parts[0]))

    def phrase(self, parts: list[Token]) -> PhraseQuery:
        return PhraseQuery(_unquoted(parts[0]))

    def in_title(self, parts: list[Expression]) -> InTitle:
        return InTitle(parts[0])

    def language(self, parts: list[Token]) -> Language:
        return Language(str(parts[0]))

    def source(self, parts: list[Token]) -> FromSource:
        return FromSource(_unquoted(parts[0]))

    def raw(self, parts: list[Token]) -> RawTerm:
        return RawTerm(_unquoted(parts[0]))

    def but_not(self, parts: list[Expression]) -> Not:
        return Not(parts[0])

    def close(self, parts: list[Any]) -> Near:
        left, near, right = parts
        return Near(left, right, int(near.partition("/")[2]), near.startswith("O"))

    def both(self, parts: list[Expression]) -> And:
        return And(tuple(parts))

    def either(self, parts: list[Expression]) -> Or:
        return Or(tuple(parts))


def _unquoted(token: Token) -> str:
    return str(token).strip('"')


_parser: Final = Lark(_GRAMMAR, parser="lalr", transformer=_Build(), propagate_positions=False)


def parse(text: str, groups: tuple[str, ...], where: str) -> Expression:
    """Read a query over named groups; `where` is how errors call it. Raises TopicError."""
    try:
        expression: Expression = _parser.parse(text)  # type: ignore[assignment]  # lark cannot know the transformer's
    except UnexpectedInput as fault:
        raise TopicError(f"{where}, line {fault.line}, column {fault.column}: {_seen(fault, text)}", _cure(fault, text)) from None
    for name in sorted(names(expression) - set(groups)):
        line, column = _place(text, name)
        raise TopicError(f'{where}, line {line}, column {column}: group "{name}" is not defined', _near(name, groups))
    return expression


def _seen(fault: UnexpectedInput, text: str) -> str:
    word = _word_at(fault, text)
    return f'"{word}" cannot stand here' if word else "the query ends too early"


def _word_at(fault: UnexpectedInput, text: str) -> str:
    ended = getattr(fault, "token", None) is not None and str(fault.token) == ""  # type: ignore[attr-defined]
    return "" if ended else "".join(text[fault.pos_in_stream or 0 :].split()[:1])


def _cure(fault: UnexpectedInput, text: str) -> str:
    small = _small_operator(fault, text)
    if small:
        return f"operators are in capitals: {small.upper()}"
    if _word_at(fault, text) == "NOT":
        return "say first what must be there: wanted NOT unwanted"
    return 'join groups and "phrases" by AND, OR, NOT, NEAR/n, ONEAR/n; there are title:, lang:, source:, raw:"..." and brackets'


def _small_operator(fault: UnexpectedInput, text: str) -> str:
    """Give the operator in small letters at a fault or just before it: `not ship` fails at "ship"."""
    at = fault.pos_in_stream or 0
    words = [*re.findall(r"[^\s()]+(?=\s*$)", text[:at]), *re.findall(r"^[^\s()]+", text[at:])]
    return next((word for word in words if word != word.upper() and _OPERATOR.fullmatch(word.upper())), "")


def _near(name: str, groups: tuple[str, ...]) -> str:
    if _OPERATOR.fullmatch(name.upper()):
        return f"operators are in capitals: {name.upper()}"
    near = difflib.get_close_matches(name, groups, 1)
    return f'did you mean "{near[0]}"?' if near else f"known are: {', '.join(groups)}; other words go in quotes"


def _place(text: str, name: str) -> tuple[int, int]:
    """Give line and column of a group's name, wherever else its letters stand."""
    bare = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)
    found = re.search(rf"(?<![\w*-])(?<!lang:)(?<!source:){re.escape(name)}(?![\w*-])", bare)
    at = found.start() if found else 0
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def children(expression: Expression) -> tuple[Expression, ...]:
    """Give the parts of an expression."""
    match expression:
        case And(parts) | Or(parts):
            return parts
        case InTitle(part) | Not(part):
            return (part,)
        case Near(left, right):
            return (left, right)
        case _:
            return ()


def walk(expression: Expression) -> tuple[Expression, ...]:
    """Give an expression and all within it, in the order of the query."""
    found, waiting = [], [expression]
    while waiting:
        found.append(part := waiting.pop())
        waiting += reversed(children(part))
    return tuple(found)


def names(expression: Expression) -> set[str]:
    """Give the groups that a query uses."""
    return {part.name for part in walk(expression) if isinstance(part, GroupReference)}


def exact(expression: Expression | None) -> bool:
    """Say whether a query asks for characters as they are written, which no term leads to."""
    return expression is not None and any(isinstance(part, RawTerm) for part in walk(expression))


def possible(expression: Expression, found: frozenset[str]) -> bool:
    """Say whether an expression may hold where only the groups and phrases `found` occur; False is certain."""
    match expression:
        case GroupReference() | PhraseQuery():
            return write(expression) in found
        case InTitle(part):
            return possible(part, found)
        case Near(left, right):
            return possible(left, found) and possible(right, found)
        case And(parts):
            return all(possible(part, found) for part in parts)
        case Or(parts):
            return any(possible(part, found) for part in parts)
        case _:
            return True


def write(expression: Expression) -> str:  # noqa: C901, PLR0911 - one case a kind
    """Write an expression as a query that reads back to it."""
    match expression:
        case GroupReference(name):
            return name
        case PhraseQuery(text):
            return f'"{text}"'
        case RawTerm(text):
            return f'raw:"{text}"'
        case Language(code):
            return f"lang:{code}"
        case FromSource(text):
            return f'source:"{text}"'
        case InTitle(part):
            return f"title:{_bracketed(part)}"
        case Not(part):
            return f"NOT {_bracketed(part)}"
        case Near(left, right, words, ordered):
            return f"{_bracketed(left)} {'O' if ordered else ''}NEAR/{words} {_bracketed(right)}"
        case And(parts):
            return " AND ".join(map(_bracketed, parts))
        case Or(parts):
            return " OR ".join(map(_bracketed, parts))


def _bracketed(expression: Expression) -> str:
    return f"({write(expression)})" if isinstance(expression, And | Or | Near) else write(expression)
