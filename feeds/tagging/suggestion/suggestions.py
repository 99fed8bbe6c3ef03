"""Chooses the terms that would suit a topic, names the group of each, and tries what it would bring; changes no file."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from types import MappingProxyType
from typing import Final

from feeds.tagging.classifier import MatchedDocument
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.segments import segments
from feeds.tagging.suggestion.candidates import (
    Article,
    Articles,
    Phrase,
    PhraseCounts,
    Survey,
    count_phrases,
    of_all_groups,
    survey,
)
from feeds.tagging.suggestion.dictionary import BilingualDictionary
from feeds.tagging.suggestion.log_odds import z_score
from feeds.tagging.suggestion.neighbours import Profile, likenesses, profiles
from feeds.tagging.suggestion.proposals import Proposal, has_terms, proposals
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Group, Term, Topic
from ingest.text.folding import folded
from ingest.text.language import stemming

_NONE: Final[Mapping[str, BilingualDictionary]] = MappingProxyType({})
_SURE: Final = 1.64  # standard deviations from which on a word is more than chance (95 %, one side)
_LOOSE: Final = 2  # times as many stories as the tagged ones that have a word: what brings more is too loose
_HISTORY: Final = 10  # older tagged stories from which on new words can be told
_NEW: Final = timedelta(days=14)
_TRIED: Final = 500  # articles that are classified anew for one suggestion
_SAME: Final = 0.8  # of the stories of a phrase that a longer one has too: then the longer is enough
_EVERYWHERE: Final = 2  # languages that share a word, which then stands for all
_EXAMPLES: Final = 2
_SAMPLE: Final = 30  # tagged stories, and others, in which the neighbours of a phrase are read
_SAMPLED: Final = 2_000  # articles in which the neighbours of the topic's terms are read
_OFTEN: Final = 0.2  # of all times that a phrase is written
_LOOKED_AT: Final = 3  # times as many phrases as are shown


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A term to add, where to, and what speaks for it."""

    group: str  # empty where the topic has no group to add to
    language: str | None
    term: str  # as it is written into a topic file
    forms: tuple[str, ...]  # as it was written in the tagged stories
    z: float  # standard deviations by which it is commoner in tagged stories
    tagged: int  # tagged stories that have it
    others: int  # other stories that have it
    adds: int  # of them those that would be tagged with it
    rejected: int  # of these those that a person rejected
    why: str  # that group
    examples: tuple[str, ...]  # headlines of tagged stories
    added: tuple[str, ...]  # headlines of stories that it would bring


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What is suggested for one topic, the best first."""

    articles: int
    tagged: int  # stories
    words: tuple[Suggestion, ...]
    new: tuple[Suggestion, ...]  # words of the last two weeks
    proposed: tuple[Suggestion, ...] = ()  # translations and names, for a language in which the topic has no terms
    linked: int = 0  # of the tagged stories those that only belong together with tagged ones, for such a language
    loose: int = 0  # words left out because they would bring far more stories than share them
    earlier: int = 0  # tagged stories dated before the last two weeks

    @property
    def has_history(self) -> bool:
        """Return whether there are enough older tagged stories to tell which words are new."""
        return self.earlier >= _HISTORY


def suggest(  # noqa: PLR0913, PLR0917 - what is asked for
    topic: Topic,
    articles: Articles,
    now: datetime,
    limit: int,
    language: str | None = None,
    dictionaries: Mapping[str, BilingualDictionary] = _NONE,
) -> Suggestions:
    """Return up to `limit` terms that would suit a topic, for one language or for all, and as many that are new.

    For a language in which the topic has no terms, what belongs together with tagged stories counts as tagged, and
    translations by `dictionaries` (each into this language, by the language from which it translates) and names are tried.
    """
    seen, linked, proposed = survey(topic, articles), 0, tuple[Suggestion, ...]()
    if language is not None and not has_terms(topic, language):
        found = _linked(seen, articles, language)
        proposed = _proposed(topic, articles, seen, language, dictionaries)[:limit]
        seen, linked = replace(seen, tagged=seen.tagged | found, missed=seen.missed | set(found.values())), len(found)
    counts = count_phrases(topic, seen, articles, now - _NEW, language)
    judge = _Judge(topic, articles, seen)
    earlier = sum(total.earlier for total in counts.totals.values())
    words, loose = judge.best(new_to(topic, _by_topic(counts)), limit)
    new, _ = judge.best(new_to(topic, _by_time(counts)), limit) if earlier >= _HISTORY else ((), 0)
    return Suggestions(seen.articles, len(seen.tagged), words, new, proposed, linked, loose, earlier)


# A language without terms


def _linked(seen: Survey, articles: Articles, language: str) -> dict[int, int]:
    """Return by story the articles of a language that belong together with tagged ones and are not tagged themselves."""
    rows = sorted(articles.linked(list(seen.tagged.values())))
    return {
        article.story: article.row
        for article in articles.some(rows)
        if article.document.language == language and article.story not in seen.tagged and article.story not in seen.rejected
    }


def _proposed(
    topic: Topic, articles: Articles, seen: Survey, language: str, dictionaries: Mapping[str, BilingualDictionary]
) -> tuple[Suggestion, ...]:
    """Return translations and names as suggestions, those first that bring most, then those that most stories have.

    Alone none brings anything while the other groups have no term of the language either. So all are added together,
    and each is counted in the stories that they bring.
    """
    made = proposals(topic, addable(topic.expression), language, dictionaries)
    added: defaultdict[str, list[Term]] = defaultdict(list)
    for one in made:
        added[one.group].append(one.term)
    matcher = Matcher([with_terms(topic, added)])
    of = {(one.group, one.term): n for n, one in enumerate(made)}
    having: list[list[Article]] = [[] for _ in made]
    brings: list[list[Article]] = [[] for _ in made]
    seen_stories: set[int] = set()
    for article in (one for one in articles.all() if one.document.language == language and one.story not in seen_stories):
        seen_stories.add(article.story)
        matched = MatchedDocument(matcher, article.document, articles.boilerplate(article.source))
        here = matched.terms & of.keys()
        brought = bool(here) and article.story not in seen.tagged and matched.tagged_without(frozenset())
        for term in here:
            having[of[term]].append(article)
            brings[of[term]] += [article] if brought else []
    shown = (n for n, one in enumerate(made) if having[n] or not one.name)
    order = sorted(shown, key=lambda n: (-len(brings[n]), -len(having[n]), n))
    return tuple(_as_suggestion(made[n], having[n], brings[n], seen) for n in order)


def _as_suggestion(one: Proposal, having: list[Article], brings: list[Article], seen: Survey) -> Suggestion:
    tagged = [article for article in having if article.story in seen.tagged]
    return Suggestion(
        group=one.group,
        language=one.term.language,
        term=one.term.text,
        forms=(one.term.text,),
        z=0.0,
        tagged=len(tagged),
        others=len(having) - len(tagged),
        adds=len(brings),
        rejected=sum(article.story in seen.rejected for article in brings),
        why=one.why,
        examples=tuple(article.document.title for article in tagged[:_EXAMPLES]),
        added=tuple(article.document.title for article in brings[:_EXAMPLES]),
    )


# Which phrases


Ranked = tuple[Phrase, float]  # with its standard deviations


def _by_topic(counts: PhraseCounts) -> list[Ranked]:
    """Return the phrases that are commoner in tagged stories than in others; of several languages as one."""
    alike: defaultdict[str, list[Ranked]] = defaultdict(list)
    for code, phrases in counts.phrases.items():
        total = counts.totals[code]
        for phrase in phrases.values():
            z = z_score((phrase.weight, total.tagged), (phrase.others_weight, total.others))
            if z > 0:
                alike[folded(_usual(phrase.written))].append((phrase, z))
    return _ordered(_joined(found) if len(found) >= _EVERYWHERE else found[0] for found in alike.values())


def _by_time(counts: PhraseCounts) -> list[Ranked]:
    """Return the phrases that are commoner in the tagged stories of the last weeks than in those before."""
    found = []
    for code, phrases in counts.phrases.items():
        total = counts.totals[code]
        for phrase in phrases.values():
            before = (phrase.earlier, total.earlier)
            found.append((phrase, z_score((phrase.recent, total.recent), before)))
    return _ordered(found)


def _joined(found: list[Ranked]) -> Ranked:
    """Return a word of several languages as one for all."""
    phrases = [phrase for phrase, _ in found]
    joined = Phrase(phrases[0].key, None)
    for one in phrases:
        joined.tagged += one.tagged
        joined.rows += one.rows
        joined.weight, joined.recent, joined.others = (
            joined.weight + one.weight,
            joined.recent + one.recent,
            joined.others + one.others,
        )
        joined.written += one.written
    return joined, sum(z for _, z in found) / math.sqrt(len(found))


def _ordered(found: Iterable[Ranked]) -> list[Ranked]:
    return sorted((one for one in found if one[1] >= _SURE), key=lambda one: (-one[1], one[0].key, one[0].language or ""))


def new_to(topic: Topic, ranked: Sequence[Ranked]) -> Iterator[Ranked]:
    """Yield the phrases that no term of a topic finds, without those that say again what a better one says."""
    matcher, longer = Matcher([of_all_groups(topic)]), _longer(phrase for phrase, _ in ranked)
    kept: list[Phrase] = []
    for phrase, z in ranked:
        if phrase.key in longer[phrase.language] or any(_repeats(phrase, one) for one in kept) or _is_found(matcher, phrase):
            continue
        kept.append(phrase)
        yield phrase, z


def _is_found(matcher: Matcher, phrase: Phrase) -> bool:
    text = "\n".join(written for written, _ in phrase.written.most_common(3))
    return bool(matcher.find(segments("", text), phrase.language))


def _longer(phrases: Iterable[Phrase]) -> defaultdict[str | None, set[str]]:
    """Return by language the phrases that nearly always stand within a longer one, which then stands for them."""
    of: defaultdict[str | None, dict[str, int]] = defaultdict(dict)
    for phrase in phrases:
        of[phrase.language][phrase.key] = phrase.stories
    found: defaultdict[str | None, set[str]] = defaultdict(set)
    for language, stories in of.items():
        for key, number in stories.items():
            words = key.split()
            parts = {" ".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, len(words) + 1)} - {key}
            found[language] |= {part for part in parts if number >= _SAME * stories.get(part, math.inf)}
    return found


def _repeats(phrase: Phrase, kept: Phrase) -> bool:
    """Return whether a phrase holds a kept one or is held by it, and says little of its own."""
    one, other = f" {phrase.key} ", f" {kept.key} "
    if other in one:  # a longer one finds nothing more
        return True
    return one in other and phrase.stories * _SAME <= kept.stories


# What each would bring


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A phrase as a term, and the group that it would go to."""

    phrase: Phrase
    z: float
    term: Term
    forms: tuple[str, ...]
    group: str
    why: str
    rows: tuple[int, ...]  # of articles that lack nothing but this group


