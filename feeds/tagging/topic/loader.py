"""Loads a topic file as a Topic, or refuses it and names file, key and cure; knows the file's form, matches nothing."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from feeds.model import Grade
from feeds.tagging.topic import query
from feeds.tagging.topic.lines import FileLines
from feeds.tagging.topic.model import (
    AS_WRITTEN,
    NEAR,
    Content,
    Example,
    Group,
    MeetingRules,
    NegativeContext,
    Publishing,
    Role,
    Term,
    Topic,
)
from feeds.tagging.topic.version import version_of
from ingest.errors import TopicError, did_you_mean
from ingest.home_files import regular_file
from ingest.text.folding import folded
from ingest.text.language import stemming
from ingest.text.sanitize import xml_safe

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_SLOT: Final = re.compile(r"\{([^{}]*)\}")
_CERTAIN: Final = re.compile(rf"[A-Za-z0-9]|{_SLOT.pattern}")  # matches something: no need to fold the term
_TOML_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")
_ASTRAY: Final = re.compile(r"\w\*\w|(?<!\S)\*+(?!\S)|^\s*\.\.|\.\.\s*$")  # a star in or without a word, a gap at an end
_TEXTS: Final = ("title", "description", "definition", "status", "contact", "query", "review")
_LISTS: Final = ("means", "does_not_mean", "limits", "require", "exclude")
_TABLES: Final = ("group", "define", "frame", "role", "example")
_MEETING: Final = ("near", "near_lead", "one_place", "cut_publisher", "lead_alone", "at_most")
_KEYS: Final = (*_TEXTS, *_LISTS, *_TABLES, *_MEETING, "updated", "publish_from", "publish")
_EXAMPLE_KEYS: Final = ("tagged", "lang", "title", "text", "why")
_TAKEN: Final = frozenset(
    "alerts api healthz index item metrics private readyz review search sources static topics".split()
)  # pages and folders
_PUBLISH_KEYS: Final = ("content", "images", "mask", "private")

__all__ = ["parse_topic", "read_good_topics", "read_topic", "read_topics", "refuse_name"]


def read_topic(path: Path) -> Topic:
    """Read one topic file (TOML, UTF-8). Raises TopicError."""
    try:
        text = regular_file(path).decode()
    except OSError as fault:
        raise TopicError(f"{path}: {fault.strerror}", "check the file's rights") from fault
    except UnicodeDecodeError as fault:
        raise TopicError(f"{path}: {fault}", "check the file's rights and that it is UTF-8") from fault
    refuse_name(path.stem, str(path))
    return parse_topic(text, path.stem, str(path))


def read_topics(files: Iterable[Path]) -> tuple[Topic, ...]:
    """Read topic files. Raises TopicError for the first bad one."""
    return tuple(map(read_topic, files))


def read_good_topics(files: Iterable[Path]) -> tuple[tuple[Topic, ...], tuple[TopicError, ...]]:
    """Return the topics that can be read, and what is wrong with the others: one bad file takes no other along."""
    good, bad = [], []
    for path in files:
        try:
            good.append(read_topic(path))
        except TopicError as fault:
            bad.append(fault)
    return tuple(good), tuple(bad)


def parse_topic(text: str, name: str, where: str) -> Topic:
    """Parse the text of a topic file; `where` is how errors call it. Raises TopicError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise TopicError(f"{where}: {fault}", "mend the TOML at that place", line=_toml_line(str(fault), text)) from fault
    _refuse_odd(name, where)
    return _Loader(where, FileLines(text)).topic(name, data)


def refuse_name(name: str, where: str) -> None:
    """Refuse a name that no topic file may have; `where` is how errors call the file. Raises TopicError."""
    _refuse_odd(name, where)
    if name in _TAKEN:
        raise TopicError(f"{where}: a topic cannot be called {name!r}: a page of the site is", "give the file another name")


def _refuse_odd(name: str, where: str) -> None:
    if not NAME.fullmatch(name):
        raise TopicError(f"{where}: a topic cannot be called {name!r}", "use lower-case letters, digits and hyphens")


