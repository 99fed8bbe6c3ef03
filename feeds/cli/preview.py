"""The command `topics preview`: what a topic file does with the stored items, in words or as values; it stores nothing."""

from __future__ import annotations

import json
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

import click

from feeds.cli.home import topic_path
from feeds.cli.topics import age
from ingest.cli.console import progress_bar, say
from ingest.errors import TopicError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path
    from typing import Any, Final

    from feeds.site.models import Text
    from feeds.tagging.quality.preview import Counts, PreviewedChange, PreviewedItem, TopicPreview
    from feeds.tagging.topic.model import Topic
    from ingest.polling.home import Home

_PAUSE: Final = 0.3  # seconds between two looks at a watched file
_SOURCES: Final = 10  # named in words
_SENTENCES: Final = 2  # shown in words


@click.command("preview")
@click.argument("name", metavar="FILE")
@click.option("--since", metavar="AGE", help="Only items first seen at most so long ago: 36h, 30d, 12w.")
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, help="How many items of each kind to show.")
@click.option("--watch", is_flag=True, help="Preview again whenever the file is saved, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="One object for each preview.")
@click.pass_obj
def topics_preview(  # noqa: PLR0913 - one for each option
    home: Home, name: str, since: str | None, limit: int, *, watch: bool, as_json: bool
) -> None:
    """Show what the topic in FILE, which need not be in force, would tag among the stored items, and what it nearly tags.

    FILE may also be a topic's name. Shown are the numbers by language, source and grade, the difference to the topic of
    this name that is in force, the newest hits, and the nearest misses with what they lack. Nothing is stored.
    """
    home.require_folder()
    path, ago = topic_path(home, name), age(since) if since else None
    in_force = _in_force(home, path)
    if not watch:
        _report(home, path, in_force, home.clock() - ago if ago else None, limit, as_json=as_json)
        return
    say(f"watching {path}: save it to see it again, Ctrl-C ends")
    try:
        for _ in saves(path, partial(Event().wait, _PAUSE)):
            try:
                _report(home, path, in_force, home.clock() - ago if ago else None, limit, as_json=as_json)
            except TopicError as fault:
                say(f"topicwire: {fault}")
    except KeyboardInterrupt:
        say("stopped")


def saves(path: Path, pause: Callable[[], object]) -> Iterator[None]:
    """Yield at once, and again whenever a file was saved; while an editor has taken it away, wait until it is back."""
    seen = _stamp(path)
    yield
    while True:
        pause()
        now = _stamp(path)
        if now not in {None, seen}:
            seen = now
            yield


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_ino, about.st_mtime_ns, about.st_size


def _in_force(home: Home, path: Path) -> Topic | None:
    """Return the topic in force that has the name of a file; None, with a message, while it cannot be read."""
    from feeds.tagging.topic.folders import topic_folders
    from feeds.tagging.topic.loader import read_topic

    known = topic_folders(home.folder, home.settings).files().get(path.stem)
    try:
        return read_topic(known) if known else None
    except TopicError as fault:
        if known and known.resolve() != path.resolve():
            say(f"topicwire: {fault}; the preview is compared with nothing")
        return None


def _report(  # noqa: PLR0913 - what is asked for
    home: Home, path: Path, in_force: Topic | None, since: datetime | None, limit: int, *, as_json: bool
) -> None:
    """Preview the file as it is now and print what comes out. Raises TopicError, after the line that it is about."""
    from feeds.tagging.preview_pass import preview
    from feeds.tagging.topic.loader import read_topic

    try:
        topic = read_topic(path)
    except TopicError as fault:
        _show_line(path, fault.line)
        raise
    with home.stored() as facts, progress_bar(facts.items.count(since), "reading items") as progress:
        found = preview(facts, topic, in_force, since=since, limit=limit, progress=progress)
    if as_json:
        click.echo(json.dumps(as_values(found, str(path), since), ensure_ascii=False))
    else:
        click.echo("\n".join(as_lines(found, str(path), since)))


def _show_line(path: Path, line: int | None) -> None:
    lines = path.read_text(encoding="utf-8").splitlines() if line else []
    if line and line <= len(lines):
        say(f"{line:5} | {lines[line - 1]}")


# For programs


def as_values(found: TopicPreview, file: str, since: datetime | None) -> dict[str, Any]:
    """Return a preview as values for programs."""
    from ingest.text.dates import rfc3339

    change = found.change
    return {
        "topic": found.topic.name,
        "file": file,
        "version": found.topic.version,
        "items": found.items,
        "since": rfc3339(since),
        "tagged": found.tagged,
        "by_language": dict(found.by_language),
        "by_source": dict(found.by_source),
        "by_grade": dict(found.by_grade),
        "in_force": change and _change_values(change),
        "hits": [_values(one) for one in found.hits],
        "near": found.near,
        "near_excluded": found.near_excluded,
        "near_misses": [_values(one) for one in found.near_misses],
    }


def _change_values(change: PreviewedChange) -> dict[str, Any]:
    return {
        "version": change.version,
        "gained": change.gained,
        "lost": change.lost,
        "unchanged": change.unchanged,
        "gained_items": [_values(one) for one in change.gained_items],
        "lost_items": [_values(one) for one in change.lost_items],
    }


def _values(one: PreviewedItem) -> dict[str, Any]:
    from ingest.text.dates import rfc3339

    item, answer = one.stored.item, one.answer
    return {
        "id": one.stored.id,
        "title": item.title,
        "url": item.url,
        "source": one.stored.carrier.source.name,
        "language": item.language,
        "published": rfc3339(item.published),
        "first_seen": rfc3339(one.stored.first_seen),
        "tagged": answer.tagged,
        "grade": str(answer.grade) if answer.grade else None,
        "score": answer.score,
        "why": answer.why,
        "sentences": [{"text": "".join(piece.text for piece in text), "marks": _marks(text)} for text in _sentences(one)],
    }


def _marks(text: Text) -> list[list[int]]:
    """Return where the marked pieces of a text begin and end."""
    found, at = [], 0
    for piece in text:
        if piece.marked:
            found.append([at, at + len(piece.text)])
        at += len(piece.text)
    return found


def _sentences(one: PreviewedItem) -> tuple[Text, ...]:
    """Return the title and the sentences in which something was found, the words marked."""
    from feeds.site.highlighting import highlight, quotes, spans_of

    hits = (*one.answer.hits, *(hit for _, hit in one.answer.cancelled))
    item = one.stored.item
    title = highlight(item.title, spans_of(hits, "title", item.title))
    marked = (title,) if any(piece.marked for piece in title) else ()
    return (*marked, *quotes(item.text, spans_of(hits, "text", item.text)))


# For people


def as_lines(found: TopicPreview, file: str, since: datetime | None) -> Iterator[str]:
    """Yield a preview in words: the numbers, the difference to what is in force, then the items."""
    when = f" since {since:%Y-%m-%d %H:%M} UTC" if since else ""
    yield f"{file}: {found.tagged:,} of {found.items:,} stored items{when} would be tagged {found.topic.name}"
    yield from _numbers("language", found.by_language)
    yield from _numbers("source", found.by_source[:_SOURCES], len(found.by_source) - _SOURCES)
    yield from _numbers("grade", found.by_grade)
    yield from _compared(found)
    yield from _listed(f"hits, the newest {len(found.hits)} of {found.tagged:,}", found.hits)
    excluded = f", of which exclusions keep out {found.near_excluded:,}, listed last" if found.near_excluded else ""
    yield from _listed(f"near misses, the nearest {len(found.near_misses)} of {found.near:,}{excluded}", found.near_misses)


def _numbers(what: str, counts: Counts, more: int = 0) -> Iterator[str]:
    if counts:
        named = ", ".join(f"{name} {count:,}" for name, count in counts)
        yield f"  by {what}: {named}{f', and {more} more' if more > 0 else ''}"


def _compared(found: TopicPreview) -> Iterator[str]:
    change = found.change
    if change is None:
        yield "  no topic of this name is in force"
    elif change.version == found.topic.version:
        yield f"  this wording is in force ({change.version})"
    else:
        yield (
            f"  against the version in force ({change.version}): {change.gained:,} gained, {change.lost:,} lost,"
            f" {change.unchanged:,} unchanged"
        )
        yield from _listed(f"gained, the newest {len(change.gained_items)} of {change.gained:,}", change.gained_items)
        yield from _listed(f"lost, the newest {len(change.lost_items)} of {change.lost:,}", change.lost_items)


def _listed(heading: str, items: Iterable[PreviewedItem]) -> Iterator[str]:
    for number, one in enumerate(items):
        if number == 0:
            yield from ("", heading)
        yield from _item(one)


def _item(one: PreviewedItem) -> Iterator[str]:
    stored, answer = one.stored, one.answer
    item = stored.item
    when = f"{item.published:%Y-%m-%d}" if item.published else f"seen {stored.first_seen:%Y-%m-%d}"
    grade = str(answer.grade) if answer.tagged and answer.grade else "not tagged"
    yield f"- {stored.id}  {grade}  {item.language or '--'}  {when}  {stored.carrier.source.name}"
    title, *rest = _with_title(one)
    yield f"    {_marked(title)}"
    yield from (f"    > {_marked(text)}" for text in rest[:_SENTENCES])
    yield f"    {answer.why}"


def _with_title(one: PreviewedItem) -> tuple[Text, ...]:
    from feeds.site.models import Piece

    title, found = one.stored.item.title or "(no title)", _sentences(one)
    has_title = bool(found) and "".join(piece.text for piece in found[0]) == title
    return found if has_title else ((Piece(title),), *found)


def _marked(text: Text) -> str:
    """Return a text in one line with its marked words in brackets, bold on a terminal."""
    line = "".join(click.style(f"[{piece.text}]", bold=True) if piece.marked else piece.text for piece in text)
    return " ".join(line.split())
