"""The commands about topic files, `topics list|new|copy|retire|check|match|evaluate|diff|learn`; they store no classification."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from feeds.cli.home import readable_topics, report_kept_feeds, target_of, topic_named, topic_names, topic_path
from ingest.cli.console import Commands, counted, progress_bar, say
from ingest.cli.table import Column, Table
from ingest.errors import TopicError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, Any, Final

    from feeds.tagging.quality import check
    from feeds.tagging.topic.model import Topic
    from ingest.polling.home import Home

_PROPOSED: Final = 20  # words
_AGE: Final = re.compile(r"(\d{1,5})([hdw])")
_UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@click.group(cls=Commands)
def topics() -> None:
    """Work with topic files."""


@topics.command("list")
@click.option("--json", "as_json", is_flag=True, help="One object a line: name, title, status, version, private.")
@click.pass_obj
def topics_list(home: Home, *, as_json: bool) -> None:
    """Show the topics in force."""
    home.require_folder()
    found, code = readable_topics(home)
    table = Table(Column("name", 28), Column("version", 12, "dim"), Column("status", 7), Column("title"))
    for topic in found:
        cells = (topic.name, topic.version, topic.status, topic.title)
        if as_json:
            row = {"name": topic.name, "title": topic.title, "status": topic.status, "version": topic.version}
            click.echo(json.dumps(row | {"private": topic.publish.private}, ensure_ascii=False))
        else:
            table.show(cells, "  ".join(cells))
    if home.database_path.exists():
        with home.facts() as facts:
            report_kept_feeds(home, facts)
    raise SystemExit(code)


@topics.command("new")
@click.argument("name", metavar="NAME")
@click.option("--languages", default="en", show_default=True, metavar="CODES", help="Languages to write words in: en,fr,he.")
@click.option("--from", "words", metavar="WORDS", help="Words and phrases to begin with, separated by commas; else those of NAME.")
@click.pass_obj
def topics_new(home: Home, name: str, languages: str, words: str | None) -> None:
    """Write a topic file with comments into the home's topics/: NAME is the tag and the address of the feed."""
    from feeds.tagging.quality.new_topic import new_topic, parts_of
    from feeds.tagging.topic.folders import create, topic_folders
    from feeds.tagging.topic.loader import refuse_name

    home.require_folder()
    terms = parts_of(name.replace("-", " ") if words is None else words)
    if not terms:
        raise UsageError("--from holds no word", 'write --from "harbour, quay"')
    folders = topic_folders(home.folder, home.settings)
    if name in folders.shipped_files():
        raise UsageError(f'"{name}" is a shipped topic', f"`topicwire topics copy {name}` puts it into your home for editing")
    path = folders.own / f"{name}.toml"
    refuse_name(name, str(path))
    text = new_topic(name, str(path), terms, parts_of(languages), home.clock().date())
    click.echo(create(path, text.encode()))
    say(f"add words and examples, then run `topicwire topics check {name}`")
    say(f"`topicwire topics preview {name} --watch` shows what it finds whenever you save it")
    say(f"while the service runs, {home.settings.base_url}/topics/{name}/edit shows it while you type")
    say(f"the file is in force at once: with the next pass its feed is {home.settings.base_url}/{name}.atom")
    say('until it is ready, publish_from = "core" in the file keeps most out of the feed; move it out of topics/ to keep all out')


@topics.command("copy")
@click.argument("name", metavar="TOPIC", shell_complete=topic_names)
@click.pass_obj
def topics_copy(home: Home, name: str) -> None:
    """Copy a shipped topic's file into the home's topics/, to be edited there. Your copy is in force from then on."""
    from feeds.tagging.topic.folders import copy_shipped, topic_folders

    home.require_folder()
    click.echo(copy_shipped(topic_folders(home.folder, home.settings), name))
    say(f"edit it, then `topicwire topics check {name}`; delete it to have the shipped wording again")


