"""The command `mcp`: lets an assistant on this computer ask a home over standard input and output; changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from feeds.cli.home import target_of, topics_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feeds.answers.reading import Reading
    from feeds.assistants.quoting import Members
    from ingest.polling.home import Home
    from ingest.store.facts import Facts


@click.command("mcp")
@click.option("--private", is_flag=True, help="Answer from private topics and unpublished items too, as their owner may.")
@click.pass_obj
def mcp_command(home: Home, /, *, private: bool) -> None:
    """Answer an assistant over the Model Context Protocol, on standard input and output.

    It is started by the program of the assistant, and ends with it. Only what is published is answered.
    """
    import secrets
    import signal
    from importlib.metadata import version

    import anyio

    from feeds.assistants.answering import answer
    from feeds.assistants.protocol import serve

    home.stored(quiet=True).close()  # a missing folder is said at once

    def ask(name: str, given: Mapping[str, Any]) -> tuple[str, Members]:
        with home.stored(quiet=True) as facts:
            return answer(_reading(home, facts, owner=private), name, given, secrets.token_hex(4))

    # Else Ctrl-C waits for the next line of the input; nothing is left undone.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    anyio.run(serve, ask, version("topicwire"))


def _reading(home: Home, facts: Facts, *, owner: bool) -> Reading:
    from feeds.answers.audience import Audience
    from feeds.answers.reading import Reading
    from feeds.store.classifications import Classifications

    Classifications(facts)  # brings a new database up to date
    audience = Audience.of(topics_of(home), owner=owner, full=home.settings.publish.full_content)
    return Reading(facts, audience, target_of(home, facts))