class _Judge:
    """Words suggestions: the group of each, and what it would add."""

    def __init__(self, topic: Topic, articles: Articles, seen: Survey) -> None:
        self._topic, self._articles, self._seen = topic, articles, seen
        self._groups = addable(topic.expression)

    def best(self, chosen: Iterable[Ranked], limit: int) -> tuple[tuple[Suggestion, ...], int]:
        """Return the best phrases as terms to add, and how many are left out since they are too loose.

        Those that bring something come before those that bring nothing now; how much they bring does not count.
        """
        looked_at = list(islice(chosen, _LOOKED_AT * limit))
        terms = [_term(phrase) for phrase, _ in looked_at]
        beside = self._neighbours([(phrase, term) for (phrase, _), (term, _) in zip(looked_at, terms, strict=True)])
        candidates = [
            _Candidate(phrase, z, term, forms, *self._group(phrase, profile))
            for (phrase, z), (term, forms), profile in zip(looked_at, terms, beside, strict=True)
        ]
        brings = self._brings(candidates)
        kept = [n for n, one in enumerate(candidates) if len(brings[n]) <= _LOOSE * len(one.phrase.tagged)]
        order = sorted(kept, key=lambda n: not brings[n])[:limit]
        return tuple(self._suggestion(candidates[n], brings[n]) for n in order), len(candidates) - len(kept)

    def _neighbours(self, phrases: list[tuple[Phrase, Term]]) -> list[Profile]:
        """Return the words that stand beside each of some phrases, in some of the articles that have it."""
        groups = tuple(Group(str(number), (term,)) for number, (_, term) in enumerate(phrases))
        rows = {row for phrase, _ in phrases for row in (*phrase.tagged[:_SAMPLE], *phrase.rows[:_SAMPLE])}
        apart = replace(self._topic, groups=groups, expression=None, negative_contexts=(), roles=())
        found = profiles(of_all_groups(apart), (article.document for article in self._articles.some(sorted(rows))))
        return [found.get(group.name, Counter()) for group in groups]

    @cached_property
    def _profiles(self) -> dict[str, Profile]:
        """The words that stand beside the terms of each group that can be added to."""
        wanted = set(self._groups)
        rows = islice((row for row, groups in self._seen.groups.items() if groups & wanted), _SAMPLED)
        found = profiles(self._topic, (article.document for article in self._articles.some(list(rows))))
        return {name: profile for name, profile in found.items() if name in wanted}

    def _group(self, phrase: Phrase, beside: Profile) -> tuple[str, str, tuple[int, ...]]:
        """Return the group that a phrase stands for, why, and the articles that lack nothing but this group.

        It is the group whose terms have the same neighbours, among those that are missing somewhere where the phrase stands.
        """
        if not self._groups:
            return "", "the query names no group to add it to", ()
        rows = [*sorted(self._seen.missed.intersection(phrase.tagged)), *phrase.rows]
        lacking = {name: self._lacking(name, rows) for name in self._groups}
        missing = [name for name in self._groups if lacking[name]] or list(self._groups)
        alike = dict(likenesses(beside, self._profiles)) if len(missing) > 1 else {}
        best = max(missing, key=lambda name: (alike.get(name, -math.inf), len(lacking[name])))
        if len(self._groups) == 1 and len(self._topic.groups) == 1:  # what it brings says the same
            return best, "", tuple(lacking[best][:_TRIED])
        why = f"the words beside it are those beside the terms of {best}; " if best in alike else ""
        return best, f"{why}{len(lacking[best])} other stories that have it lack nothing but {best}", tuple(lacking[best][:_TRIED])

    def _suggestion(self, one: _Candidate, brings: list[Article]) -> Suggestion:
        titles = [article.document.title for article in self._articles.some(one.phrase.tagged[:_EXAMPLES])]
        return Suggestion(
            group=one.group,
            language=one.term.language,
            term=one.term.text,
            forms=one.forms,
            z=round(one.z, 2),
            tagged=len(one.phrase.tagged),
            others=one.phrase.others,
            adds=len(brings),
            rejected=sum(article.story in self._seen.rejected for article in brings),
            why=one.why,
            examples=tuple(titles),
            added=tuple(article.document.title for article in brings[:_EXAMPLES]),
        )

    def _lacking(self, group: str, rows: list[int]) -> list[int]:
        """Return the articles that might be tagged if a group were found in them."""
        expression, none = self._topic.expression, frozenset[str]()
        if expression is None:
            return []
        found = ((row, self._seen.groups.get(row, none)) for row in rows)
        return [row for row, groups in found if group not in groups and query.possible(expression, groups | {group})]

    def _brings(self, candidates: list[_Candidate]) -> list[list[Article]]:
        """Classify with each term added, and return the articles that it alone would bring.

        The terms are compiled together, and each is tried as if the others were not there.
        """
        added: defaultdict[str, list[Term]] = defaultdict(list)
        for one in candidates:
            added[one.group].append(one.term)
        matcher = Matcher([with_terms(self._topic, added)])
        of = {(one.group, one.term): n for n, one in enumerate(candidates)}
        found: list[list[Article]] = [[] for _ in candidates]
        for article in self._articles.some(sorted({row for one in candidates for row in one.rows})):
            matched = MatchedDocument(matcher, article.document, self._articles.boilerplate(article.source))
            here = matched.terms & of.keys()
            if not here or matched.tagged_without(here):
                continue
            for term in here:
                if matched.tagged_without(here - {term}):
                    found[of[term]].append(article)
        return found


