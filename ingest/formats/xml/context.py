"""What holds for a whole document while lxml's tree of it is read: names, base addresses, languages, texts; guesses nothing."""

from dataclasses import dataclass, field
from typing import Any, Final

from lxml.etree import _Element

from ingest.errors import ParseError
from ingest.formats.xml.values import parse_person, resolve, restore_windows_1252, undo_double_utf8
from ingest.formats.xml.vocabulary import Kind, kind_of
from ingest.raw import RawPerson

MOST_ATTRIBUTES: Final = 1_000
_XML_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


class NotUnderstoodError(ParseError):
    """The document may say more than the lxml reader understands: the feedparser reader reads it."""


@dataclass(slots=True)
class ParseContext:
    """What holds for a whole document, learnt before and while it is read."""

    is_atom: bool
    drops_div: bool  # Atom 1.0: the div around XHTML is no part of the text
    has_double_utf8: bool  # there may be UTF-8 encoded a second time
    has_c1: bool  # there are C1 controls, which stand for characters of windows-1252
    kinds: dict[str, Kind] = field(default_factory=dict)
    actions: dict[Any, Any] = field(default_factory=dict)  # what to do at each tag of an entry

    def kind(self, element: _Element) -> Kind:
        """Return what an element is read as. Raises NotUnderstoodError for an entity."""
        tag = element.tag
        if not isinstance(tag, str):  # an entity that nothing declares
            raise NotUnderstoodError("an entity of its own")
        known = self.kinds.get(tag)
        if known is None:
            known = self.kinds[tag] = kind_of(tag, element.prefix)
        return known

    def base(self, element: _Element, above: str) -> str:
        """Return the base address inside an element (XML Base)."""
        if not element.attrib:
            return above
        said = element.get(_XML_BASE) or element.get("base")
        return (resolve(above, said) or above) if said else above

    def language(self, element: _Element, above: str | None) -> str | None:
        """Return the language declared for an element; an empty one takes back what was declared above (XML 1.0, 2.12)."""
        if not element.attrib:
            return above
        said = element.get(_XML_LANG, element.get("lang"))
        return above if said is None else said or None

    def text(self, element: _Element) -> str:
        """Return the text of an element that holds nothing else. Raises NotUnderstoodError for markup in it."""
        if len(element):
            raise NotUnderstoodError(f"markup inside {local(element)}")
        text = (element.text or "").strip()
        return self.repair(text) if self.has_double_utf8 or self.has_c1 else text

    def repair(self, text: str) -> str:
        """Repair the characters of a text, where the document may have wrong ones."""
        if self.has_double_utf8:
            text = undo_double_utf8(text)
        return restore_windows_1252(text) if self.has_c1 else text

    def person(self, element: _Element, base: str) -> RawPerson:
        """Read an author, in parts or in one line; whatever else stands among the parts is none of the entry's."""
        said = {}
        for part in element:
            action, role = self.kind(part)
            if action == "person":
                text = self.text(part)
                said[role] = resolve(self.base(part, base), text) if role == "uri" else text
        if said:
            return RawPerson(**{"name": "", **said})
        return parse_person(self.repair("".join(element.xpath("text()")).strip()) if len(element) else self.text(element))


def local(element: _Element) -> str:
    """Return an element's name without its namespace, in lower case."""
    return str(element.tag).rpartition("}")[2].lower()


def attributes(element: _Element) -> dict[str, str]:
    """Return an element's attributes, names in lower case. Raises ParseError for too many."""
    check_attributes(element)
    return {str(name).lower(): str(value) for name, value in element.items()}


def check_attributes(element: _Element) -> None:
    """Raise ParseError for an element with more attributes than anything has."""
    if len(element.attrib) > MOST_ATTRIBUTES:
        raise ParseError(f"an element with more than {MOST_ATTRIBUTES} attributes", "no feed needs that; tell its publisher")
