"""GeoRSS: the geographic points of an entry, their numbers as they were written; knows no other element of an entry."""

from collections.abc import Iterator
from typing import Final

from lxml.etree import _Element

from ingest.formats.xml.context import local
from ingest.raw import RawPoint

SHAPES: Final = {"point": "point", "linestring": "line", "polygon": "polygon", "envelope": "box"}  # of GML, as GeoRSS calls them


def geographic_points(element: _Element) -> Iterator[RawPoint]:
    """Yield the geographic points of a GeoRSS element, in the simple form or in GML."""
    name = local(element)
    if name != "where":
        yield RawPoint(name, element.text or "")
        return
    for shape in element:
        if form := SHAPES.get(local(shape)):
            yield RawPoint(form, " ".join(map(str, shape.itertext())))
