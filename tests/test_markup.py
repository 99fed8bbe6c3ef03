from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.publication.formats.xml import branch, empty, filled, leaf

Plan = tuple[dict[str, str], "str | list[Plan] | None"]  # attributes, and what an element holds

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from("&<>\"'\t\n\r\x7f\x85 ]"))
ATTRIBUTES = st.dictionaries(st.sampled_from(["href", "title", "xml:lang"]), TEXTS)
PLANS: st.SearchStrategy[Plan] = st.recursive(
    st.tuples(ATTRIBUTES, st.none() | TEXTS), lambda below: st.tuples(ATTRIBUTES, st.lists(below, max_size=3)), max_leaves=8
)
ENVELOPE = b"<feed>\n  <id>&lt;/feed&gt;</id>\n</feed>\n"


def fast(plan: Plan, depth: int) -> str:
    """Write an element as our own module does."""
    attributes, held = plan
    if isinstance(held, list):
        return branch("one", [fast(below, depth + 1) for below in held], depth, attributes)
    return empty("one", attributes) if held is None else leaf("one", held, attributes)


def build(parent: etree._Element, plan: Plan) -> None:
    """Make an element as lxml does."""
    attributes, held = plan
    names = {name.replace("xml:", "{http://www.w3.org/XML/1998/namespace}"): value for name, value in attributes.items()}
    element = etree.SubElement(parent, "one", names)
    if isinstance(held, list):
        for below in held:
            build(element, below)
    else:
        element.text = held


def plain(plans: Iterable[Plan]) -> bytes:
    """Return the envelope as lxml fills it."""
    root = etree.fromstring(ENVELOPE, etree.XMLParser(remove_blank_text=True))
    for plan in plans:
        build(root, plan)
    return etree.tostring(root, pretty_print=True, encoding="UTF-8")


@given(st.lists(PLANS, max_size=3))
def test_elements_are_written_as_lxml_writes_them(plans: list[Plan]) -> None:
    """Whatever names and texts hold, the bytes are those that lxml gives: escaped, indented, nothing lost."""
    assert filled(ENVELOPE, "feed", [fast(plan, 1) for plan in plans], 1) == plain(plans)


@pytest.mark.parametrize("text", ["\x00", "a\x0bb", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_what_no_document_may_hold_is_refused(text: str) -> None:
    """A character that XML has no place for is an error here, and never a document that no reader can read."""
    with pytest.raises(ValueError, match=r"no XML document|surrogates not allowed"):
        filled(ENVELOPE, "feed", [leaf("one", text)], 1)
