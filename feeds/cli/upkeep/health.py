"""The command `health`: asks the running service of this home whether it is well; reads no table, so it works beside anything."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Final

import click

from ingest.errors import TopicwireError

if TYPE_CHECKING:
    from ingest.polling.home import Home

_SECONDS: Final = 10.0
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - who listens everywhere also listens there
_MOST: Final = 10_000  # bytes


@click.command("health")
@click.option("--ready", is_flag=True, help="Also ask whether it polls and publishes (/readyz instead of /healthz).")
@click.pass_obj
def health_command(home: Home, *, ready: bool) -> None:
    """Ask the service that listens on service.bind whether it is well (for a container or a monitor); exit code 1: it is not."""
    bind = home.settings.service.bind
    path = "/readyz" if ready else "/healthz"
    try:
        status, said = _answer(bind, path)
    except (OSError, http.client.HTTPException) as fault:
        raise TopicwireError(f"no answer from {bind}{path}: {fault}", "start `topicwire run`, or look into its log") from fault
    click.echo(said)
    raise SystemExit(0 if status == http.client.OK else 1)


def _answer(bind: str, path: str) -> tuple[int, str]:
    """Ask a service of this computer; return status and text. This request goes to ourselves, so no guard is asked."""
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    connection = http.client.HTTPConnection(_EVERYWHERE.get(host, host), int(port), timeout=_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(_MOST).decode(errors="replace").strip()
    finally:
        connection.close()
