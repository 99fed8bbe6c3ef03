import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from html import unescape
from pathlib import Path
from types import UnionType
from typing import Any, Final, Union, cast, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import Cli, home_at, stored, topic, write_topic
from served_site import served
from support import NOON, rss, rss_item

from feeds.publication.entry import FeedEntry
from feeds.publication.entry_view import EntryView
from feeds.publication.masking import Mask
from feeds.site.masking import PageMasking
from feeds.tagging.topic.loader import parse_topic
from ingest.model import Item

WORDS = ("tulip", "wicked", "bad seed")
HEAD = """\
title = "News of the tulip"
description = "Said of it: t-u-l-i-p."
means = ["A wicked plant."]
does_not_mean = ["No bad seed."]
limits = ["Misses tulip."]
contact = "The tulip desk"
require = ["plant"]
[publish]
mask = ["tulip", "wicked", "bad seed"]
content = "full"
[group.plant]
any = ["harbour", "tulip"]
"""
UNSEEN = "\u200b\u00ad\u200d\u2060\ufeff\u200e\ufe0f\u034f\U000e0101"
HYPHENS = "-.\u2010\u2011\u2013\u00b7_"
ALIKE = {
    "a": "аα",
    "c": "с",
    "d": "ԁ",
    "e": "еє",
    "i": "іι",
    "p": "рρ",
    "s": "ѕ",
    "u": "υս",
    "w": "ԝ",
    "b": "Ь",
    "k": "κ",
    "t": "т",
}
LATIN = str.maketrans({other: letter for letter, others in ALIKE.items() for other in others})


def mask(text: str = HEAD) -> Mask:
    """Compile the mask of a topic."""
    return Mask(topic(text))


def uncovered(shown: str) -> str:
    """Return what somebody reads who sees through every disguise: no markup, references, signs, marks or case."""
    while (read := unescape(shown)) != shown:
        shown = read
    shown = unicodedata.normalize("NFKD", re.sub(r"<[^<>]*>", "", shown).casefold()).translate(LATIN)
    return "".join(one for one in shown if one.isalnum() or one.isspace() or one == "*")


def says(shown: str) -> list[str]:
    """Return the masked words that can be read in what is shown."""
    return [word for word in WORDS if word in uncovered(shown)]


@st.composite
def disguises(draw: st.DrawFn, *, markup: bool) -> str:
    """Disguise one of the words: each letter in some form, with some things between."""
    shown = []
    signs = draw(st.sampled_from(["", HYPHENS]))
    for letter in draw(st.sampled_from(WORDS)):
        forms = [letter, letter.upper(), chr(ord(letter) + 0xFEE0), f"{letter}\u0301", f"{letter}\u0336", f"&#{ord(letter)};"]
        forms += [*ALIKE.get(letter, ""), f"&#x{ord(letter):x};"]
        between = ["", "", *UNSEEN, *signs, *(["<b>", "</b>", "<i></i>", '<span class="x">', "<wbr>"] if markup else [])]
        shown += [" " if letter == " " else draw(st.sampled_from(forms)), draw(st.sampled_from(between)) if letter != " " else ""]
    return "".join(shown[:-1])


@given(disguises(markup=False), st.sampled_from([None, "en", "fr"]))
def test_no_disguise_shows_a_masked_word_in_plain_text(disguised: str, language: str | None) -> None:
    """Whatever is put into it, between its letters or in their place: a reader sees one letter; the length stays."""
    text = f"This is «{disguised}», they say."
    shown = mask().text(text, language)
    assert says(text)
    assert says(shown) == []
    assert len(shown) == len(text)
    assert (shown[:9], shown[-12:]) == (text[:9], text[-12:])


@given(disguises(markup=True))
def test_no_disguise_shows_a_masked_word_in_html(disguised: str) -> None:
    """Markup inside a word hides it from nobody; every tag stays."""
    html = f"<p>This is {disguised}</p><p>Next</p>"
    shown = mask().html(html, "en")
    assert says(shown) == []
    assert re.findall(r"<[^<>]*>", shown) == re.findall(r"<[^<>]*>", html)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ('<img alt="a tu-lip" src="http://a.example/tulip">', '<img alt="a t*-***" src="http://a.example/tulip">'),
        ('<a href="http://a.example/tulip" title="Tulip!">x</a>', '<a href="http://a.example/tulip" title="T****!">x</a>'),
        ("<p>tu</p><p>lip</p>", "<p>t*</p><p>***</p>"),
        ("<p>a <b>tu</b>lip &amp; b</p>", "<p>a <b>t*</b>*** &amp; b</p>"),
        ("bad<br>seed", "b**<br>****"),
        ("<p>tulips, tulip&nbsp;tree</p>", "<p>tulips, t****&nbsp;tree</p>"),
        ("<p>t u l i p</p>", "<p>t * * * *</p>"),
        ("<p>🅣🅤🅛🅘🅟 ⓣⓤⓛⓘⓟ ᴛᴜʟɪᴘ 𝓉𝓊𝓁𝒾𝓅</p>", "<p>🅣**** ⓣ**** ᴛ**** 𝓉****</p>"),
        ("<p>wìcked w1cked wícked wicked</p>", "<p>w***** w***** w***** w*****</p>"),
    ],
)
def test_html_is_masked_in_texts_and_attributes(html: str, shown: str) -> None:
    """Alternative texts and tooltips are texts; an address stays, since a masked one leads nowhere."""
    assert mask().html(html, "en") == shown


