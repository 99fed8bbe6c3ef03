"""Where an entry's subject lies, by GeoRSS: the numbers as they were written; knows no map and no other element of an entry."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from lxml.etree import _Element

from ingest.formats.scope import local
from ingest.formats.served import Spot
from ingest.item import Place

_SHAPES: Final = {"point": "point", "linestring": "line", "polygon": "polygon", "envelope": "box"}  # of GML, as GeoRSS calls them
_NUMBERS: Final = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[ ,]+[-+]?\d+(?:\.\d+)?)+", re.ASCII)
_LONGEST: Final = 10_000  # characters: the outline of a country, drawn finely


def spots(element: _Element) -> Iterator[Spot]:
    """Give what a GeoRSS element says, in the simple form or in GML."""
    name = local(element)
    if name != "where":
        yield Spot(name, element.text or "")
        return
    for shape in element:
        if form := _SHAPES.get(local(shape)):
            yield Spot(form, " ".join(map(str, shape.itertext())))


def from_shape(shape: Mapping[str, Any]) -> Iterator[Spot]:
    """Give the same of a shape that feedparser has read: the numbers as it understood them."""
    form = {"Point": "point", "LineString": "line", "Polygon": "polygon", "Box": "box"}.get(shape.get("type") or "")
    if form:
        yield Spot(form, " ".join(_pairs(shape.get("coordinates") or ())))


def sound(found: Iterable[Spot]) -> Iterator[Place]:
    """Give the places whose numbers are numbers."""
    for spot in found:
        value = " ".join(spot.value.split())
        if len(value) <= _LONGEST and _NUMBERS.fullmatch(value):
            yield Place(spot.form, value)


def _pairs(coordinates: Any) -> Iterator[str]:
    """Give pairs of numbers, latitude first, out of however many brackets."""
    if coordinates and not isinstance(coordinates[0], list | tuple):
        yield f"{coordinates[1]!r} {coordinates[0]!r}"
        return
    for inner in coordinates:
        yield from _pairs(inner)
