"""The command `topics suggest`: terms that would suit a topic, as lines to paste or as values; it changes no file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feeds.cli.home import topic_named, topic_names
from feeds.cli.topics import age
from ingest.cli.console import counted, progress_bar, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from feeds.tagging.suggestion.suggestions import Suggestion, Suggestions
    from ingest.polling.home import Home

_DICTIONARIES: Final = Path("/usr/share/dictd")  # where Debian's packages dict-freedict-* put them


@click.command("suggest")
@click.argument("name", metavar="TOPIC", shell_complete=topic_names)
@click.option("--language", metavar="CODE", help="Only words of this language: es.")
@click.option("--since", metavar="AGE", help="Only items first seen at most so long ago: 36h, 30d, 12w.")
@click.option(
    "--dictionaries",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=f"Folder of FreeDict dictionaries, for a language without terms; else {_DICTIONARIES} if it is there.",
)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many words of each kind to show.")
@click.option("--json", "as_json", is_flag=True, help="One object with everything.")
@click.pass_obj
def topics_suggest(  # noqa: PLR0913, PLR0917 - one for each option
    home: Home, name: str, language: str | None, since: str | None, dictionaries: Path | None, limit: int, *, as_json: bool
) -> None:
    """Suggest words for TOPIC (a name or a file) from the stored items: lines to paste, which nobody has reviewed.

    Shown are words and phrases that the tagged or accepted stories share and no term finds, each with the group it stands
    for and the stories that it would bring, and the same of words that are new in the last two weeks. For a language in
    which the topic has no terms also translations of its terms and names. Nothing is changed.
    """
    from feeds.tagging.quality.new_topic import refuse_unknown_language
    from feeds.tagging.suggestion_pass import MOST, suggest_terms

    topic = topic_named(home, name)
    now = home.clock()
    start = now - age(since) if since else None
    if language:
        refuse_unknown_language(language)
    folder = dictionaries or (_DICTIONARIES if _DICTIONARIES.is_dir() else None)
    with home.stored() as facts:
        stored = facts.items.count(start)
        with progress_bar(2 * min(stored, MOST), "reading items") as progress:
            found = suggest_terms(
                facts, topic, now, since=start, language=language, limit=limit, dictionaries=folder, progress=progress
            )
    if stored > MOST:
        say(f"the newest {MOST:,} of {stored:,} items were read")
    if as_json:
        click.echo(json.dumps({"topic": topic.name, "version": topic.version} | asdict(found), ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(topic.name, found)))


def _lines(name: str, found: Suggestions) -> Iterator[str]:
    """Yield suggestions as lines of a topic file with comments."""
    yield f"# {name}: {counted(found.tagged, 'tagged story', 'tagged stories')} among {counted(found.articles, 'stored item')}"
    if found.linked:
        yield f"# {counted(found.linked, 'of them is', 'of them are')} counted because they belong together with tagged stories"
    if not (found.words or found.new or found.proposed):
        yield f"# nothing to suggest: {_nothing(found)}"
    elif found.loose:
        yield f"# {counted(found.loose, 'word is', 'words are')} left out: each would bring over twice the stories that share it"
    if found.tagged and not found.has_history:
        yield f"# no new words: {counted(found.earlier, 'tagged story is', 'tagged stories are')} dated before the last two weeks"
    for heading, suggestions in (
        ("words that tagged stories share and no term finds", found.words),
        ("words that are new in the last two weeks", found.new),
        ("translations of the topic's terms, and names: what all of them together bring", found.proposed),
    ):
        if suggestions:
            yield ""
            yield f"# {heading}; nobody has reviewed them"
            for group, language in dict.fromkeys((one.group, one.language) for one in suggestions):
                yield f"# [group.{group or '...'}] {language or 'any'} = ["
                for one in suggestions:
                    if (one.group, one.language) == (group, language):
                        yield from _suggestion(one)


def _nothing(found: Suggestions) -> str:
    if found.loose:
        return (
            "what the topic tags is too mixed to learn from; each of the "
            f"{counted(found.loose, 'commonest word')} would bring more than twice the stories that share it"
        )
    return "too few tagged stories, or no term is missing in them"


def _suggestion(one: Suggestion) -> Iterator[str]:
    brings = f"brings {counted(one.adds, 'story', 'stories')}" + (
        f", {one.rejected} of them rejected by hand" if one.rejected else ""
    )
    forms = f"; also written {', '.join(one.forms[1:4])}" if len(one.forms) > 1 else ""
    why = f"; {one.why}" if one.why else ""
    line = f"  {json.dumps(one.term, ensure_ascii=False)},"
    yield f"{line:32}  # in {one.tagged} tagged and {one.others} other stories; {brings}{why}{forms}"
    yield from (f"    # tagged: {title}" for title in map(_flat, one.examples) if title)
    yield from (f"    # new: {title}" for title in map(_flat, one.added) if title)


def _flat(title: str) -> str:
    return " ".join(title.split())[:120]