@pytest.mark.parametrize(
    "text",
    [
        "Two lips, a lip. Up to lips!",
        "It is not up, Li.",
        "Ships, ferries; 1, 2, 3 — and <b>bold</b> &amp; more",
        "Тюльпан и рис",
        "a bad, bad idea. Seed it",
        "x" * 5_000,
        "",
    ],
)
def test_a_mask_leaves_other_words_alone(text: str) -> None:
    """What is no masked word, however it is cut, is shown as it was written."""
    assert mask().text(text, "en") == text
    assert mask().html(text, "en") == text


@pytest.mark.parametrize(
    ("word", "text", "language", "shown"),
    [
        ("猪头", "他是好人，猪头，真的", "zh", "他是好人，猪*，真的"),
        ("猪头", "他是猪-头人也不知道", "zh", "他是猪-*人也不知道"),
        ("猪", "他是猪人", "zh", "他是*人"),
        ("x", "an X here", "en", "an * here"),
        ("рот", "Рот и pot, p-о-т", "ru", "Р** и p**, p-*-*"),
        ("рот", "the pot", "en", "the pot"),
        ("cop", "лежит сор в углу", "ru", "лежит сор в углу"),
        ("cop", "the сор here", "en", "the с** here"),
        ("tub*", "a tubular t-u-b-e", "en", "a t****** t-*-*-e"),
    ],
)
def test_a_word_is_masked_in_its_own_script(word: str, text: str, language: str, shown: str) -> None:
    """A run of letters without spaces is masked where the word stands; a word of the text's own script is no disguise."""
    found = Mask(topic(f'require = ["a"]\n[publish]\nmask = ["{word}"]\n[group.a]\nany = ["b"]\n')).text(text, language)
    assert found == shown


# Everywhere

DISGUISES = (
    *("tulip", "TuLiP", "t-u-l-i-p", "t.u.l.i.p", "tu\u00adlip", "tu\u200blip", "tu\u2060l\u200dip", "tu\u0301lip", "ｔｕｌｉｐ"),
    *("tulі\u0440", "tu&#108;ip", "w-i-c-k-e-d", "wi\u200bcked", "wісkеd", "b-ad se.ed", "bad seed"),
)


def feed() -> bytes:
    """Make a feed that has the words in every field, in every disguise."""
    items = []
    for number, word in enumerate(DISGUISES):
        read = unescape(word)
        extra = f"<category>{read}</category><author>desk@a.example ({read} desk)</author><dc:creator>{read} desk</dc:creator>"
        html = f'<p>At the harbour {read} and <b>tu</b>lip.</p><p><img src="http://a.example/{number}.png" alt="{read}"></p>'
        items.append(
            rss_item(f"Harbour {read} {number}", f"http://a.example/{number}", guid=f"urn:x:{number}", text=html, extra=extra)
        )
    head = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return rss(*items, title="The tu\u200blip w-i-c-k-e-d Post").replace(b"<rss ", f"<rss {head} ".encode())


@pytest.fixture
def cli(home: Path, tmp_path: Path) -> Cli:
    """Publish the feed in a home with the masking topic and one that takes everything of the harbour without a mask."""
    write_topic(home, HEAD, "plants")
    made = Cli(home)
    (tmp_path / "feed.xml").write_bytes(feed())
    assert made("ingest", tmp_path / "feed.xml").exit_code == 0
    return made


def without_addresses(text: str) -> str:
    """Leave out what names an identity: group names in the wording's version are no text."""
    return re.sub(r"https?://[^\s\"'<>]*", "", text)


def test_no_published_file_shows_a_masked_word(cli: Cli) -> None:
    """Feeds in all formats, archives, lists, pages of topics, languages, sources, months and items."""
    files = [path for path in (cli.home / "public").rglob("*") if path.suffix in {".atom", ".json", ".rss", ".opml", ".html"}]
    assert {".atom", ".json", ".rss", ".opml", ".html"} == {path.suffix for path in files}
    assert len([path for path in files if path.parent.name == "item"]) > 3
    shown = {path.name: says(without_addresses(path.read_text("utf-8"))) for path in files}
    assert {name: words for name, words in shown.items() if words} == {}
    entries = json.loads((cli.home / "public" / "plants.json").read_text("utf-8"))["items"]
    assert all(entry["title"].startswith("Harbour ") for entry in entries)


