"""Stored items and classifications -> what pages show of them; pure choices, no HTML and no database."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from feeds.model import Classification, Evidence
from feeds.publication.entry import carriers_of, item_href, public_address, source_key
from feeds.site import highlighting
from feeds.site.models import (
    About,
    Card,
    ItemPage,
    PageLink,
    Piece,
    PreviewCase,
    PreviewList,
    PreviewSection,
    RelatedLine,
    SourceLine,
    TagReason,
    Text,
    VersionLine,
)
from feeds.tagging.quality.preview import Counts, PreviewedItem, TopicPreview
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.planner.health import SourceHealth
from ingest.text.folding import word_pattern
from ingest.text.language.names import name as language_name
from ingest.text.url_placeholders import is_placeholder_contact

EXCERPT: Final = 220  # characters in a list
_NUMBERS: Final = 10  # languages or sources that are counted in a preview
OPENING: Final = 700  # characters on an item's own page

Texts = tuple[datetime, str, str, str]  # seen, source, title, text of one version


def about(topic: Topic) -> About:
    """Return a topic's description of itself."""
    return About(
        name=topic.name,
        title=topic.title,
        description=topic.description,
        definition=topic.definition,
        means=topic.means,
        does_not_mean=topic.does_not_mean,
        limits=topic.limits,
        contact="" if is_placeholder_contact(topic.contact) else topic.contact,
        status=topic.status,
    )


def shown_at(stored: StoredItem) -> tuple[datetime, bool]:
    """Return the date to show, and whether it is the publisher's: a date after we first saw the item is not believed."""
    published = stored.item.published
    return (published, True) if published and published <= stored.first_seen else (stored.first_seen, False)


def card(stored: StoredItem, classifications: tuple[Classification, ...] = (), *, limit: int = EXCERPT) -> Card:
    """Return an item as an entry of a list; the words that `classifications` found are highlighted."""
    item, hits = stored.item, _hits(classifications)
    when, dated = shown_at(stored)
    title = item.title or public_address(item.url) or stored.carrier.source.name
    return Card(
        uid=stored.id,
        title=highlighting.highlight(title, highlighting.spans_of(hits, "title", title)),
        href=item_href(stored.id),
        url=public_address(item.url),
        language=item.language,
        excerpt=_excerpt(item.text, limit, highlighting.spans_of(hits, "text", item.text)),
        when=when,
        dated=dated,
        carriers=carriers_of(stored.sightings),
        why=_why(classifications),
        first_seen=stored.first_seen,
        title_inferred=item.title_inferred,
        sources=tuple(dict.fromkeys(source_key(seen.source) for seen in stored.sightings)),
    )


def _excerpt(text: str, limit: int, spans: tuple[highlighting.Span, ...]) -> Text:
    """Return the opening of a text, or the first sentence with a word that was found where the opening has none."""
    opening = highlighting.opening(text, limit, spans)
    if limit != EXCERPT or not spans or any(piece.marked for piece in opening):
        return opening
    quoted = next(iter(highlighting.quotes(text, spans)), ())
    return (Piece("… "), *quoted) if quoted else opening


def _why(classifications: tuple[Classification, ...]) -> str:
    """Return the reason of the one topic whose list this is; none for a topic without a query, which tags everything."""
    reasons = [one.why for one in classifications if one.hits or one.branch or one.review]
    return reasons[0] if len(classifications) == 1 and reasons else ""


def _hits(classifications: Iterable[Classification]) -> tuple[Evidence, ...]:
    return tuple(hit for classification in classifications for hit in classification.hits)


def reason(stored: StoredItem, classification: Classification, title: str) -> TagReason:
    """Return why a topic with this title tags an item, or does not."""
    text = stored.item.text
    return TagReason(
        topic=classification.topic,
        title=title,
        why=classification.why,
        grade=str(classification.grade or ""),
        score=classification.score,
        quotes=highlighting.quotes(text, highlighting.spans_of(classification.hits, "text", text)),
        hits=tuple(dict.fromkeys((hit.group, hit.text) for hit in classification.hits)),
        cancelled=tuple(dict.fromkeys((hit.text, context.replace("_", " ")) for context, hit in classification.cancelled)),
        review=classification.review,
    )


def preview_status(found: TopicPreview) -> str:
    """Return the result of a preview in one line."""
    change = found.change
    said = f"{found.tagged:,} of {found.items:,} stored items would be tagged"
    said += "" if found.is_complete else " (the newest alone were examined)"
    if change is None:
        return f"{said}; no topic of this name is in force."
    if change.version == found.topic.version:
        return f"{said}; this wording is in force."
    return f"{said}; against the version in force {change.gained:,} gained, {change.lost:,} lost, {change.unchanged:,} unchanged."


