"""The query language of topics: its grammar, its nodes, text -> expression; evaluates only what needs no words of a text."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from feeds.model import Document
from ingest.errors import TopicError, did_you_mean
from ingest.text.folding import folded

if TYPE_CHECKING:
    from lark import Lark, Token, UnexpectedInput

# Lower-case and, or, not are words. An empty alternative is an error, never "everything".
# A new condition on a document, such as `lang:`, is a line here, a method of `_Builder`, and a subclass of
# `DocumentCondition` with when it holds and how that is explained; nothing else changes.
_GRAMMAR: Final = r"""
?start: or_query
?or_query: and_query ("OR" and_query)*
?and_query: near_query (_and_tail)*
_and_tail: "AND" near_query | not_query
not_query: ("AND")? "NOT" near_query
?near_query: atom (NEAR atom)?
?atom: NAME -> group
     | PHRASE -> phrase
     | "title:" atom -> in_title
     | "lang:" NAME -> language
     | "source:" (NAME | PHRASE) -> source
     | "raw:" PHRASE -> raw
     | "(" or_query ")"
NEAR.3: /O?NEAR\/[0-9]{1,3}/
PHRASE: /"[^"\n]*[^"\s][^"\n]*"/ | /\*?[^\s()":*\/]+\*(?=[\s()]|$)/ | /\*[^\s()":*\/]+(?=[\s()]|$)/
NAME: /(?!(AND|OR|NOT|O?NEAR\/\d+)\b)[^\W\d][\w-]*(?![\w:*\/])/
%ignore /\s+/
"""
_OPERATOR: Final = re.compile(r"AND|OR|NOT|O?NEAR/\d+")
_NO_GROUP: Final = re.compile(r'"[^"\n]*"|(?<![\w*-])(?!title:)[a-z]+:[\w-]+')  # words that name no group: `"ship"`, `lang:de`
NAME: Final = re.compile(rf"(?!(?:{_OPERATOR.pattern})$)[^\W\d][\w-]*")  # of a group that a query names
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class GroupReference:
    """Any term of a named group."""

    name: str

    def __str__(self) -> str:
        """Write it as a query."""
        return self.name


@dataclass(frozen=True, slots=True)
class PhraseQuery:
    """Words written in the query itself; matched like a group's term, known by its own text."""

    text: str

    def __str__(self) -> str:
        """Write it as a query."""
        return f'"{self.text}"'


@dataclass(frozen=True, slots=True)
class RawTerm:
    """Characters exactly as written, case and punctuation included."""

    text: str

    def __str__(self) -> str:
        """Write it as a query."""
        return f'raw:"{self.text}"'


class DocumentCondition(ABC):
    """A condition on what is known of a document besides its words: when it holds, and how that is explained."""

    __slots__ = ()

    @abstractmethod
    def holds(self, document: Document) -> bool:
        """Return whether a document fulfils it."""

    @property
    @abstractmethod
    def held(self) -> str:
        """That it holds, in words."""

    @property
    @abstractmethod
    def absent(self) -> str:
        """That its negation holds, in words."""

    def missing(self, document: Document) -> str:
        """Return, in words, that a document does not fulfil it."""
        del document
        return self.absent

    @property
    @abstractmethod
    def fault(self) -> tuple[str, str] | None:
        """What is wrong, and the cure, where no document can fulfil it; None where one can."""


@dataclass(frozen=True, slots=True)
class Language(DocumentCondition):
    """The item is in this language."""

    code: str

    def __str__(self) -> str:
        """Write it as a query."""
        return f"lang:{self.code}"

    def holds(self, document: Document) -> bool:
        """Return whether a document is in the language."""
        return document.language == self.code

    @property
    def held(self) -> str:
        """That it holds, in words."""
        return f"its language is {self.code}"

    @property
    def absent(self) -> str:
        """That its negation holds, in words."""
        return f"its language is not {self.code}"

    def missing(self, document: Document) -> str:
        """Return, in words, in which language a document is instead."""
        return f"its language is {document.language or 'unknown'}, not {self.code}"

    @property
    def fault(self) -> tuple[str, str] | None:
        """What is wrong with the code."""
        if _LANGUAGE.fullmatch(self.code):
            return None
        return f'"{self.code}" is no language', "use a code such as lang:fr"


@dataclass(frozen=True, slots=True)
class FromSource(DocumentCondition):
    """A carrier's name or address, one of its labels or folders holds these words."""

    text: str

    def __str__(self) -> str:
        """Write it as a query."""
        return f'source:"{self.text}"'

    def holds(self, document: Document) -> bool:
        """Return whether one of a document's sources holds the words."""
        return any(folded(self.text) in folded(source) for source in document.sources)

    @property
    def held(self) -> str:
        """That it holds, in words."""
        return f"its source matches “{self.text}”"

    @property
    def absent(self) -> str:
        """That its negation holds, in words."""
        return f"no source of it matches “{self.text}”"

    @property
    def fault(self) -> tuple[str, str] | None:
        """What is wrong with the words."""
        return None if folded(self.text) else (f"{self} has no letters that could match", "delete it or write a name")


@dataclass(frozen=True, slots=True)
class InTitle:
    """It holds in the title alone."""

    part: "Expression"

    def __str__(self) -> str:
        """Write it as a query."""
        return f"title:{_bracketed(self.part)}"


@dataclass(frozen=True, slots=True)
class Near:
    """And stand within `words` words of each other in one segment, in this order if `ordered`."""

    left: "Expression"
    right: "Expression"
    words: int
    ordered: bool

    def __str__(self) -> str:
        """Write it as a query."""
        return f"{_bracketed(self.left)} {'O' if self.ordered else ''}NEAR/{self.words} {_bracketed(self.right)}"


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold and meet in one place."""

    parts: tuple["Expression", ...]

    def __str__(self) -> str:
        """Write it as a query."""
        return " AND ".join(map(_bracketed, self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    """One part is enough."""

    parts: tuple["Expression", ...]

    def __str__(self) -> str:
        """Write it as a query."""
        return " OR ".join(map(_bracketed, self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    """It holds nowhere in the item."""

    part: "Expression"

    def __str__(self) -> str:
        """Write it as a query."""
        return f"NOT {_bracketed(self.part)}"


@dataclass(frozen=True, slots=True)
class NamedPart:
    """A part of a query that the topic file defines under a name; holds where the part holds."""

    name: str
    part: "Expression"

    def __str__(self) -> str:
        """Write it as a query."""
        return self.name


# Every expression is written, by `str`, as a query that reads back to it.
Expression = GroupReference | PhraseQuery | RawTerm | DocumentCondition | InTitle | Near | And | Or | Not | NamedPart


def _bracketed(expression: Expression) -> str:
    return f"({expression})" if isinstance(expression, And | Or | Near) else str(expression)


class _Builder:
    """Makes a node of each rule of the grammar, as lark calls it with the rule's parts."""

    def group(self, parts: "list[Token]") -> GroupReference:
        return GroupReference(str(parts[0]))

    def phrase(self, parts: "list[Token]") -> PhraseQuery:
        return PhraseQuery(parts[0].strip('"'))

    def in_title(self, parts: list[Expression]) -> InTitle:
        return InTitle(parts[0])

    def language(self, parts: "list[Token]") -> Language:
        return Language(str(parts[0]))

    def source(self, parts: "list[Token]") -> FromSource:
        return FromSource(parts[0].strip('"'))

    def raw(self, parts: "list[Token]") -> RawTerm:
        return RawTerm(parts[0].strip('"'))

    def not_query(self, parts: list[Expression]) -> Not:
        return Not(parts[0])

    def near_query(self, parts: list[Any]) -> Near:
        left, near, right = parts
        return Near(left, right, int(near.partition("/")[2]), near.startswith("O"))

    def and_query(self, parts: list[Expression]) -> And:
        return And(tuple(parts))

    def or_query(self, parts: list[Expression]) -> Or:
        return Or(tuple(parts))


@cache
def _parser() -> "Lark":
    from lark import Lark  # noqa: PLC0415 - slow to import, and many topics have no query

    return Lark(_GRAMMAR, parser="lalr", transformer=_Builder(), propagate_positions=False)


def parse(text: str, groups: tuple[str, ...], where: str) -> Expression:
    """Parse a query over named groups; `where` is how errors call it.

    Raises TopicError, with line and column of the query, for what the grammar does not allow and for a group that is not in
    `groups`.
    """
    from lark import UnexpectedInput  # noqa: PLC0415 - as above

    try:
        expression: Expression = _parser().parse(text)  # type: ignore[assignment]  # lark cannot know the builder's
    except UnexpectedInput as fault:
        word = _word_at(fault, text)
        what = f'"{word}" cannot stand here' if word else "the query ends too early"
        cure = _cure(fault, text)
        raise TopicError(f"{where}, line {fault.line}, column {fault.column}: {what}", cure, line=fault.line) from None
    for name in sorted(names(expression) - set(groups)):
        line, column = _place(text, name)
        what = f'{where}, line {line}, column {column}: group "{name}" is not defined'
        raise TopicError(what, _near(name, groups), line=line)
    return expression


def _word_at(fault: "UnexpectedInput", text: str) -> str:
    ended = getattr(fault, "token", None) is not None and str(fault.token) == ""  # type: ignore[attr-defined]
    return "" if ended else "".join(text[fault.pos_in_stream or 0 :].split()[:1])


def _cure(fault: "UnexpectedInput", text: str) -> str:
    at = fault.pos_in_stream or 0
    # An operator in small letters may stand just before the fault: `not ship` fails at "ship".
    words = [*re.findall(r"[^\s()]+(?=\s*$)", text[:at]), *re.findall(r"^[^\s()]+", text[at:])]
    for word in words:
        if word != word.upper() and _OPERATOR.fullmatch(word.upper()):
            return f"operators are in capitals: {word.upper()}"
    if _word_at(fault, text) == "NOT":
        return "say first what must be there: wanted NOT unwanted"
    return 'join groups and "phrases" by AND, OR, NOT, NEAR/n, ONEAR/n; there are title:, lang:, source:, raw:"..." and brackets'


def _near(name: str, groups: tuple[str, ...]) -> str:
    if _OPERATOR.fullmatch(name.upper()):
        return f"operators are in capitals: {name.upper()}"
    return did_you_mean(name, groups, f"known are: {', '.join(groups)}; other words go in quotes")


def _place(text: str, name: str) -> tuple[int, int]:
    """Return line and column of a group's name, wherever else its letters stand."""
    bare = _NO_GROUP.sub(lambda other: " " * len(other[0]), text)
    found = re.search(rf"(?<![\w*-]){re.escape(name)}(?![\w*-])", bare)
    at = found.start() if found else 0
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the parts of an expression."""
    match expression:
        case And(parts) | Or(parts):
            return parts
        case InTitle(part) | Not(part) | NamedPart(_, part):
            return (part,)
        case Near(left, right):
            return (left, right)
        case _:
            return ()


def rebuilt(  # noqa: PLR0911 - one case for each node
    expression: Expression, change: Callable[[Expression], Expression | None]
) -> Expression:
    """Return an expression with each part, from the outside in, in place of which `change` returns another, replaced by it."""
    other = change(expression)
    if other is not None:
        return other
    match expression:
        case And(parts):
            return And(tuple(rebuilt(part, change) for part in parts))
        case Or(parts):
            return Or(tuple(rebuilt(part, change) for part in parts))
        case InTitle(part):
            return InTitle(rebuilt(part, change))
        case Not(part):
            return Not(rebuilt(part, change))
        case NamedPart(name, part):
            return NamedPart(name, rebuilt(part, change))
        case Near(left, right, words, ordered):
            return Near(rebuilt(left, change), rebuilt(right, change), words, ordered)
        case _:
            return expression


def with_parts(expression: Expression, parts: Mapping[str, Expression]) -> Expression:
    """Return an expression with the named parts in place of their names."""

    def change(part: Expression) -> Expression | None:
        known = parts.get(part.name) if isinstance(part, GroupReference) else None
        return NamedPart(part.name, known) if isinstance(part, GroupReference) and known is not None else None

    return rebuilt(expression, change)


def walk(expression: Expression, *, named: bool = True) -> tuple[Expression, ...]:
    """Return an expression and all within it, in the order of the query; without `named` nothing within a named part."""
    found, waiting = [], [expression]
    while waiting:
        found.append(part := waiting.pop())
        inner = children(part)
        if inner and (named or not isinstance(part, NamedPart)):
            waiting += reversed(inner)
    return tuple(found)


def names(expression: Expression) -> set[str]:
    """Return the groups that a query uses."""
    return {part.name for part in walk(expression) if isinstance(part, GroupReference)}


class _Identity:
    """An expression that is known by itself and not by what it says: to compare a large one takes as long as to walk it."""

    __slots__ = ("expression",)

    def __init__(self, expression: Expression) -> None:
        self.expression = expression

    def __hash__(self) -> int:
        return id(self.expression)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.expression is self.expression


_Part = TypeVar("_Part", RawTerm, Not, DocumentCondition)


@lru_cache(maxsize=2_048)
def _of_kind(known: _Identity, kind: type[_Part]) -> tuple[_Part, ...]:
    return tuple(dict.fromkeys(part for part in walk(known.expression) if isinstance(part, kind)))


def raw_terms(expression: Expression | None) -> tuple[RawTerm, ...]:
    """Return the characters that a query asks for as they are written, to which no term leads, each once."""
    return () if expression is None else _of_kind(_Identity(expression), RawTerm)


def exclusions(expression: Expression) -> tuple[Not, ...]:
    """Return the exclusions of an expression, each once."""
    return _of_kind(_Identity(expression), Not)


def conditions(expression: Expression) -> tuple[DocumentCondition, ...]:
    """Return what an expression asks of a document besides its words, each once."""
    return _of_kind(_Identity(expression), DocumentCondition)


_Test = Callable[[frozenset[str], frozenset[str]], bool]  # of the groups and phrases found, and of those in the title


def possible(expression: Expression, found: frozenset[str], in_title: frozenset[str] | None = None) -> bool:
    """Return whether an expression may hold where only the groups and phrases `found` occur; False is certain.

    `in_title` are those of the title, as far as it is known what stands there.
    """
    return _test(_Identity(expression))(found, found if in_title is None else in_title)


def possible_alternatives(expression: Expression, found: frozenset[str], in_title: frozenset[str]) -> tuple[Expression, ...]:
    """Return the alternatives that may hold where only `found` occurs, and of that only `in_title` in the title."""
    return _possible_alternatives(_Identity(expression), found, in_title)


@lru_cache(maxsize=20_000)
def _possible_alternatives(known: _Identity, found: frozenset[str], in_title: frozenset[str]) -> tuple[Expression, ...]:
    return tuple(part for part, test in _alternatives(known) if test(found, in_title))


@lru_cache(maxsize=2_048)
def _alternatives(known: _Identity) -> tuple[tuple[Expression, _Test], ...]:
    parts = known.expression.parts if isinstance(known.expression, Or) else (known.expression,)
    return tuple((part, _possibility(part)) for part in parts)


@lru_cache(maxsize=2_048)
def _test(known: _Identity) -> _Test:
    return _possibility(known.expression)


def _possibility(expression: Expression) -> _Test:
    """Return the test of whether an expression may hold, made once: a long query takes longer to walk than to test."""
    if (names := _any_of(expression)) is not None:
        return lambda found, _: not names.isdisjoint(found)
    match expression:
        case InTitle(part):
            inner = _possibility(part)
            return lambda _, in_title: inner(in_title, in_title)
        case NamedPart(_, part):
            return _possibility(part)
        case And() | Near():
            return _all([part for part in children(expression) if not isinstance(part, Not | DocumentCondition | RawTerm)])
        case Or(parts):
            return _any(parts)
        case _:
            return lambda _found, _in_title: True


def _all(parts: Iterable[Expression]) -> _Test:
    """Return the test of whether each of some parts may hold; what is tested fastest comes first."""
    words, other = _split(parts)
    names, tests = [found for _, found in words], [_possibility(part) for part in other]

    def test(found: frozenset[str], in_title: frozenset[str]) -> bool:
        for one in names:
            if one.isdisjoint(found):
                return False
        for inner in tests:  # noqa: SIM110 - loops are faster than generators here, and this runs for every passage
            if not inner(found, in_title):
                return False
        return True

    return test


def _any(parts: Iterable[Expression]) -> _Test:
    """Return the test of whether one of some parts may hold; what is tested fastest comes first."""
    words, other = _split(parts)
    names, tests = frozenset().union(*(found for _, found in words)), [_possibility(part) for part in other]

    def test(found: frozenset[str], in_title: frozenset[str]) -> bool:
        if not names.isdisjoint(found):
            return True
        for inner in tests:  # noqa: SIM110 - as above
            if inner(found, in_title):
                return True
        return False

    return test


def _split(parts: Iterable[Expression]) -> tuple[list[tuple[Expression, frozenset[str]]], list[Expression]]:
    """Return the parts of which one group or phrase is enough, with these names, and the others."""
    named = [(part, _any_of(part)) for part in parts]
    return [(part, names) for part, names in named if names is not None], [part for part, names in named if names is None]


def _any_of(expression: Expression) -> frozenset[str] | None:
    """Return the groups and phrases of which one is all that an expression asks for; None where it asks for more."""
    match expression:
        case GroupReference() | PhraseQuery():
            return frozenset({str(expression)})
        case NamedPart(_, part):
            return _any_of(part)
        case Or(parts):
            names = [_any_of(part) for part in parts]
            return None if None in names else frozenset().union(*(found for found in names if found is not None))
        case _:
            return None
