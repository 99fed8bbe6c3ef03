"""What a reader of syndication found, as it was served: plain values that the translation makes items of; knows no parser."""

from typing import NamedTuple


class Body(NamedTuple):
    """A text that may be HTML, with what is needed to understand it."""

    value: str
    plain: bool  # text, whatever looks like markup in it
    base: str
    language: str | None


class Person(NamedTuple):
    """An author as the document names one."""

    name: str
    uri: str
    email: str


class Tag(NamedTuple):
    """A category as the document names it."""

    term: str | None
    scheme: str | None
    label: str | None


class File(NamedTuple):
    """An enclosure as the document names it."""

    url: str
    type: str
    length: str


class Spot(NamedTuple):
    """A place as the document writes it."""

    form: str
    value: str


class Entry(NamedTuple):
    """An item or entry: every value as it was written, addresses resolved on xml:base alone."""

    id: str = ""
    title: str = ""
    link: str = ""
    link_is_id: bool = False  # the guid stands for a link that is missing
    alternates: tuple[str, ...] = ()
    summary: Body | None = None
    contents: tuple[Body, ...] = ()
    published: str | None = None
    updated: str | None = None
    authors: tuple[Person, ...] = ()
    tags: tuple[Tag, ...] = ()
    files: tuple[File, ...] = ()
    language: str | None = None
    title_language: str | None = None
    spots: tuple[Spot, ...] = ()


class Served(NamedTuple):
    """A document: what it says of itself, its first entries, and how many there were."""

    is_atom: bool
    entries: tuple[Entry, ...]
    total: int
    title: str = ""
    link: str = ""
    id: str = ""
    updated: str | None = None
    language: str | None = None
    authors: tuple[Person, ...] = ()
    notes: tuple[str, ...] = ()