@topics.command("retire")
@click.argument("name", metavar="TOPIC", shell_complete=topic_names)
@click.pass_obj
def topics_retire(home: Home, name: str) -> None:
    """Withdraw a topic's feed for good: its addresses answer 410 Gone. A file that is merely missing withdraws nothing.

    The topic's own file is moved to topics/retired/; a copy there keeps a shipped one out. Move it back to undo.
    """
    from feeds.publication.files import served_topics
    from feeds.site.publish import publish
    from feeds.store.classifications import Classifications
    from feeds.tagging.topic.folders import put_away, topic_folders

    home.require_folder()
    folders = topic_folders(home.folder, home.settings)
    files = folders.files()
    with home.facts() as facts:
        if name not in files.keys() | served_topics(facts):
            known = ", ".join(sorted(files.keys() | served_topics(facts)))
            raise UsageError(f'no topic is called "{name}", and no feed', f"known are: {known}")
        if name in files:
            undo = "move it back" if files[name].parent == folders.own else "delete it"
            say(f"{name}: its topic file lies in {put_away(folders, name, files[name])} now; {undo} to undo this")
        chosen, code = readable_topics(home)
        done = publish(facts, Classifications(facts), chosen, target_of(home, facts, retired=name))
    say(f"{name}: {len(done.removed)} files withdrawn")
    raise SystemExit(code)


@topics.command("check")
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
@click.option("--terms", is_flag=True, help="List the terms and parts that no example needs, instead of counting them.")
@click.option("--json", "as_json", is_flag=True, help="One object a topic: examples, failed, errors, warnings, untested, unneeded.")
@click.pass_obj
def topics_check(home: Home, names: tuple[str, ...], *, terms: bool, as_json: bool) -> None:
    """Run the examples of topics (all, or those given by name or file) and look for slips and terms without effect.

    Exit 1 when an example fails or something cannot do what it says, 2 when a file cannot be read; the rest are warnings.
    """
    from feeds.tagging.quality import check
    from feeds.tagging.topic.folders import topic_folders
    from feeds.tagging.topic.loader import read_topic

    home.require_folder()
    code = 0
    for path in [topic_path(home, name) for name in names] or list(topic_folders(home.folder, home.settings).files().values()):
        try:
            topic = read_topic(path)
        except TopicError as fault:  # the other files are checked all the same
            say(f"topicwire: {fault}")
            code = fault.exit_code
        else:
            found = check.check(topic, path.read_text(encoding="utf-8"), str(path))
            code = code or (1 if found.errors else 0)
            row = {"topic": topic.name, "version": topic.version, "examples": len(topic.examples)} | asdict(found)
            click.echo(json.dumps(row, ensure_ascii=False) if as_json else "\n".join(_checked(topic, found, terms=terms)))
    raise SystemExit(code)


def _checked(topic: Topic, found: check.TopicFindings, *, terms: bool) -> Iterator[str]:
    """Yield the lines of a report: errors, warnings, and one line that sums up."""
    yield from found.errors
    yield from (f"warning: {line}" for line in found.warnings)
    if terms:
        yield from (f"untested: {topic.name}: {line}" for line in (*found.untested, *found.unneeded))
    passed = f"{len(topic.examples) - found.failed} of {counted(len(topic.examples), 'example')} as declared"
    without = (
        f"{counted(len(found.untested), 'term')} without an example, {counted(len(found.unneeded), 'part')} that no example needs"
    )
    hint = "" if terms or not (found.untested or found.unneeded) else " (--terms lists them)"
    yield f"{topic.name}: {passed}; {counted(len(found.warnings), 'warning')}; {without}{hint}"


