"""Leaves each part of a query out in turn, and knows where that can change an answer; evaluates nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from feeds.tagging.topic import query


@dataclass(frozen=True, slots=True)
class Reduction:
    """An expression with one part left out; only where `touched` may hold can it come out otherwise than the whole."""

    part: str
    expression: query.Expression
    touched: query.Expression


def reductions(expression: query.Expression) -> Iterator[Reduction]:
    """Yield the query with one part left out, in itself or in a part that it names, there wherever it is named."""
    yield from (replace(one, part=f"{one.part} in the query") for one in _smaller(expression))
    named = dict.fromkeys(part for part in query.walk(expression) if isinstance(part, query.NamedPart))
    for whole in named:
        for one in _smaller(whole.part):
            other = query.rebuilt(expression, partial(_redefined, query.NamedPart(whole.name, one.expression)))
            yield Reduction(f"{one.part} in {whole.name}", other, one.touched)


def _redefined(other: query.NamedPart, part: query.Expression) -> query.Expression | None:
    return other if isinstance(part, query.NamedPart) and part.name == other.name else None


def _smaller(expression: query.Expression) -> Iterator[Reduction]:
    """Yield the expression with one part of one AND or OR, or one NOT, left out."""
    match expression:
        case query.And(parts) | query.Or(parts):
            build = query.And if isinstance(expression, query.And) else query.Or
            for number, part in enumerate(parts):
                if len(parts) > 1:
                    rest = build((*parts[:number], *parts[number + 1 :]))
                    # An OR misses only an alternative that holds; an AND gains only where all its other parts hold.
                    yield Reduction(f"“{part}”", rest, part if build is query.Or else rest)
                yield from (replace(below, expression=_put(build, parts, number, below.expression)) for below in _smaller(part))
        case _:
            return


def _put(
    build: type[query.And] | type[query.Or], parts: tuple[query.Expression, ...], number: int, below: query.Expression
) -> query.Expression:
    return build((*parts[:number], below, *parts[number + 1 :]))
