"""Health of sources -> the lines of their page, as they may be published; pure, judges nothing itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from feeds.publication.entry import public_address
from feeds.site.models import SourceLine, SourcesPage
from ingest.planner.health import SourceHealth


def page(found: Iterable[SourceHealth], carried: Mapping[str, int], as_of: datetime | None, fingerprint: str = "") -> SourcesPage:
    """Give the page of sources in the order of `found`, as things stood at `as_of`; `carried` counts items by address."""
    return SourcesPage(tuple(_line(one, carried.get(one.source.url, 0)) for one in found), as_of, fingerprint)


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
    )


def _often(per_day: float | None) -> str:
    if not per_day:
        return ""
    if per_day >= 1:
        return f"about {per_day:.2g} a day" if per_day < 10 else f"about {per_day:.0f} a day"  # noqa: PLR2004 - two digits
    return f"about one in {1 / per_day:,.0f} days"
