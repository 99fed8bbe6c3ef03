"""The conditional request for a source: its validators, secrets and settings; pure: the environment is an argument."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime

from ingest.errors import FetchError
from ingest.http.message import Request
from ingest.model import Source, SourceSettings
from ingest.planner.validators import validators_to_send
from ingest.poll_state import SourceState


def request_for(source: Source, state: SourceState, now: datetime, environment: Mapping[str, str]) -> Request:
    """Make the next request to a source; its secrets are read from the environment here and kept nowhere.

    Raises FetchError when a variable that the source names is not set.
    """
    etag, last_modified = validators_to_send(state, now)
    own = source.settings
    secrets = tuple(_secrets(own, environment))
    is_guess = own.scheme_guessed and source.url.startswith("https:")
    instead = source.url.replace("https:", "http:", 1) if is_guess else None
    return Request(source.url, etag, last_modified, own.user_agent, secrets, own.ca_file, instead)


def _secrets(own: SourceSettings, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if own.auth:
        yield "Authorization", f"Basic {b64encode(_variable(own.auth, environment).encode()).decode()}"
    if own.header:
        name, _, variable = own.header.partition("=")
        yield name, _variable(variable, environment)


def _variable(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name, "").strip()
    if not value or not value.isprintable():
        raise FetchError(f"the environment variable {name}, which the settings of this source name, is not set", "set it")
    return value
