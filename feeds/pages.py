"""Topics -> the bytes of an index page for people; no script, nothing from elsewhere, deterministic."""

from feeds.topic import Topic
from ingest.text import escape

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Feeds by topicwire</title>
{alternates}
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }}
</style>
</head>
<body>
<main>
<h1>Feeds</h1>
<p>Copy the address of a feed into your feed reader.</p>
"""


def index(topics: tuple[Topic, ...], counts: dict[str, int]) -> bytes:
    """Give the index page: each topic, what it means, its feed, how many entries the feed holds."""
    alternates = "\n".join(
        f'<link rel="alternate" type="application/atom+xml" title="{escape(topic.title)}" href="{topic.name}.atom">'
        for topic in topics
    )
    sections = "".join(_topic(topic, counts[topic.name]) for topic in topics)
    return f"{_HEAD.format(alternates=alternates)}{sections}</main>\n</body>\n</html>\n".encode()


def _topic(topic: Topic, count: int) -> str:
    entries = "1 entry" if count == 1 else f"{count} entries"
    return (
        f'<section>\n<h2><a href="{topic.name}.atom">{escape(topic.title)}</a></h2>\n'
        f"<p>{escape(topic.description)}</p>\n<p>{entries} · <code>{topic.name}.atom</code></p>\n</section>\n"
    )
