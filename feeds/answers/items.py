"""One item with its evidence, as its page shows it to an audience: why it is tagged, where it came from, who carried it."""

from feeds.answers.model import CancelledLine, HitLine, ItemDetails, TagEvidence
from feeds.answers.reading import Reading
from feeds.answers.stories import carrier_lines, story_of
from feeds.model import Classification, Evidence
from feeds.publication.entry import carriers_of, last_change, public_url
from feeds.site.masking import PageMasking
from feeds.site.models import Text
from feeds.site.views import reason, versions
from ingest.model import StoredItem


def item(reading: Reading, uid: str) -> ItemDetails:
    """Return an item by its id. Raises UnknownNameError, and WithdrawnError where it was published and is not now."""
    row = reading.row_of(uid)
    (stored,) = reading.facts.items.by_rows([row])
    tags = reading.tags([row]).get(row, ())
    topics = reading.audience.topics_of(tags)
    masking = PageMasking.of(topics)
    shown, first = reading.audience.shown(stored, topics), carriers_of(masking.item(stored).sightings)
    said = shown.item
    texts = (
        (seen, masking.name(source), masking.text(title, stored.item.language), text)
        for seen, source, title, text in reading.facts.items.versions([row]).get(row, ())
    )
    return ItemDetails(
        id=stored.id,
        title=said.title or public_url(said.url) or first[0].name,
        title_inferred=said.title_inferred,
        url=public_url(said.url),
        source=first[0].name,
        sources=carrier_lines(first),
        language=said.language,
        published=said.published if said.published and said.published <= stored.first_seen else None,
        updated=last_change(stored),
        first_seen=stored.first_seen,
        authors=tuple(author.name for author in said.authors),
        categories=tuple(dict.fromkeys(category.label or category.term for category in said.categories)),
        text=said.text,
        tags=tuple(one.topic for one in tags),
        topics=tuple(_evidence(masking.item(stored), masking.classification(one, stored), reading, masking) for one in tags),
        versions=versions(texts),
        story=story_of(reading, row),
    )


def _evidence(shown: StoredItem, said: Classification, reading: Reading, masking: PageMasking) -> TagEvidence:
    told = reason(shown, said, masking.topic(reading.audience.topics[said.topic]).title)
    return TagEvidence(
        topic=told.topic,
        title=told.title,
        version=said.version,
        grade=told.grade,
        score=told.score,
        why=told.why,
        hits=tuple(HitLine(*_hit(hit)) for hit in said.hits),
        cancelled=tuple(CancelledLine(*_hit(hit), context) for context, hit in said.cancelled),
        review=told.review or None,
        quotes=tuple(map(_plain, told.quotes)),
    )


def _hit(hit: Evidence) -> tuple[str, str, str, int, int, str]:
    return hit.group, hit.term, hit.field, hit.start, hit.end, hit.text


def _plain(text: Text) -> str:
    return "".join(piece.text for piece in text)
