"""A message -> plain text and HTML as a letter has them; pure: no picture, no script, no address but the one that is meant."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from feeds.alerts.message import AlertMessage, AlertStory
from feeds.model import AlertNotice
from ingest.text.sanitize import escape, one_line

_LISTED: Final = 100  # stories that are told at length; of the others title and evidence
_BRIEF: Final = 10  # stories of a topic in a chat, whose messages are short
_STYLE: Final = "font-family:sans-serif;line-height:1.4;max-width:42em"


def plain_text(message: AlertMessage) -> str:
    """Return a message as plain text."""
    lines = [f"{message.headline}", ""]
    for notice in message.notices:
        lines += [one_line(notice.title), *(f"  {line}" for line in (notice.text, notice.link) if line), ""]
    topics = message.by_topic()
    for name, title, stories in topics:
        if len(topics) > 1:
            lines += [f"## {title}: {_counted(len(stories))}", ""]
        for story in stories[:_LISTED]:
            lines += [*_story_lines(story), ""]
        lines += [f"{one.title}\n  {one.explanation}" for one in stories[_LISTED:]]
        if not stories[0].private:
            lines += [f"All of {title}: {message.page(name)}", ""]
    return "\n".join([*lines, "-- ", _foot(message), ""])


def short_text(message: AlertMessage) -> str:
    """Return a message as a chat shows it: a few stories with their evidence, and where the others are."""
    lines = [line for notice in message.notices for line in (notice.title, notice.text, notice.link) if line]
    for name, title, stories in message.by_topic():
        for story in stories[:_BRIEF]:
            lines += [f"• {story.title} ({', '.join(story.carriers)})", f"  {story.explanation}"]
        if more := len(stories) - _BRIEF if len(stories) > _BRIEF else 0:
            where = "" if stories[0].private else f": {message.page(name)}"
            lines.append(f"and {more} more of {title}{where}")
    return "\n".join(lines)


def _story_lines(story: AlertStory) -> Iterator[str]:
    yield story.title
    yield f"  {_when(story)} | {', '.join(story.carriers)}"
    if story.excerpt:
        yield f"  {story.excerpt}"
    yield f"  {story.why}"
    if story.url:
        yield f"  {story.url}"
    yield f"  Evidence: {story.explanation}"


def html_text(message: AlertMessage) -> str:
    """Return a message as an HTML document; each text from outside keeps its own direction."""
    head = f'<meta charset="utf-8"><title>{escape(message.headline)}</title>'
    title = f'<h1 style="font-size:1.2em">{escape(message.headline)}</h1>'
    foot = f'<p style="color:#555;font-size:.85em">{escape(_foot(message))}</p>'
    body = f"{title}\n{html_body(message)}\n{foot}"
    return f'<!DOCTYPE html>\n<html><head>{head}</head><body dir="ltr" style="{_STYLE}">\n{body}\n</body></html>\n'


def html_body(message: AlertMessage) -> str:
    """Return what a message tells, as a part of an HTML document."""
    parts = list(map(_html_notice, message.notices))
    topics = message.by_topic()
    for name, title, stories in topics:
        if len(topics) > 1:
            parts.append(f'<h2 style="font-size:1.1em" dir="ltr"><bdi>{escape(title)}</bdi>: {_counted(len(stories))}</h2>')
        parts += map(_html_story, stories[:_LISTED])
        if rest := "".join(f"<li>{_linked(one.title, one.evidence)}</li>" for one in stories[_LISTED:]):
            parts.append(f"<ul>{rest}</ul>")
        if not stories[0].private:
            parts.append(f'<p>All of <a href="{escape(message.page(name))}"><bdi>{escape(title)}</bdi></a></p>')
    return "\n".join(parts)


def _html_notice(notice: AlertNotice) -> str:
    more = f"<br>{_linked(notice.link, notice.link)}" if notice.link else ""
    return f'<p dir="auto"><strong>{escape(notice.title)}</strong><br>{escape(notice.text)}{more}</p>'


def _html_story(story: AlertStory) -> str:
    language = f' lang="{escape(story.language)}"' if story.language else ""
    excerpt = f'<div dir="auto"{language}>{escape(story.excerpt)}</div>' if story.excerpt else ""
    carriers = ", ".join(f"<bdi>{escape(one)}</bdi>" for one in story.carriers)
    evidence = _linked("Evidence", story.evidence) if story.evidence else f"<code>{escape(story.explanation)}</code>"
    return (
        f'<div style="margin:1em 0"><div dir="auto"{language}><strong>{_linked(story.title, story.url)}</strong></div>'
        f"{escape(_when(story))} | {carriers}{excerpt}"
        f"<div><small>{escape(story.why)} {evidence}</small></div></div>"
    )


def _linked(text: str, url: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>' if url else escape(text)


def _when(story: AlertStory) -> str:
    return _moment(story.published) if story.published else f"no date; first seen {_moment(story.first_seen)}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _counted(number: int) -> str:
    return "1 new story" if number == 1 else f"{number} new stories"


def _foot(message: AlertMessage) -> str:
    return f'Sent by topicwire because of the alert "{message.alert}" in topicwire.toml. Take it out there to end it.'
