"""The command `serve`: serves what is published and stored over HTTP until it is stopped; polls and publishes nothing."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

import click

from ingest.cli.console import announce, log_as_service

if TYPE_CHECKING:
    from ingest.polling.home import Home


@click.command()
@click.pass_obj
def serve(home: Home) -> None:
    """Serve public/, private feeds, search and review over HTTP, nothing else."""
    from feeds.server.context import access_of
    from feeds.server.server import listen, run_loop

    home.stored(quiet=True).close()  # a missing folder is reported before the address is printed
    listening = listen(home.settings.service.bind)
    log_as_service(home)
    announce("service_started", f"serving {home.settings.base_url}/")
    announce("service_listens", access_of(home.settings.service).summary())
    run_loop(_serve(home, listening))


async def _serve(home: Home, listening: socket.socket) -> None:
    import asyncio

    from feeds.server.application import application
    from feeds.server.server import Server

    server = Server(application(home), home.settings.service)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, lambda: setattr(server, "should_exit", True))
    await server.serve([listening])