def test_no_answer_of_the_search_shows_a_masked_word(cli: Cli) -> None:
    """What is found of a masking topic's items is masked, with their sources' names and the topics' titles."""
    with served(home_at(cli.home)) as opened:
        for address in ("/search?q=harbour", "/search.atom?q=harbour", "/search"):
            answer = opened.ask(address)
            assert answer.status == 200
            assert says(without_addresses(answer.text)) == []


def test_a_persons_reason_is_masked(cli: Cli) -> None:
    """What somebody typed on rejecting an item is published with the word that it has left: masked as well."""
    first = cli.rows("items", "--json")[0]["id"]
    assert cli("review", "reject", first, "--topic", "plants", "--reason", "only a t.u.l.i.p").exit_code == 0
    cli("publish")
    for suffix in ("atom", "json"):
        text = (cli.home / "public" / f"plants.{suffix}").read_text("utf-8")
        assert "only a t" in text
        assert says(without_addresses(text)) == []


@pytest.mark.parametrize(
    ("word", "text", "language"),
    [("בלגן", "הבלגן בנמל", "he"), ("בלגן", "והבלגן הגדול", None), ("فوضى", "بالفوضى", "ar"), ("فوضى", "الفوضى في الميناء", None)],
)
def test_a_bare_word_is_masked_with_its_particles(word: str, text: str, language: str | None) -> None:
    """A word of no group is written without a language: its letters tell which particles may stand before it."""
    topic = parse_topic(f'title = "T"\n[publish]\nmask = ["{word}"]\n', "t", "t")
    assert word[1:] not in Mask(topic).text(text, language)


# Fields


def filled(kind: Any) -> Any:
    """Make a value of any type of the models, with the masked word in every string of it."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return cast("Any", kind)(**{one.name: filled(hints[one.name]) for one in fields(kind)})
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return filled(inner[0])
    if origin is tuple:
        return tuple(filled(one) for one in inner if one is not ...)
    if issubclass(kind, StrEnum):
        return next(iter(kind))
    return {str: "tulip", datetime: NOON}[kind] if kind in {str, datetime} else kind()


def leaks(value: Any, place: str = "") -> Iterator[str]:
    """Yield where in a value the masked word can still be read."""
    if is_dataclass(value):
        for one in fields(value):
            yield from leaks(getattr(value, one.name), f"{place}.{one.name}".strip("."))
    elif isinstance(value, tuple):
        for part in value:
            yield from leaks(part, place)
    elif isinstance(value, str) and "tulip" in value:
        yield place


# What no reader takes for a text, or nobody is shown: ids, addresses, languages, forms and numbers as they are written.
IN_ENTRIES: Final = set(
    "id url language authors.uri authors.email categories.scheme enclosures.url enclosures.type enclosures.kind"
    " carriers.url carriers.language origin.id origin.url origin.site_url related.relation related.url"
    " evidence places.form places.value classification.topic classification.version classification.branch classification.excluded"
    " classification.missing classification.excluding"  # of refusals, which no entry shows
    " classification.hits.language classification.hits.field classification.cancelled.language"
    " classification.cancelled.field".split()
)
IN_ITEMS: Final = set(
    "guid url boilerplate language language_from published_raw updated_raw authors.uri authors.email categories.scheme"
    " enclosures.url enclosures.type enclosures.kind places.form places.value".split()
)


def test_every_text_of_an_entry_is_masked() -> None:
    """A field that is added later is masked too, until somebody says here that it is no text."""
    assert set(leaks(EntryView(topic(HEAD)).of(filled(FeedEntry)))) == IN_ENTRIES


@pytest.mark.parametrize("content", ["full", "links"])
def test_every_text_of_an_item_on_a_page_is_masked(content: str) -> None:
    """A field that is added later is masked too, until somebody says here that it is no text."""
    masking = PageMasking.of([topic(HEAD.replace('content = "full"', f'content = "{content}"'))])
    assert set(leaks(masking.item(stored(filled(Item))).item)) == IN_ITEMS


@dataclass(frozen=True, slots=True)
class _LaterEntry(FeedEntry):
    of_tomorrow: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _LaterItem(Item):
    of_tomorrow: str | None = None
    quote: str = ""


def test_a_field_that_is_forgotten_is_masked() -> None:
    """Nobody has to think of masks to add a text."""
    later = EntryView(topic(HEAD)).of(filled(_LaterEntry))
    assert isinstance(later, _LaterEntry)
    assert (later.of_tomorrow, later.notes) == ("t****", ("t****",))
    page = PageMasking.of([topic(HEAD)]).item(stored(filled(_LaterItem))).item
    assert isinstance(page, _LaterItem)
    assert (page.of_tomorrow, page.quote) == ("t****", "t****")
    titles = PageMasking.of([topic(HEAD.replace('content = "full"', 'content = "links"'))]).item(stored(filled(_LaterItem))).item
    assert isinstance(titles, _LaterItem)
    assert (titles.of_tomorrow, titles.quote) == (None, "")
