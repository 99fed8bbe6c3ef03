"""Compiles the terms of topics to patterns over single words, and looks words up; knows no text and no topic rule."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final, NamedTuple

from feeds.tagging.matching.capitals import WrittenForm, written_form
from feeds.tagging.matching.prefilter import FOREIGN, SPACELESS, Prefilter
from feeds.tagging.topic.model import AS_WRITTEN, Term
from ingest.text.folding import fold, word_pattern
from ingest.text.language import prefixes
from ingest.text.language.stemming import composed, stem, stemmed

COMPOUNDING: Final = frozenset({"de", "nl", "hu"})  # a term is also looked for inside their long words
_COMPOUNDED: Final = 5  # letters of a term from which on that is safe
_HEAD: Final = 3  # first letters by which patterns inside words are sorted
_FEW: Final = 8  # patterns that are sooner looked for one by one
_CACHE: Final = 100_000
_HYPHEN: Final = re.compile(r"(?<=\w)[-\u2010\u2011](?=\w)")  # that may be left out
GAP: Final = -1  # an element of a phrase: up to three words of anything


@cache
def _part() -> re.Pattern[str]:
    """Return the pattern of a part of a term: a slot, a gap or a word."""
    word = rf"(?P<as_written>{AS_WRITTEN.pattern})?\*?(?P<word>{word_pattern().pattern})[*~]?"
    return re.compile(rf"\{{(?P<slot>[^{{}}]*)\}}|(?P<gap>\.\.)|{word}")


@dataclass(frozen=True, slots=True)
class GroupSlot:
    """An element of a phrase: a hit of a group stands here."""

    group: str


Element = int | GroupSlot


class CompiledPhrase(NamedTuple):
    """A term compiled: its elements, in order, and whom it belongs to; a tuple, since very many are made."""

    owner: int
    term: Term
    elements: tuple[Element, ...]
    names: tuple[int, ...] = ()  # those of its patterns whose capitals must show a name, one of them


class _PartialPatterns(dict[str, int]):
    """Patterns that are looked for as parts of words; knows how long they are and how they begin, so that little is tried."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: tuple[int, ...] = ()
        self._short: tuple[int, ...] = ()  # lengths of those that are no longer than a head
        self._heads: defaultdict[str, set[int]] = defaultdict(set)  # lengths of the others, by their first letters

    def __setitem__(self, part: str, number: int) -> None:
        super().__setitem__(part, number)
        self.lengths = tuple(sorted({*self.lengths, len(part)}))
        if len(part) <= _HEAD:
            self._short = tuple(sorted({*self._short, len(part)}))
        else:
            self._heads[part[:_HEAD]].add(len(part))

    def beginning(self, word: str) -> Iterator[int]:
        """Yield the numbers of the patterns that a word begins with, the shortest first."""
        head = word[:_HEAD]
        yield from (self[part] for length in self._short if len(part := head[:length]) == length and part in self)
        if head in self._heads:
            longer = (word[:length] for length in sorted(self._heads[head]) if length <= len(word))
            yield from (self[part] for part in longer if part in self)

    def within(self, word: str) -> Iterator[int]:
        """Yield the numbers of the patterns that stand anywhere in a word, by their place."""
        if not self or (len(self) <= _FEW and not any(part in word for part in self)):
            return
        heads, short, most = self._heads, self._short, len(word)
        for start in range(most):
            head = word[start : start + _HEAD]
            found = [part for length in short if len(part := head[:length]) == length and part in self]
            if head in heads:
                longer = (word[start : start + length] for length in sorted(heads[head]) if start + length <= most)
                found += [part for part in longer if part in self]
            yield from (self[part] for part in found)


def _is_spaceless(word: str) -> bool:
    return not word.isascii() and SPACELESS.search(word) is not None


