"""What holds for a whole document while it is read: names, base addresses, languages, texts; raises Unsure where it must guess."""

from dataclasses import dataclass, field
from typing import Any, Final

from lxml.etree import _Element

from ingest.errors import ParseError
from ingest.formats.xml.values import joined, once, person, windows
from ingest.formats.xml.vocabulary import XML_BASE, XML_LANG, Kind, kind_of
from ingest.raw import RawPerson

MOST_ATTRIBUTES: Final = 1_000


class NotUnderstoodError(ParseError):
    """The document may say more than this reader understands."""


@dataclass(slots=True)
class ParseContext:
    """What holds for a whole document, learnt before and while it is read."""

    is_atom: bool
    drops_div: bool  # Atom 1.0: the div around XHTML is no part of the text
    twice: bool  # there may be UTF-8 written twice
    windows: bool  # there are Windows characters written as C1
    kinds: dict[str, Kind] = field(default_factory=dict)
    actions: dict[Any, Any] = field(default_factory=dict)  # what to do at each tag of an entry

    def kind(self, element: _Element) -> Kind:
        """Give what an element is read as."""
        tag = element.tag
        if not isinstance(tag, str):  # an entity that nothing declares
            raise NotUnderstoodError("an entity of its own")
        known = self.kinds.get(tag)
        if known is None:
            known = self.kinds[tag] = kind_of(tag, element.prefix)
        return known

    def base(self, element: _Element, above: str) -> str:
        """Give the base address inside an element (XML Base)."""
        if not element.attrib:
            return above
        said = element.get(XML_BASE) or element.get("base")
        return (joined(above, said) or above) if said else above

    def language(self, element: _Element, above: str | None) -> str | None:
        """Give the language declared for an element; an empty one takes back what was declared above."""
        if not element.attrib:
            return above
        said = element.get(XML_LANG, element.get("lang"))
        return above if said is None else said or None

    def text(self, element: _Element) -> str:
        """Give the text of an element that holds nothing else."""
        if len(element):
            raise NotUnderstoodError(f"markup inside {local(element)}")
        text = (element.text or "").strip()
        return self.mended(text) if self.twice or self.windows else text

    def mended(self, text: str) -> str:
        """Mend the characters of a text, where the document has any to mend."""
        if self.twice:
            text = once(text)
        return windows(text) if self.windows else text

    def person(self, element: _Element, base: str) -> RawPerson:
        """Read an author, in parts or in one line; whatever else stands among the parts is none of the entry's."""
        said = {}
        for part in element:
            action, role = self.kind(part)
            if action == "person":
                text = self.text(part)
                said[role] = joined(self.base(part, base), text) if role == "uri" else text
        if said:
            return RawPerson(**{"name": "", **said})
        return person(self.mended("".join(element.xpath("text()")).strip()) if len(element) else self.text(element))


def local(element: _Element) -> str:
    """Give an element's name without its namespace, in lower case."""
    return str(element.tag).rpartition("}")[2].lower()


def attributes(element: _Element) -> dict[str, str]:
    """Give an element's attributes, names in lower case."""
    bounded(element)
    return {str(name).lower(): str(value) for name, value in element.items()}


def bounded(element: _Element) -> None:
    """Refuse an element with more attributes than anything has; raises ParseError (S5)."""
    if len(element.attrib) > MOST_ATTRIBUTES:
        raise ParseError(f"an element with more than {MOST_ATTRIBUTES} attributes", "no feed needs that; tell its publisher")
