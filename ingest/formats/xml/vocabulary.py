"""What each element of a feed in XML is read as: the tables of the formats and of their modules, put together; knows no parser.

An element is read by its kind, (action, role). The actions: `root`, `channel` and `entry` hold the others; `text` is a title or a
body; `link`, `original`, `identifier`, `date`, `author` (with each `person` part), `language`, `duration`, `geographic_point` and
`file` are facts; `category` and its like (`media_category`, `itunes_category`, `keywords`, `itunes_keywords`, `categories`) are
categories; `group` holds media; `hint` and `hints` say when to poll; `not_understood` leaves the document to feedparser.
"""

import re
from functools import lru_cache
from typing import Final

from ingest.formats import atom, rdf, rss
from ingest.formats.xml.extensions import EXTENSIONS

Kind = tuple[str, str]
# Namespace in lower case -> the prefix under which its names are listed; those of the formats themselves have none.
NAMESPACES: Final = {
    **dict.fromkeys((*rss.NAMESPACES, *rdf.NAMESPACES, *atom.NAMESPACES), ""),
    **{namespace: module.prefix for module in EXTENSIONS for namespace in module.namespaces},
}
# Name, with its prefix -> kind.
KINDS: Final[dict[str, Kind]] = {
    **{
        name: kind
        for table in (rss.ELEMENTS, rss.CUSTOM_ELEMENTS, rdf.ELEMENTS, atom.ELEMENTS, atom.ELEMENTS_0_3)
        for kind, names in table.items()
        for name in names.split()
    },
    **{
        f"{module.prefix}:{name}": kind
        for module in EXTENSIONS
        for kind, names in module.elements.items()
        for name in names.split()
    },
}
# An element of a vocabulary that is not read, or not read here. Whatever is inside is not its entry's (RFC 4287, 6.4.2).
OTHER: Final[Kind] = ("other", "")
TITLES: Final = frozenset({"title", "dc:title", "media:title"})  # roles of texts that may be a feed's title
HTML_BY_CUSTOM: Final = frozenset({"encoded", "description", "dc:description"})  # roles of texts whose type nothing says
IN_MEDIA: Final = frozenset(  # what an element of Media RSS may hold that is read
    {KINDS[f"media:{name}"] for name in "title description category keywords content thumbnail".split()}
)
_NAME: Final = re.compile(r"(?:\{([^}]*)\})?(.*)", re.DOTALL)


@lru_cache(maxsize=4_096)
def kind_of(tag: str, prefix: str | None) -> Kind:
    """Return what an element is read as, by its name in Clark notation; OTHER for a name of a vocabulary that is not read.

    A namespace that nobody knows is read by its prefix, as its writer meant it.
    """
    namespace, name = _NAME.fullmatch(tag).groups()  # type: ignore[union-attr] # matches anything
    space = (namespace or "").lower()
    known = "" if rss.is_userland(space) else NAMESPACES.get(space, (prefix or "").lower() if space else "")
    return named(known, name.lower())


def named(prefix: str, name: str) -> Kind:
    """Return what an element is read as, by the prefix that its vocabulary has here and its name in lower case."""
    return KINDS.get(f"{prefix}:{name}" if prefix else name, OTHER)
