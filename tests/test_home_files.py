"""Whatever lies where a file of the home is expected, nobody waits for it."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from support import NOON

from feeds.tagging.topic.loader import read_topic
from ingest.errors import TopicwireError
from ingest.home_files import regular_file
from ingest.http.tls import tls_context
from ingest.polling.sources import synchronise
from ingest.settings import load
from ingest.store.facts import Facts


def a_pipe(path: Path) -> None:
    """Make a named pipe, which nobody writes to."""
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    """Make a socket, which nobody listens at."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def a_device(path: Path) -> None:
    """Make a link to a device that never ends."""
    path.symlink_to("/dev/zero")


def a_folder(path: Path) -> None:
    """Make a folder."""
    path.mkdir()


IRREGULAR = [a_pipe, a_socket, a_device, a_folder]


@pytest.mark.parametrize("make", IRREGULAR)
def test_what_is_no_regular_file_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """A pipe, a socket, a device or a folder is refused at once."""
    make(tmp_path / "x")
    with pytest.raises(OSError, match=r"."):
        regular_file(tmp_path / "x")


def test_a_regular_file_is_read_also_by_a_link(tmp_path: Path) -> None:
    """A link to a file is followed: homes are kept under version control elsewhere."""
    (tmp_path / "file").write_bytes(b"a\r\nb\0")
    (tmp_path / "link").symlink_to("file")
    assert regular_file(tmp_path / "link") == b"a\r\nb\0"


@pytest.mark.parametrize("make", IRREGULAR)
@pytest.mark.parametrize("name", ["topicwire.toml", "sources.opml", "topics/harbour.toml", "ca.pem"])
def test_each_file_of_the_home_is_refused_by_name(home: Path, name: str, make: Callable[[Path], None]) -> None:
    """Settings, the list of sources, topics and authorities: the error names the file."""
    (home / name).parent.mkdir(exist_ok=True)
    make(home / name)
    with pytest.raises(TopicwireError, match=name.replace(".", r"\.")) as caught:
        read(home, name)
    assert "Errno" not in str(caught.value)


def read(home: Path, name: str) -> None:
    """Read a file of the home as the program does."""
    if name == "topicwire.toml":
        load(home, {})
    elif name == "sources.opml":
        with Facts(home / "topicwire.db") as facts:
            synchronise(facts, home, NOON)
    elif name == "ca.pem":
        tls_context(str(home / name))
    else:
        read_topic(home / name)