class Lexicon:
    """All word patterns of some topics. `look_up` returns the numbers of those that a folded word fits."""

    def __init__(self) -> None:
        """Begin empty."""
        self._exact: dict[str, int] = {}
        self._prefix, self._suffix, self._inside = _PartialPatterns(), _PartialPatterns(), _PartialPatterns()
        self._clitic: defaultdict[str, dict[str, int]] = defaultdict(dict)  # by language
        self._clitic_prefix: defaultdict[str, dict[str, int]] = defaultdict(dict)  # by language
        self._stem: defaultdict[str, dict[str, int]] = defaultdict(dict)  # by language
        self._written: defaultdict[int, dict[WrittenForm, int]] = defaultdict(dict)  # by the pattern of the folded word
        self._forms: dict[int, tuple[WrittenForm, int]] = {}  # and by number, with that pattern
        self._prefilter: Prefilter | None = None  # made when all terms are known
        self._count = 0
        self._seen: dict[str, tuple[int, ...]] = {}

    def phrases(self, owner: int, term: Term, language: str | None = None) -> tuple[CompiledPhrase, ...]:
        """Compile a term; a hyphenated one also in its joined form.

        A term for all languages has the particles of the language that writes with its letters, in texts of that
        language and in those of unknown language: `language` is that of the texts, None for unknown.
        """
        text = term.text
        forms = sorted({text, _HYPHEN.sub("", text)}) if "-" in text or not text.isascii() else (text,)
        particles = term.language or prefixes.language_of_letters(term.text)
        if not term.language and language not in {None, particles}:
            particles = None
        return tuple([self._phrase(owner, term, form, particles) for form in forms])

    def _phrase(self, owner: int, term: Term, text: str, particles: str | None) -> CompiledPhrase:
        elements = self._elements(text, particles)
        forms = self._forms
        names = (
            tuple(part for part in elements if isinstance(part, int) and part in forms and forms[part][0].cased) if forms else ()
        )
        return CompiledPhrase(owner, term, elements, names)

    @property
    def has_names(self) -> bool:
        """Whether some phrases have `names`."""
        return bool(self._forms)

    def form(self, number: int) -> WrittenForm:
        """Return how a word must be written that fits a pattern, one of the `names` of a phrase."""
        return self._forms[number][0]

    def _elements(self, text: str, language: str | None) -> tuple[Element, ...]:
        elements: list[Element] = []
        for written in text.split():
            word = written[written[0] == "*" : len(written) - (written[-1] in "*~")]
            if not word.isalnum():
                return self._parsed(text, language)
            elements.append(self._pattern(word, written, language))
        return tuple(elements)

    def _parsed(self, text: str, language: str | None) -> tuple[Element, ...]:
        elements: list[Element] = []
        for part in _part().finditer(text):
            if part["slot"] is not None:
                elements.append(GroupSlot(part["slot"]))
            elif part["gap"]:
                elements.append(GAP)
            else:
                written = part[0].removeprefix("=")
                number = self._pattern(part["word"], written, language)
                elements.append(self._written_pattern(number, part["word"], written, language) if part["as_written"] else number)
        return tuple(elements)

    def _pattern(self, word: str, written: str, language: str | None) -> int:
        if written.endswith("~") and language:
            return self._number(self._stem[language], stem(word, language))
        folded = word.lower() if word.isascii() else fold(word)
        return self._number(self._table(folded, written, language), folded)

    def _written_pattern(self, number: int, word: str, written: str, language: str | None) -> int:
        """Return the number of a pattern that a word fits if it fits pattern `number` and is written as `word`."""
        table = self._table(fold(word), written, language)
        before = written.startswith("*") or not (table is self._exact or table is self._prefix)
        after = written.endswith("*") or table is self._inside
        form = written_form(word, before=before, after=after)
        if form not in self._written[number]:
            self._count += 1
            self._written[number][form] = self._count
            self._forms[self._count] = form, number
            self._seen.clear()
        return self._written[number][form]

    def _table(self, word: str, written: str, language: str | None) -> dict[str, int]:
        """Choose how a word is looked for, by its stars and the rules of its language."""
        before, after = written[0] == "*", written[-1] == "*"
        if after and not before and language in prefixes.LANGUAGES:
            return self._clitic_prefix[language]
        if before or after:
            return self._inside if (before and after) or _is_spaceless(word) else self._suffix if before else self._prefix
        if _is_spaceless(word) or (language in COMPOUNDING and len(word) >= _COMPOUNDED):
            return self._inside
        return self._clitic[language] if language in prefixes.LANGUAGES else self._exact

    def _number(self, table: dict[str, int], word: str) -> int:
        number = table.get(word)
        if number is None:
            self._count += 1
            table[word] = number = self._count
            self._forget()
        return number

    def _forget(self) -> None:
        if self._seen:
            self._seen.clear()
        self._prefilter = None

    def fitting(self, words: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """Return what `look_up` returns for each of many words, as they are written; those that fit nothing are left out."""
        if self._prefilter is None:
            clitic, behind = ([*chain(*tables.values())] for tables in (self._clitic, self._clitic_prefix))
            whole, heads, clitics = (*self._exact, *clitic), (*self._prefix, *behind), bool(clitic or behind)
            self._prefilter = Prefilter(whole, heads, self._suffix, self._inside, self._stem, clitics=clitics)
        looked_up = ((word, self.look_up(fold(word), word)) for word in self._prefilter.passed(words))
        return {word: fits for word, fits in looked_up if fits}

    def look_up(self, word: str, written: str = "") -> tuple[int, ...]:
        """Return the numbers of the patterns that a folded word fits; `written` is the word itself, for its stem.

        Answers are remembered: few words are most of a text.
        """
        key = written if (self._stem or self._written) and written else word
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) >= _CACHE:
                self._seen.clear()
            fits = self._fits_as_written if self._written else self._fits
            found = self._seen[key] = tuple(dict.fromkeys(fits(word, written or word)))
        return found

    def _fits_as_written(self, word: str, written: str) -> Iterator[int]:
        for number in self._fits(word, written):
            yield number
            if number in self._written:
                yield from (known for form, known in self._written[number].items() if form.fits(written))

    def _fits(self, word: str, written: str) -> Iterator[int]:
        length = len(word)
        if word in self._exact:
            yield self._exact[word]
        yield from self._prefix.beginning(word)
        ends = (word[-part:] for part in reversed(self._suffix.lengths) if part <= length)
        yield from (self._suffix[end] for end in ends if end in self._suffix)
        yield from self._inside.within(word)
        for language, table in self._clitic.items():
            yield from (table[form] for form in prefixes.without_prefixes(word, language) if form in table)
        for language, table in self._clitic_prefix.items():
            for form in prefixes.without_prefixes(word, language):
                yield from (table[form[:end]] for end in range(1, len(form) + 1) if form[:end] in table)
        if self._stem:
            plain = composed(written)
            yield from (table[form] for language, table in self._stem.items() if (form := stemmed(plain, language)) in table)
        if SPACELESS.search(word):
            foreign = FOREIGN.findall(written if self._written else word)
            yield from (number for part in foreign for number in self.look_up(fold(part), part))

    def inside(self, word: str, number: int) -> tuple[int, int]:
        """Return the span of a pattern within a run of letters without spaces; the whole of any other word."""
        if SPACELESS.search(word):
            number = self._forms[number][1] if number in self._forms else number
            for text, known in self._inside.items():
                if known == number and (at := word.find(text)) >= 0:
                    return at, at + len(text)
            foreign = (found.span() for found in FOREIGN.finditer(word) if number in self.look_up(found[0]))
            return next(foreign, (0, len(word)))
        return 0, len(word)
