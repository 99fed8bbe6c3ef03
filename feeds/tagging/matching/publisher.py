"""Finds where the name of the publisher begins at the end of a title: "Ferry late - Harbour Post"; knows no topic."""

import re
from collections.abc import Iterable
from typing import Final

from ingest.text.folding import fold, folded, split_words
from ingest.text.language.stop_words import languages_with_stop_word

_SEPARATOR: Final = re.compile(r"\s(?:[-\u2010-\u2015|·•]|::)\s")
_SENTENCE: Final = re.compile('[!?;:,…"“”„«»]')  # a name has none of these
_DOMAIN: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,4}", re.IGNORECASE)
_CONNECTING: Final = frozenset("of the and & de la le les du des di del della dello dei van der den het für do da e y et".split())
_PAPERS: Final = frozenset(
    "news times post tv radio online magazine journal gazette herald tribune daily weekly chronicle observer zeitung nachrichten"
    " presse anzeiger tageblatt kurier rundfunk agency agenzia agence giornale corriere gazzetta courant krant dagblad nieuws"
    " omroep diario noticias periodico wiadomosci gazeta".split()
)
_AGGREGATORS: Final = ("googlenews", "newsgoogle", "bingnews", "msncom")  # what they carry ends in its publisher
_LONGEST: Final = 6  # words of a name that is known
_SHORT: Final = 4  # words of one that is not
_HEADLINE: Final = 3  # words that must stay
_TELLING: Final = 3  # letters of a source's name from which on a part of it is recognised
_LONG: Final = 4  # letters: shorter words are small in many a headline of capitals


def publisher_start(title: str, sources: Iterable[str]) -> int | None:
    """Return the place at which the rest of a title is the name of its publisher; None where it has none.

    `sources` are the names and addresses of what carried it. A name that is not known among them has one to four words
    with capitals, after a headline that is not itself written in capitals; or it is a domain, or named as papers are.
    """
    flat = [_flat(source) for source in sources]
    aggregated, end = any(name in source for source in flat for name in _AGGREGATORS), len(title)
    while (found := [*_SEPARATOR.finditer(title, 0, end)]) and len(split_words(title[: found[-1].start()])) >= _HEADLINE:
        head, tail = title[: found[-1].start()], title[found[-1].end() : end].strip()
        if not _is_publisher(head, tail, flat, aggregated=aggregated, again=end < len(title)):
            break
        end, aggregated = found[-1].start(), False
    return end if end < len(title) else None


def _flat(source: str) -> str:
    """Return a name, or the host of an address, without spaces and signs."""
    host = re.sub(r"^https?://(?:www\.)?([^/]*).*$", r"\1", source)
    return folded(host).replace(" ", "")


def _is_publisher(head: str, tail: str, sources: Iterable[str], *, aggregated: bool, again: bool) -> bool:
    words, flat = tail.split(), folded(tail).replace(" ", "")
    if not flat or len(words) > _LONGEST or _SENTENCE.search(tail):
        return False
    if aggregated or any(_same(flat, source) for source in sources):
        return True
    if again or len(words) > _SHORT:  # a second name is one that is known
        return False
    if _DOMAIN.fullmatch(tail) or (tail[:1].isupper() and not _PAPERS.isdisjoint({fold(words[0]), fold(words[-1])})):
        return True
    named = all(word[:1].isupper() or word[:1].isdigit() or word.lower() in _CONNECTING for word in words)
    return named and tail[:1].isupper() and _in_sentence_case(head)


def _same(flat: str, source: str) -> bool:
    shorter, longer = sorted((flat, source), key=len)
    return flat == source or (len(shorter) >= _TELLING and longer.startswith(shorter))


def _in_sentence_case(head: str) -> bool:
    """Return whether a headline has a longer word, besides its first, that begins small: then a capital means a name."""
    words = split_words(head)[1:]
    return any(len(word) >= _LONG and word.islower() and not languages_with_stop_word(fold(word)) for word in words)