def _rows(file: IO[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    from feeds.tagging.quality import reports

    for number, line in enumerate(file, 1):
        if line.strip():
            yield number, reports.read_row(line, file.name, number)


@topics.command("match")
@click.argument("name", metavar="TOPIC", shell_complete=topic_names)
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def topics_match(home: Home, name: str, file: IO[bytes]) -> None:
    """Classify the rows of a JSON Lines FILE (title, summary, content, lang, feed), without storing anything."""
    from feeds.tagging.matching.matcher import Matcher
    from feeds.tagging.quality import reports

    matcher = Matcher([topic_named(home, name)])
    for number, row in _rows(file):
        click.echo(json.dumps(reports.matched(matcher, row, number), ensure_ascii=False))


@topics.command("evaluate")
@click.argument("name", metavar="TOPIC", shell_complete=topic_names)
@click.argument("file", type=click.File("rb"))
@click.option("--worst", type=click.IntRange(min=0), default=10, show_default=True, help="How many errors of each kind to show.")
@click.option("--terms", is_flag=True, help="List every term that was found, not only the worst.")
@click.option("--json", "as_json", is_flag=True, help="One object with everything.")
@click.pass_obj
def topics_evaluate(home: Home, name: str, file: IO[bytes], worst: int, *, terms: bool, as_json: bool) -> None:  # noqa: PLR0913 - its options
    """Measure a topic on the labelled rows of a JSON Lines FILE: `label` is pos or neg; other rows are left out.

    Shows precision and recall by language and grade, true and false hits by group and term, what the missed rows lack,
    and the worst errors with their evidence.
    """
    from feeds import metrics
    from feeds.tagging.matching.matcher import Matcher
    from feeds.tagging.quality import hit_counts, reports

    topic = topic_named(home, name)
    matcher = Matcher([topic])
    answers = []
    for number, row in _rows(file):
        wanted = metrics.wanted(row.get("label"))
        if wanted is not None:
            answer = reports.classify_row(matcher, row)
            title = str(row.get("title") or "")[:120]
            answers.append(metrics.LabelledAnswer(str(row.get("id", number)), title, str(row.get("lang") or "und"), wanted, answer))
    if not answers:
        raise UsageError(f"{file.name}: no row has a label", 'give each row "label": "pos" or "neg"')
    tables = hit_counts.hit_tables(answers)
    if as_json:
        about = {"topic": topic.name, "version": topic.version}
        click.echo(json.dumps(about | metrics.measured(tuple(answers), worst) | tables.values(), ensure_ascii=False))
    else:
        click.echo("\n".join(metrics.report(tuple(answers), worst, tables.lines(everything=terms))))


@topics.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--since", metavar="AGE", help="Only items first seen at most so long ago: 36h, 90d, 12w.")
@click.option("--json", "as_json", is_flag=True, help="One object a line: id, change, title, language, source, why.")
@click.pass_obj
def topics_diff(home: Home, old: str, new: str, since: str | None, *, as_json: bool) -> None:
    """Show what replacing topic OLD by NEW (names or files) would change among the stored items. Nothing is changed."""
    from feeds.tagging.quality.changes import compare_wordings

    before, after = topic_named(home, old), topic_named(home, new)
    earliest = home.clock() - age(since) if since else None
    with home.stored() as facts:
        changes = compare_wordings(before, after, facts.items.since(earliest) if earliest else facts.items.all())
    lines = [json.dumps(row, ensure_ascii=False) for row in changes.rows()] if as_json else changes.report()
    for line in lines:
        click.echo(line)


@topics.command("learn")
@click.argument("name", metavar="TOPIC", shell_complete=topic_names)
@click.option("--labels", type=click.File("rb"), help="Learn also from the labelled rows of this JSON Lines file.")
@click.pass_obj
def topics_learn(home: Home, name: str, labels: IO[bytes] | None) -> None:
    """Train a model on your reviews and the topic's examples. It ranks `review list`; it never tags.

    Needs the extra `learn`: scikit-learn, and an encoder of sentence vectors in 15 languages. Without the encoder, and in
    other languages, the model goes by words. Words that speak for the topic and that no term finds are proposed.
    """
    from feeds import metrics
    from feeds.publication.atomic_files import replace
    from feeds.tagging.linear_model import model_file, proposals
    from feeds.tagging.quality import reports
    from feeds.tagging.second_opinion import learn, without_vectors

    topic = topic_named(home, name)
    rows = [row for _, row in _rows(labels)] if labels else []
    wanted = [(reports.document_of_row(row), metrics.wanted(row.get("label"))) for row in rows]
    labelled = [(document, accepted) for document, accepted in wanted if accepted is not None]
    with home.stored() as facts, progress_bar(len(topic.examples) + len(labelled), "reading texts") as progress:
        model = learn(facts, topic, labelled, home.clock().date(), progress)
    path = model_file(home.folder, topic.name)
    replace(path, model.write().encode())
    click.echo(f"{path}: learnt from {model.accepted} accepted and {model.rejected} rejected texts; ranks by {model.basis}")
    if not model.encoder:
        say(without_vectors())
    for word, weight in proposals(topic, model, _PROPOSED):
        click.echo(f"  {weight:6.2f}  {word}")


def age(text: str) -> timedelta:
    """Return how long ago `--since` means. Raises UsageError."""
    match = _AGE.fullmatch(text)
    if match is None:
        raise UsageError(f'--since "{text}" is not an age', "write 36h, 90d or 12w")
    return int(match[1]) * _UNITS[match[2]]
