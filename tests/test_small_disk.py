"""A real file system that is full, nearly full or read-only: one line with the cure, whole files, and all is done afterwards."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from making import Cli, about, carry, home_at, write_topic

from feeds.cli.home import topics_of
from ingest.store.upkeep.backup import verify
from topicwire_service import ServiceTicks, classify_and_publish

MEGABYTES = 12
FREE = (0, 40_000, 160_000, 400_000, 900_000)  # bytes that are left: the work ends at different steps
READING = (("items",), ("search", "ferry"), ("sources", "list"), ("explain", "urn:item:3"))
WRITING = (("publish",), ("poll",), ("run", "--once"), ("sources", "add", "http://127.0.0.1:1/"), ("forget", "urn:item:3", "--yes"))
NEW = 40


def mount(folder: Path, *options: str) -> bool:
    """Mount a file system, or again with other rights; return whether this user may."""
    done = subprocess.run(["mount", *options, folder], check=False, capture_output=True)
    return done.returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount(folder, "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs"):
        pytest.skip("only an administrator may mount a small file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def cli(disk: Path) -> Cli:
    """Return a home on the small disk with a published feed, and stored items that are not published yet."""
    made = Cli(disk / "home")
    made.home.mkdir()
    write_topic(made.home)
    made.poll()
    home = home_at(made.home, made.settings, made.clock)
    with home.facts() as facts:
        carry(facts, [about(number) for number in range(10)])
        classify_and_publish(home, facts, topics_of(home))
        carry(facts, [about(number) for number in range(10, NEW)])
    return made


def fill(disk: Path, free: int) -> Path:
    """Fill the disk until so much is left, and return the file that does it."""
    filler = disk / "filler"
    found = os.statvfs(disk)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, found.f_bavail * found.f_frsize - free)
    return filler


def published(home: Path) -> dict[str, bytes]:
    """Return the published files, after reading each feed as a subscriber does."""
    files = {str(path): path.read_bytes() for path in sorted((home / "public").rglob("*")) if path.is_file()}
    for name, data in files.items():
        if name.endswith((".atom", ".rss")):
            etree.fromstring(data)
    return files


def test_on_a_full_disk_each_command_is_one_line(cli: Cli, disk: Path) -> None:
    """It says that the disk is full; not a published byte changes, no half topic file is in force; with space all is done."""
    before = published(cli.home)
    filler = fill(disk, 0)
    for command in (*READING, *WRITING, ("purge", "--compact"), ("backup", str(disk / "copy.db"))):
        done = cli(*command)
        assert (done.exit_code, done.stderr.count("\n")) == (1, 1), (command, done.stderr)
        assert "free space" in done.stderr, done.stderr
        assert "restore" not in done.stderr
    assert cli("topics", "new", "boats").stderr.endswith(
        "boats.toml: No space left on device; check the folder's rights and free space\n"
    )
    assert [path.name for path in (cli.home / "topics").iterdir()] == ["harbour.toml"]
    doctor = cli("doctor").stdout
    assert "its disk is full" not in doctor or "topicwire restore" not in doctor
    assert published(cli.home) == before
    filler.unlink()
    assert cli("run", "--once").exit_code == 0
    assert len(cli.published().entries) == NEW
    assert [
        row["what"] for row in cli.rows("doctor", "--full", "--json") if row["area"] in {"database", "files"} and row["cure"]
    ] == []


def test_on_a_nearly_full_disk_the_service_stops_and_goes_on_by_itself(
    cli: Cli, disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever the space ends, a tick is one line, files are whole and no older; the tick after that does it all."""
    home = home_at(cli.home, cli.settings, cli.clock)
    failed = 0
    with home.engine() as engine:
        service = ServiceTicks(home, engine)
        for number, free in enumerate(FREE):
            filler = fill(disk, free)
            shown = len(cli.published().entries)
            service.publish()
            told = capsys.readouterr().err
            failed += "free space" in told
            assert told.count("\n") <= 1, told
            published(cli.home)
            assert len(cli.published().entries) >= shown
            filler.unlink()
            service.publish()
            assert len(cli.published().entries) == NEW + number
            with home.facts() as facts:
                carry(facts, [about(NEW + number)])
            capsys.readouterr()
    assert failed >= 2
    assert [path.name for path in cli.home.rglob(".topicwire-*")] == []


def test_a_read_only_disk_is_named_and_can_be_backed_up(cli: Cli, disk: Path, tmp_path: Path) -> None:
    """Commands say that it is read-only; a backup to another disk has every commit; afterwards all goes on."""
    before = published(cli.home)
    with home_at(cli.home).facts() as facts:  # its log of changes stays, as after a crash
        carry(facts, [about(NEW)])
        (disk / "wal").write_bytes((cli.home / "topicwire.db-wal").read_bytes())
    (disk / "wal").rename(cli.home / "topicwire.db-wal")
    assert mount(disk, "-o", "remount,ro")
    try:
        for command in (*READING, *WRITING):
            done = cli(*command)
            assert (done.exit_code, done.stderr.count("\n")) == (1, 1), (command, done.stderr)
            assert "read-only" in done.stderr.lower()
        assert "its file system is read-only" in cli("doctor").stdout
        assert "topicwire restore" not in cli("doctor").stdout
        assert cli("backup", tmp_path / "copy.db").exit_code == 0
        assert verify(tmp_path / "copy.db", None, tmp_path)["item"] == NEW + 1
    finally:
        assert mount(disk, "-o", "remount,rw")
    assert published(cli.home) == before
    assert cli("run", "--once").exit_code == 0
    assert len(cli.published().entries) == NEW + 1