def preview_section(found: TopicPreview) -> PreviewSection:
    """Return what a preview shows: numbers, then what is gained and lost, the hits and the near misses."""
    languages = tuple((language_name(code), count) for code, count in found.by_language)
    numbers = (("By language", languages), ("By source", found.by_source), ("By grade", found.by_grade))
    change = found.change
    kinds: list[tuple[str, int, tuple[PreviewedItem, ...]]] = []
    if change is not None and change.version != found.topic.version:
        kinds += [("Gained", change.gained, change.gained_items), ("Lost", change.lost, change.lost_items)]
    kinds += [("Hits", found.tagged, found.hits), ("Near misses", found.near, found.near_misses)]
    return PreviewSection(
        tables=tuple((title, _links(counts)) for title, counts in numbers if counts),
        lists=tuple(PreviewList(title, total, tuple(_case(one, found.topic) for one in items)) for title, total, items in kinds),
    )


def _links(counts: Counts) -> tuple[PageLink, ...]:
    return tuple(PageLink(title, "", count) for title, count in counts[:_NUMBERS])


def _case(one: PreviewedItem, topic: Topic) -> PreviewCase:
    return PreviewCase(card(one.stored, (one.answer,)), reason(one.stored, one.answer, topic.title))


def related_line(stored: StoredItem, why: str = "", relation: str = "", *, has_page: bool) -> RelatedLine:
    """Return a copy of an item, or a related item, as a line of the item's page."""
    return RelatedLine(
        title=stored.item.title,
        href=f"{stored.id}.html" if has_page else public_address(stored.item.url) or "",
        language=stored.item.language,
        source=carriers_of(stored.sightings)[0].name,
        when=shown_at(stored)[0],
        reason=why,
        relation=relation,
    )


def item_page(
    stored: StoredItem,
    classified: tuple[tuple[Classification, Topic], ...],
    texts: Iterable[Texts],
    story: tuple[RelatedLine, ...],
    fingerprint: str,
) -> ItemPage:
    """Return an item's page, with its tags and their topics, its versions (oldest first), its copies and related items."""
    item = stored.item
    when, dated = shown_at(stored)
    return ItemPage(
        card=card(stored, tuple(classification for classification, _ in classified), limit=OPENING),
        published=when if dated else None,
        first_seen=stored.first_seen,
        updated=stored.changed,
        authors=item.authors,
        categories=tuple(dict.fromkeys(category.label or category.term for category in item.categories)),
        reasons=tuple(reason(stored, classification, topic.title) for classification, topic in classified),
        versions=versions(texts),
        story=story,
        fingerprint=fingerprint,
    )


def versions(texts: Iterable[Texts]) -> tuple[VersionLine, ...]:
    """Return how many words each version added and removed, compared with the version before from the same source."""
    before: dict[str, Counter[str]] = {}
    found = []
    for seen, source, title, text in texts:
        words = Counter(word_pattern().findall(f"{title}\n{text}"))
        old = before.get(source)
        added, removed = (None, None) if old is None else ((words - old).total(), (old - words).total())
        found.append(VersionLine(seen, public_address(source), title, len(word_pattern().findall(text)), added, removed))
        before[source] = words
    return tuple(found)


def moment(stored: StoredItem) -> datetime:
    """Return when an item, or who carries it, last changed here (UTC): the date of its page."""
    return max(stored.changed, *(seen.first_seen for seen in stored.sightings)).astimezone(UTC)


def source_lines(found: Iterable[SourceHealth], carried: Mapping[str, int]) -> tuple[SourceLine, ...]:
    """Return lines about sources in the order of `found`; `carried` counts items by address."""
    return tuple(_line(one, carried.get(one.source.url, 0)) for one in found)


def _line(one: SourceHealth, items: int) -> SourceLine:
    return SourceLine(
        name=public_address(one.source.name),
        url=public_address(one.source.url),
        site=public_address(one.source.site_url),
        language=one.source.language,
        standing=one.standing,
        note=public_address(one.note),
        last_good=one.last_good,
        next_poll=one.next_poll,
        why=one.why if one.is_polled else "",
        items=items,
        often=_often(one.per_day),
        news=one.news,
        gaps=one.gaps,
        last_gap=one.last_gap,
        week=one.week,
        key=source_key(one.source),
    )


def _often(per_day: float | None) -> str:
    if not per_day:
        return ""
    if per_day >= 1:
        return f"about {per_day:.2g} a day" if per_day < 10 else f"about {per_day:.0f} a day"  # noqa: PLR2004 - two digits
    return f"about one in {1 / per_day:,.0f} days"
