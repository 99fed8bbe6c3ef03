"""The command `serve`: what is published and stored, over HTTP, until it is told to stop; polls and publishes nothing."""

import asyncio
import signal
import socket

import click

from feeds.server.application import application
from feeds.server.context import access_of
from feeds.server.server import Server, listen, run_loop
from ingest.cli.console import App, say


@click.command()
@click.pass_obj
def serve(app: App) -> None:
    """Serve public/, private feeds, search and review over HTTP, nothing else."""
    app.stored(quiet=True).db.close()  # a folder that is none is said before anybody is told to come here
    listening = listen(app.settings.service.bind)
    say(f"serving {app.settings.base_url}/")
    say(access_of(app.settings.service).said())
    run_loop(_serve(app, listening))


async def _serve(app: App, listening: socket.socket) -> None:
    server = Server(application(app), app.settings.service)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, lambda: setattr(server, "should_exit", True))
    await server.serve([listening])
