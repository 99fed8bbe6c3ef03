"""Checks of a home from outside: versions, settings, folders and disk, the database file, the service; opens no table."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import stat
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from feeds.cli.upkeep.findings import failed, ok, size, some, warning
from ingest.text.url_placeholders import is_placeholder_contact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feeds.cli.upkeep.findings import Finding
    from ingest.polling.home import Home
    from ingest.settings import Settings
    from ingest.store.upkeep.condition import DatabaseCondition

_PATIENCE: Final = timedelta(seconds=5)  # with the check for damage, unless everything is to be checked
_LITTLE: Final = 100_000_000  # bytes on the disk: the next pass may fail
_SOME: Final = 1_000_000_000
_LONG_LOG: Final = 500_000_000  # bytes of the write-ahead log
_LOOPBACK: Final = ("127.", "localhost", "[::1]")


def versions() -> Iterator[Finding]:
    """Check what the program runs on."""
    words = f"topicwire {version('topicwire')}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    yield ok("versions", words)


def settings_in_force(settings: Settings) -> Iterator[Finding]:
    """Check settings that are valid and yet may not be meant."""
    contact, base_url = settings.fetch.contact, settings.base_url
    if not contact:
        cure = "set fetch.contact to a page or an e-mail address, so that a publisher can reach you"
        yield warning("settings", "fetch.contact is not set", cure)
    elif is_placeholder_contact(contact):
        yield warning("settings", f"fetch.contact is a placeholder: {contact}", "name a page or an address of your own")
    is_local = settings.service.bind.startswith(_LOOPBACK)
    if not settings.service.base_url and not is_local:
        what = f"service.bind lets others in, and the feeds name {base_url} as their address"
        yield warning("settings", what, "set service.base_url to the address that subscribers use")
    if settings.publish.hub and base_url.partition("://")[2].startswith(_LOOPBACK):
        what = f"publish.hub is set, and the hub cannot reach {base_url}"
        yield warning("settings", what, "set service.base_url, or take publish.hub out")
    if not is_local and not settings.service.review_token:
        yield ok("settings", "nobody can review, since service.review_token is not set")
    yield ok("settings", f"feeds are at {base_url}/")


def folders(home: Home) -> Iterator[Finding]:
    """Check that the home can be written and that the disk has room."""
    for folder in (home.folder, home.folder / "public", home.folder / "private"):
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            yield failed("disk", f"{folder} cannot be written", "give this user the right to write there")
    free = shutil.disk_usage(home.folder).free
    stored = home.database_path.stat().st_size if home.database_path.exists() else 0
    if free < _LITTLE:
        yield failed("disk", f"{size(free)} are free on the disk of the home", "free space, or move the home")
    elif free < max(_SOME, stored):
        what = f"{size(free)} are free on the disk of the home, and the database has {size(stored)}"
        yield warning("disk", what, "free space: an upgrade or a backup there needs as much as the database has")
    else:
        yield ok("disk", f"{size(free)} free")


def exposed_files(home: Home) -> Iterator[Finding]:
    """Check that no other user of this computer can read what is not published."""
    from ingest.settings import FILE, SettingOrigin, explained

    secret = any(
        one.is_secret and one.value and one.origin is SettingOrigin.FILE for one in explained(home.folder, home.environment)
    )
    names = (*(one.name for one in home.folder.glob("topicwire.db*")), "topicwire.log", "private", *([FILE] if secret else []))
    found = [name for name in names if (path := home.folder / name).exists() and path.stat().st_mode & stat.S_IROTH]
    if found:
        cure = "run `chmod o=` on them, unless all of these users may know everything"
        yield warning("rights", f"every user of this computer can read {some(found)}", cure)


def condition_of(home: Home, *, everything: bool) -> DatabaseCondition | None:
    """Return the condition of the database file; None where there is none."""
    import feeds.store.migrations  # noqa: F401 - so that the schema of judgements is known
    from ingest.store.upkeep.condition import examine

    return examine(home.database_path, home.clock, None if everything else _PATIENCE) if home.database_path.exists() else None


def database_file(home: Home, found: DatabaseCondition | None) -> Iterator[Finding]:
    """Check the database file."""
    path = home.database_path
    if found is None:
        yield warning("database", "nothing is stored yet", "start `topicwire run`, or name another home with --home")
    elif found.fault:
        cure = f"stop the service and restore a backup (`topicwire restore FILE`); keep {path.name} for a rescue"
        yield failed("database", f"{path}: {found.fault}", found.cure or cure)
    elif not found.is_ours:
        yield failed("database", f"{path} is another program's database", "name another home with --home")
    elif found.unknown:
        what = f"the database was written by a newer version, which made the change {found.unknown[-1]!r}"
        yield failed("database", what, "update topicwire")
    else:
        yield from _sound(found, home)


def _sound(found: DatabaseCondition, home: Home) -> Iterator[Finding]:
    if found.pending:
        what = f"the database is of an older version ({len(found.pending)} changes are missing)"
        yield warning("database", what, "make a backup if you want one of your own; the next command brings it up to date")
    if found.log_size > max(_LONG_LOG, found.size):
        what = f"the log of changes has grown to {size(found.log_size)}"
        yield warning("database", what, "end programs that keep the database open for hours, then restart the service")
    if found.ahead is not None:
        what = f"the newest poll or item is of {found.ahead:%Y-%m-%d %H:%M} UTC, and the clock says {home.clock():%Y-%m-%d %H:%M}"
        yield failed("clock", what, "set the clock of this computer (and let it follow a time server)")
    else:
        yield ok("clock", f"{home.clock():%Y-%m-%d %H:%M} UTC")
    checked = "sound" if found.is_fully_checked else "no damage found in the time given (--full checks everything)"
    yield ok("database", f"{found.items} items from {found.sources} sources, {size(found.size)}, {checked}")
