"""Labelled pairs or clusters, judged: rows -> articles -> what the rules say of them; reads no file."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from feeds.metrics import wanted
from feeds.model import Comparison, Edge, PeoplesWord, Relation, pair_of
from feeds.stories.article import Article, Raw, read
from feeds.stories.group import stories
from feeds.stories.metrics import Judged
from feeds.stories.pair import compare, conflicts, keys
from ingest.errors import UsageError
from ingest.text.sanitize import plain, safe_html, xml_safe

_UNDATED: Final = datetime(2000, 1, 1, tzinfo=UTC)
_TEXTS: Final = ("title", "summary", "content", "text", "lang", "feed", "source", "url")


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Judged pairs, and the wanted and the found group of every item."""

    pairs: tuple[Judged, ...]
    wanted: dict[int, int]
    found: dict[int, int]


def article_of(row: Any, place: str, *, words_alone: bool = False) -> Article:
    """Read one labelled item. Raises UsageError, naming the place."""
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str | None) for key in _TEXTS):
        raise UsageError(f"{place}: not an item", 'give it "title", "summary", "url", "published", all text and all optional')
    said = {key: xml_safe(str(row.get(key) or "")) for key in _TEXTS}
    published = row.get("published")
    try:
        moment = datetime.fromisoformat(published) if published else _UNDATED
    except (TypeError, ValueError) as fault:
        raise UsageError(f"{place}: published is no date: {published!r}", "write 2026-03-02T12:00:00Z") from fault
    raw = Raw(
        id=str(row.get("id") or place),
        title=said["title"],
        text=plain(safe_html(said["content"] or said["text"] or said["summary"], None)),
        moment=moment if moment.tzinfo else moment.replace(tzinfo=UTC),
        language=said["lang"] or None,
        url=None if words_alone else said["url"] or None,
        sources=(said["feed"] or said["source"],),
    )
    return read([raw])[0]


def of_pairs(rows: Iterable[tuple[str, dict[str, Any]]], *, words_alone: bool = False) -> Evaluated:
    """Judge rows of `a`, `b` and `label`; unclear ones are left out."""
    numbers: dict[str, int] = {}
    articles: dict[int, Article] = {}
    judged: list[tuple[Judged, int, int]] = []
    for place, row in rows:
        label = wanted(row.get("label"))
        if label is None:
            continue
        a, b = _together(*(article_of(row.get(side), f"{place}, {side}", words_alone=words_alone) for side in "ab"))
        first, second = (numbers.setdefault(_known(row, side, one), len(numbers)) for side, one in (("a", a), ("b", b)))
        articles |= {first: a, second: b}
        judged.append((_judged(place, str(row.get("kind") or ""), (a, b), label=label), first, second))
    return Evaluated(
        tuple(pair for pair, _, _ in judged),
        _labels(articles, [(a, b, 1.0) for pair, a, b in judged if pair.wanted], lambda *_: False),
        _labels(articles, [(a, b, p.verdict.strength) for p, a, b in judged if p.merged], _conflict(articles)),
    )


def _together(a: Article, b: Article) -> tuple[Article, Article]:
    """Let an item without a date have the other's: nothing is known of the time between."""
    return (
        (replace(a, moment=b.moment), b)
        if a.moment == _UNDATED
        else (a, replace(b, moment=a.moment))
        if b.moment == _UNDATED
        else (a, b)
    )


def _known(row: dict[str, Any], side: str, article: Article) -> str:
    """Name an item by its own id, and by its words: a file may give two versions under one id."""
    return repr((row[side].get("id") or row[side].get("url"), article.head, article.moment))


def of_clusters(rows: Iterable[tuple[str, dict[str, Any]]], *, words_alone: bool = False) -> Evaluated:
    """Judge rows that are items with a `cluster`: likely pairs are found as in the service."""
    articles: dict[int, Article] = {}
    labels: dict[int, str] = {}
    for number, (place, row) in enumerate(rows):
        articles[number], labels[number] = article_of(row, place, words_alone=words_alone), str(row["cluster"])
    pairs = {pair: compare(articles[pair[0]], articles[pair[1]]) for pair in sorted(_likely(articles))}
    edges = [(a, b, said.strength) for (a, b), said in pairs.items() if said.relation is Relation.SAME]
    found = _labels(articles, edges, _conflict(articles))
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number, label in labels.items():
        groups[label].append(number)
    together = {(a, b) for group in groups.values() for a in group for b in group if a < b}
    judged = [
        _judged(
            f"items {a + 1} and {b + 1}", "", (articles[a], articles[b]), label=labels[a] == labels[b], merged=found[a] == found[b]
        )
        for a, b in sorted(together | pairs.keys())
    ]
    first = {label: group[0] for label, group in groups.items()}
    return Evaluated(tuple(judged), {number: first[label] for number, label in labels.items()}, found)


def _likely(articles: dict[int, Article]) -> set[tuple[int, int]]:
    under: defaultdict[int, list[int]] = defaultdict(list)
    for number, article in articles.items():
        for key in keys([article])[0]:
            under[key].append(number)
    return {pair_of(a, b) for group in under.values() for a in group for b in group if a < b}


def _judged(place: str, kind: str, pair: tuple[Article, Article], *, label: bool, merged: bool | None = None) -> Judged:
    verdict: Comparison = compare(*pair)
    same = verdict.relation is Relation.SAME if merged is None else merged
    titles = (" ".join(pair[0].head), " ".join(pair[1].head))
    return Judged(place, kind, titles, label, same, verdict)


def _conflict(articles: dict[int, Article]) -> Any:
    return lambda a, b: conflicts(articles[a], articles[b])


def _labels(articles: dict[int, Article], edges: Iterable[tuple[int, int, float]], conflict: Any) -> dict[int, int]:
    pairs = [Edge(*pair_of(a, b), strength) for a, b, strength in edges if a != b]
    rank = {number: f"{article.id} {number:09}" for number, article in articles.items()}
    groups = stories(pairs, PeoplesWord(), conflict, rank)
    return {number: number for number in articles} | {number: min(group) for group in groups for number in group}