def with_terms(topic: Topic, added: Mapping[str, Sequence[Term]]) -> Topic:
    """Return a topic with more terms in some groups."""
    return replace(topic, groups=tuple(replace(one, terms=(*one.terms, *added.get(one.name, ()))) for one in topic.groups))


def addable(expression: query.Expression | None) -> tuple[str, ...]:
    """Return the groups that help an expression to hold, in its order."""
    match expression:
        case None | query.Not():
            return ()
        case query.GroupReference(name):
            return (name,)
        case _:
            return tuple(dict.fromkeys(name for part in query.children(expression) for name in addable(part)))


def _term(phrase: Phrase) -> tuple[Term, tuple[str, ...]]:
    """Return a phrase as a term that finds all its forms, and the forms, the usual one first."""
    forms: dict[str, Counter[str]] = {}
    for written, times in sorted(phrase.written.items(), key=lambda one: (-one[1], len(one[0]), one[0])):
        forms.setdefault(folded(written), Counter())[written] += times
    usual = [_usual(found) for found in forms.values()]
    words, stemmed = usual[0].split(), phrase.language in stemming.LANGUAGES
    for at, word in enumerate(words):
        others = {parts[at] for form in forms if len(parts := form.split()) == len(words)}
        if stemmed and len(others) > 1:
            words[at] = f"{word}~"
    return Term(" ".join(words), phrase.language), tuple(usual)


def _usual(written: Counter[str]) -> str:
    """Return how a phrase is usually written: in small letters if it often is, since a headline has capitals."""
    small = [form for form in written if form == form.lower() and written[form] >= _OFTEN * written.total()]
    return max(small or written, key=lambda form: (written[form], form))
