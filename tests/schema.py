"""Atom documents against the schema beside this file, and what RFC 4287 says in words that no schema can."""

from pathlib import Path
from typing import Final

from lxml import etree

SCHEMA: Final = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
_ATOM: Final = "{http://www.w3.org/2005/Atom}"


def valid(data: bytes) -> etree._Element:
    """Return the root of a feed that is valid to the letter; fails the test otherwise."""
    root = etree.fromstring(data)
    assert SCHEMA.validate(root), SCHEMA.error_log
    entries = root.findall(f"{_ATOM}entry")
    ids = [entry.findtext(f"{_ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids)), "an id stands for one entry (4.1.1)"
    for entry in entries:
        addresses = [link.get("href") for link in entry.findall(f"{_ATOM}link") if link.get("rel") == "alternate"]
        assert len(addresses) <= 1, "one alternate link of a kind (4.1.2)"
        assert addresses or entry.find(f"{_ATOM}content") is not None, "no alternate link wants content (4.1.2)"
        assert entry.find(f"{_ATOM}author") is not None, "each entry says whose it is (4.1.2)"
    return root
