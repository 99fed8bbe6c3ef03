import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import NOON

from feeds.publication.atomic_files import FileWriter, is_twinned
from ingest.errors import StoreError


@pytest.fixture
def writers() -> Iterator[FileWriter]:
    """Yield writers, and let them end."""
    made = FileWriter()
    yield made
    made.close()


def test_all_that_was_put_is_there_once_it_is_settled(tmp_path: Path, writers: FileWriter) -> None:
    """More files than are held at once lie there with their twins, told in the order in which they were put."""
    paths = [tmp_path / "sub" / f"{number}.html" for number in range(40)]
    for path in paths:
        writers.put(path, path.name.encode() * 100, NOON)
    assert writers.settle() == tuple(paths)
    assert all(is_twinned(str(path), NOON.timestamp(), len(path.name) * 100) for path in paths)
    assert writers.settle() == ()


def test_what_is_there_already_is_not_written(tmp_path: Path, writers: FileWriter) -> None:
    """The same bytes again are not told as written, and a twin that is known is taken as it is."""
    path = tmp_path / "harbour.atom"
    for told in ((path,), ()):
        writers.put(path, b"ferry", NOON, packed=gzip.compress(b"ferry", 1, mtime=0))
        assert writers.settle() == told
    assert path.with_name("harbour.atom.gz").read_bytes() == gzip.compress(b"ferry", 1, mtime=0)


def test_a_fault_is_heard_of(tmp_path: Path, writers: FileWriter) -> None:
    """What one thread could not write is an error of whoever waits for all."""
    (tmp_path / "sub").write_text("in the way", encoding="utf-8")
    writers.put(tmp_path / "sub" / "harbour.atom", b"ferry", NOON)
    with pytest.raises(StoreError, match=r"harbour\.atom: .*check the folder's rights"):
        writers.settle()