class _Loader:
    """Checks one file's values; every refusal names the file, the key and the cure."""

    def __init__(self, where: str, lines: FileLines) -> None:
        self._where, self._lines = where, lines

    def _refuse(self, what: str, cure: str) -> TopicError:
        line = self._lines.meant(what)
        return TopicError(f"{self._where}{f', line {line}' if line else ''}: {what}", cure, line=line)

    def _known(self, what: str, keys: Iterable[str], known: Iterable[str]) -> None:
        for key in keys:
            if key not in (names := list(known)):
                cure = did_you_mean(key, names, f"known are: {', '.join(names)}")
                raise self._refuse(f'{what} "{key}" is not known', cure)

    def topic(self, name: str, data: dict[str, Any]) -> Topic:
        self._known("key", data, _KEYS)
        texts = {key: self._text(key, data.get(key, "")) for key in _TEXTS}
        lists = {key: self._texts(key, data.get(key, [])) for key in _LISTS}
        groups, contexts, roles = self._words(data)
        names = [*(group.name for group in groups), *(role.name for role in roles)]
        definitions = self._definitions(data.get("define", {}), names)
        for key in ("require", "exclude"):
            self._known(f"{key}: group", lists[key], [*names, *definitions])
        expression = self._expression(texts["query"], lists["require"], lists["exclude"], tuple(names), definitions)
        near, grade = (
            self._near("near", data.get("near", NEAR)),
            self._grade("publish_from", data.get("publish_from", Grade.MENTION)),
        )
        read = Topic(
            name=name,
            title=texts["title"] or name,
            description=texts["description"],
            version="",
            expression=expression,
            groups=groups,
            review=self._query("review", texts["review"], tuple(names), definitions),
            negative_contexts=contexts,
            roles=roles,
            definitions=tuple(query.NamedPart(key, part) for key, part in definitions.items()),
            examples=tuple(self._example(n, table) for n, table in enumerate(self._list("example", data.get("example", [])), 1)),
            near=near,
            meeting=self._meeting(data, [*names, *definitions]),
            publish_from=grade,
            definition=texts["definition"],
            means=lists["means"],
            does_not_mean=lists["does_not_mean"],
            limits=lists["limits"],
            status=texts["status"] or "draft",
            contact=texts["contact"],
            updated=self._date(data.get("updated")),
            publish=self._publishing(data.get("publish", {})),
        )
        return replace(read, version=version_of(read))

    def _words(self, data: dict[str, Any]) -> tuple[tuple[Group, ...], tuple[NegativeContext, ...], tuple[Role, ...]]:
        """Return the groups, the negative contexts and the roles."""
        groups = tuple(self._group(key, table) for key, table in self._tables(data, "group"))
        names = [group.name for group in groups]
        contexts = tuple(self._negative_context(key, table, names) for key, table in self._tables(data, "frame"))
        taken = [*names, *(context.name for context in contexts)]
        return groups, contexts, tuple(self._role(key, table, names, taken) for key, table in self._tables(data, "role"))

    def _expression(
        self,
        text: str,
        require: tuple[str, ...],
        exclude: tuple[str, ...],
        groups: tuple[str, ...],
        definitions: dict[str, query.Expression],
    ) -> query.Expression | None:
        """Return the query, or what `require` and `exclude` mean: they are its short form."""
        if text and (require or exclude):
            raise self._refuse("query stands beside require or exclude", "keep one of the two forms")
        if text:
            return self._query("query", text, groups, definitions)
        wanted: list[query.Expression] = [query.GroupReference(name) for name in require]
        unwanted: list[query.Expression] = [query.Not(query.GroupReference(name)) for name in exclude]
        parts = (*wanted, *unwanted)
        return query.with_parts(query.And(parts), definitions) if parts else None

    def _query(
        self, key: str, text: str, groups: tuple[str, ...], definitions: dict[str, query.Expression]
    ) -> query.Expression | None:
        if not text:
            return None
        return query.with_parts(self._parsed(("", key), text, (*groups, *definitions)), definitions)

    def _parsed(self, place: tuple[str, str], text: str, names: tuple[str, ...]) -> query.Expression:
        """Return the query that stands at a place of the file: a table, empty for none, and a key."""
        key = ".".join(filter(None, place))
        try:
            expression = query.parse(text, names, f"{self._where}: {key}")
        except TopicError as fault:  # its line is that of the query
            raise TopicError(fault.what, fault.cure, line=self._lines.within(place, text, fault.line or 1)) from None
        return self._checked(key, expression)

    def _definitions(self, table: object, names: list[str]) -> dict[str, query.Expression]:
        """Return the parts that a file defines by name, each with those that it names itself put in."""
        if not isinstance(table, dict):
            raise self._refuse("define is not a table", 'write [define] and NAME = "a query" below')
        read: dict[str, query.Expression] = {}
        for name, text in table.items():
            where = f"define.{name}"
            self._nameable(where, name)
            if name in names:
                raise self._refuse(f"{where}: a group or a role has this name", "give the part another")
            if not self._text(where, text):
                raise self._refuse(f"{where} is empty", f'write {name} = "a query"')
            read[name] = self._parsed(("define", name), text.strip(), (*names, *table))
        done: dict[str, query.Expression] = {}
        for name in read:
            self._define(name, read, done, ())
        return done

    def _define(
        self, name: str, read: dict[str, query.Expression], done: dict[str, query.Expression], path: tuple[str, ...]
    ) -> None:
        """Put into a part the parts that it names, these first; `path` are those that wait for it."""
        if name in path:
            circle = " in ".join([name, *reversed(path[path.index(name) :])])
            raise self._refuse(f"define.{name} stands in itself: {circle}", "take one of them out")
        if name not in done:
            used = [part.name for part in query.walk(read[name]) if isinstance(part, query.GroupReference) and part.name in read]
            for other in used:
                self._define(other, read, done, (*path, name))
            done[name] = query.with_parts(read[name], done)

    def _nameable(self, where: str, name: str) -> None:
        if not query.NAME.fullmatch(name):
            raise self._refuse(f"{where}: no query could name it", "use a letter, then letters, digits, _ and -, and no operator")

    def _checked(self, key: str, expression: query.Expression) -> query.Expression:
        """Refuse a query that could match nothing, or everything."""
        for part in query.walk(expression):
            if isinstance(part, query.PhraseQuery):
                self._slotless(key, self._term(key, part.text, "any"))
            elif isinstance(part, query.DocumentCondition) and part.fault:
                what, cure = part.fault
                raise self._refuse(f"{key}: {what}", cure)
        return expression

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self._refuse(f"{key} is not text", f'write {key} = "..."')
        if xml_safe(value) != value:
            raise self._refuse(f"{key} holds a character that no feed can show", "take out control characters")
        return value.strip()

    def _list(self, key: str, value: object) -> list[object]:
        if not isinstance(value, list):
            raise self._refuse(f"{key} is not a list of tables", f"write [[{key}]]")
        return value

    def _texts(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise self._refuse(f"{key} is not a list of texts", f'write {key} = ["...", "..."]')
        return tuple(value)

    def _tables(self, data: dict[str, Any], kind: str) -> list[tuple[str, dict[str, Any]]]:
        tables = data.get(kind, {})
        if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
            raise self._refuse(f"{kind} is not a set of tables", f"write [{kind}.NAME] and its terms below")
        return list(tables.items())

    def _group(self, name: str, table: dict[str, Any]) -> Group:
        terms = self._terms(f"group.{name}", table)
        return Group(name, tuple(self._slotless(f"group.{name}", term) for term in terms))

    def _slotless(self, where: str, term: Term) -> Term:
        if _SLOT.search(term.text):
            raise self._refuse(f'{where}: "{term.text}" names a group in brackets', "only the terms of a frame may; write words")
        return term

    def _terms(self, where: str, table: dict[str, Any]) -> tuple[Term, ...]:
        terms = []
        for language, words in table.items():
            if language != "any" and not _LANGUAGE.fullmatch(language):
                raise self._refuse(f'{where}: "{language}" is no language', 'use "any" or a code such as "fr"')
            terms += [self._term(f"{where}.{language}", text, language) for text in self._texts(f"{where}.{language}", words)]
        if not terms:
            raise self._refuse(f"{where} has no terms", 'add some: any = ["..."]')
        return tuple(terms)

    def _term(self, where: str, text: str, language: str) -> Term:
        if not (_CERTAIN.search(text) or folded(text)):
            raise self._refuse(f'{where}: "{text}" has no letters that could match', "delete it or write words")
        if ("*" in text or ".." in text) and _ASTRAY.search(text):
            raise self._refuse(
                f'{where}: "{text}" has a star or .. where none can stand', "a star goes before or after a word, .. between words"
            )
        if "~" in text and language not in stemming.LANGUAGES:
            raise self._refuse(
                f'{where}: "{text}" asks for a stem', f"stems are known in {', '.join(sorted(stemming.LANGUAGES))}; use *"
            )
        if "~" in text and AS_WRITTEN.search(text):
            raise self._refuse(f'{where}: "{text}" asks for a stem and for the word as it is written', "delete ~, or =")
        return Term(text, None if language == "any" else language)

    def _negative_context(self, name: str, table: dict[str, Any], groups: list[str]) -> NegativeContext:
        return NegativeContext(name, *self._phrases_around(f"frame.{name}", "cancels", "what it cancels", table, groups))

    def _role(self, name: str, table: dict[str, Any], groups: list[str], taken: list[str]) -> Role:
        self._nameable(f"role.{name}", name)
        if name in taken:
            raise self._refuse(f"role.{name}: a group or a frame has this name", "give the role another")
        return Role(name, *self._phrases_around(f"role.{name}", "of", "of which group it is", table, groups))

    def _phrases_around(
        self, where: str, key: str, asked: str, table: dict[str, Any], groups: list[str]
    ) -> tuple[tuple[str, ...], tuple[Term, ...], tuple[Term, ...]]:
        """Return the groups that a frame or role is about, its phrases, and those that make it void."""
        about = table.get(key)
        about = [about] if isinstance(about, str) else about
        if not about:
            raise self._refuse(f"{where} does not say {asked}", f'write {key} = "GROUP"')
        about = self._texts(f"{where}.{key}", about)
        terms = self._terms(where, {language: words for language, words in table.items() if language not in {key, "unless"}})
        unless = tuple(
            self._term(f"{where}.unless", text, "any") for text in self._texts(f"{where}.unless", table.get("unless", []))
        )
        slots = (slot for term in (*terms, *unless) for slot in _SLOT.findall(term.text))
        self._known(f"{where}: group", (*about, *slots), groups)
        return tuple(dict.fromkeys(about)), terms, unless

    def _example(self, number: int, table: object) -> Example:
        where = f"example {number}"
        if not isinstance(table, dict):
            raise self._refuse(f"{where} is not a table", "write [[example]]")
        self._known(f"{where}: key", table, _EXAMPLE_KEYS)
        if not isinstance(table.get("tagged"), bool) or not isinstance(table.get("text"), str):
            raise self._refuse(f"{where} lacks tagged or text", 'write tagged = true or false and text = "..."')
        language = self._text(f"{where}: lang", table.get("lang", ""))
        title, why = (self._text(f"{where}: {key}", table.get(key, "")) for key in ("title", "why"))
        return Example(table["text"].strip(), table["tagged"], title, language or None, why)

    def _publishing(self, table: object) -> Publishing:
        if not isinstance(table, dict):
            raise self._refuse("publish is not a table", "write [publish] and its keys below")
        self._known("publish: key", table, _PUBLISH_KEYS)
        content = table.get("content")
        if content is not None:
            self._known("publish.content", [str(content)], list(Content))
        images, private = (self._yes_or_no(f"publish.{key}", table.get(key, key == "images")) for key in ("images", "private"))
        mask = self._texts("publish.mask", table.get("mask", []))
        for word in mask:
            self._slotless("publish.mask", self._term("publish.mask", word, "any"))
        return Publishing(Content(str(content)) if content else None, images, mask, private)

    def _yes_or_no(self, key: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise self._refuse(f"{key} is neither true nor false", f"write {key.rpartition('.')[2]} = true")
        return value

    def _meeting(self, data: dict[str, Any], names: list[str]) -> MeetingRules:
        limits = data.get("at_most", {})
        if not isinstance(limits, dict):
            raise self._refuse("at_most is not a table", 'write [at_most] and NAME = "mention" below')
        self._known("at_most: group, role or part", limits, names)
        at_most = tuple((name, self._grade("at_most", grade)) for name, grade in limits.items())
        alone = self._grade("lead_alone", data["lead_alone"]) if "lead_alone" in data else None
        near_lead, one_place = (self._near(key, data[key]) if key in data else None for key in ("near_lead", "one_place"))
        return MeetingRules(
            at_most, near_lead, one_place, self._yes_or_no("cut_publisher", data.get("cut_publisher", False)), alone
        )

    def _near(self, key: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._refuse(f"{key} is not a number of words", f"write {key} = {NEAR}")
        return value

    def _grade(self, key: str, value: object) -> Grade:
        self._known(f"{key}: grade", [str(value)], list(Grade))
        return Grade(str(value))

    def _date(self, value: object) -> date | None:
        if value is not None and not isinstance(value, date):
            raise self._refuse("updated is not a date", "write updated = 2026-11-22, without quotes")
        return value


def _toml_line(fault: str, text: str) -> int | None:
    """Return the line that the TOML reader names in its message."""
    found = _TOML_LINE.search(fault)
    if found:
        return int(found[1])
    return text.rstrip().count("\n") + 1 if "end of document" in fault else None
