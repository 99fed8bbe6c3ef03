"""What holds for a whole document while it is read: names, base addresses, languages, texts; raises Unsure where it must guess."""

from dataclasses import dataclass, field
from typing import Any, Final

from lxml.etree import _Element

from ingest.errors import ParseError
from ingest.formats.served import Person
from ingest.formats.values import joined, once, person, windows
from ingest.formats.vocabulary import TELLING, XML_BASE, XML_LANG, kind_of

MOST_ATTRIBUTES: Final = 1_000
_PERSON: Final = frozenset({"name", "uri", "url", "homepage", "email"})


class Unsure(Exception):  # noqa: N818 - no error: another reader is asked
    """The document may say more than this reader understands."""


@dataclass(slots=True)
class Scope:
    """What holds for a whole document, learnt before and while it is read."""

    is_atom: bool
    drops_div: bool  # Atom 1.0: the div around XHTML is no part of the text
    twice: bool  # there may be UTF-8 written twice
    windows: bool  # there are Windows characters written as C1
    kinds: dict[str, str] = field(default_factory=dict)
    actions: dict[Any, Any] = field(default_factory=dict)  # what to do at each tag of an entry

    def kind(self, element: _Element) -> str:
        """Give what an element is read as."""
        tag = element.tag
        if not isinstance(tag, str):  # an entity that nothing declares
            raise Unsure("an entity of its own")
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
            raise Unsure(f"markup inside {local(element)}")
        text = (element.text or "").strip()
        return self.mended(text) if self.twice or self.windows else text

    def mended(self, text: str) -> str:
        """Mend the characters of a text, where the document has any to mend."""
        if self.twice:
            text = once(text)
        return windows(text) if self.windows else text

    def ignore(self, element: _Element, *, titled: bool = False) -> None:
        """Pass over an element, unless something inside could be meant for its entry; not a title where there is one."""
        bounded(element)
        if len(element):
            for inner in element.iterdescendants():
                kind = self.kind(inner)
                if kind in TELLING and not (titled and kind == "title"):
                    raise Unsure(f"{local(inner)} inside {local(element)}")

    def person(self, element: _Element, base: str, *, titled: bool = False) -> Person:
        """Read an author, in one line or in parts; a title of the person's is none of an entry that has one."""
        if not len(element):
            return person(self.text(element))
        said = {"name": "", "uri": "", "email": ""}
        for part in element:
            name, kind = local(part), self.kind(part)
            if kind in TELLING and not (titled and kind == "title" and not len(part)):
                raise Unsure(f"{name} inside {local(element)}")
            if kind != "skip" or name not in _PERSON:
                self.ignore(part)
                _no_text(part)
            elif name in {"name", "email"}:
                said[name] = _stripped(part)
            else:
                said["uri"] = joined(self.base(part, base), self.text(part))
        if (element.text or "").strip() or any((part.tail or "").strip() for part in element):
            raise Unsure("an author in two ways at once")
        return Person(said["name"], said["uri"], said["email"])


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


def _no_text(element: _Element) -> None:
    if (element.text or "").strip() and element.attrib:
        raise Unsure(f"text in {local(element)}")


def _stripped(element: _Element) -> str:
    if len(element):
        raise Unsure(f"markup inside {local(element)}")
    return (element.text or "").strip()
