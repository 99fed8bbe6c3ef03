"""docs/scale.md, played: what it has typed into two terminals, with feeds and a port of this test."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from processes import ROOT, free_port
from support import TEXT, FakeWeb, is_gone, rss, rss_item, wait_until

pytest.importorskip("distributed", reason="the extra dask is not installed")

PAGE: Final = (ROOT / "docs" / "scale.md").read_text("utf-8")
SOON: Final = 20.0  # seconds in which Ctrl+C ends everything
FEEDS: Final = 8


def block(mark: str) -> str:
    """Return the commands of the page below a mark."""
    (found,) = re.findall(rf"<!-- {mark} -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


class Desk:
    """A folder in which the programs of the page are installed, and in which two terminals are opened."""

    def __init__(self, folder: Path, web: FakeWeb) -> None:
        """Put the programs there."""
        self.folder, self._port = folder, str(free_port())
        programs = folder / "bin"
        programs.mkdir()
        for name, words in (("topicwire", str(ROOT / "scheduler.py")), ("dask", "-m dask")):
            (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n', "utf-8")
            (programs / name).chmod(0o755)
        own = {key: value for key, value in os.environ.items() if not key.startswith(("TOPICWIRE_", "COV_CORE_"))}
        more = {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        self._environment = own | more | {"TOPICWIRE_FETCH__ALLOW": web.allow, "TOPICWIRE_FETCH__HOST_PAUSE": "0"}

    def terminal(self, typed: str) -> "subprocess.Popen[str]":
        """Type lines of the page into a new terminal."""
        return subprocess.Popen(
            ["bash", "-c", typed.replace("8786", self._port)],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def types(self, typed: str) -> str:
        """Type lines, and wait until all is done; give what was said."""
        terminal = self.terminal(f"set -e\n{typed}")
        said, _ = terminal.communicate(timeout=120)
        assert terminal.returncode == 0, said
        return said


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Sit down before a desk; its web has feeds about what a shipped topic is about."""
    with FakeWeb() as web:
        for number in range(FEEDS):
            items = [
                rss_item(
                    f"Platform fined under the Digital Services Act {number} {part}", f"http://s.example/{number}/{part}", text=TEXT
                )
                for part in range(3)
            ]
            web.serve(f"/{number}", rss(*items, title=f"Feed {number}"))
        made = Desk(tmp_path, web)
        outlines = "".join(f'<outline xmlUrl="{web.url(f"/{number}")}"/>' for number in range(FEEDS))
        (tmp_path / "sources.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', "utf-8")
        yield made


def test_two_terminals_show_the_same_feeds(desk: Desk) -> None:
    """Workers poll for one home, another polls by itself, and both publish the same; Ctrl+C leaves nothing behind."""
    assert "'.[dask]'" in block("both")
    first = desk.terminal(block("first"))
    try:
        lines = [
            line + f" && cp sources.opml {line.split()[-1]}" if " init " in line else line for line in block("second").splitlines()
        ]
        said = desk.types("\n".join(lines))
        assert len(set(re.findall(r"worker (tcp://\S+) polls sources", said))) in {1, 2}
        assert re.findall(r"(\d+) sources polled, 0 failed; .* (\d+) items new", said) == [(str(FEEDS), str(3 * FEEDS))] * 2
        assert desk.types(block("same")) == "same\n"
        assert "Digital Services Act" in desk.types("cat alone/public/*.atom")
    finally:
        os.killpg(first.pid, signal.SIGINT)
        first.communicate(timeout=SOON)
    assert wait_until(lambda: is_gone(-first.pid), SOON)
