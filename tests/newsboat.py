"""newsboat, a feed reader of another house, as a program that a test lets fetch."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NEWSBOAT: Final = shutil.which("newsboat")


@dataclass
class Newsboat:
    """newsboat with a home of its own, subscribed to one address."""

    folder: Path
    url: str

    def visit(self) -> dict[str, str]:
        """Let it fetch; give title and link of every entry that it then has."""
        (self.folder / "urls").write_text(f"{self.url}\n", "utf-8")
        (self.folder / "config").write_text("download-timeout 10\nreload-threads 1\n", "utf-8")
        files = [f"--{name}-file={self.folder / name}" for name in ("url", "cache", "config")]
        files[0] = f"--url-file={self.folder / 'urls'}"
        assert NEWSBOAT
        environment = {"HOME": str(self.folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "dumb"}
        subprocess.run([NEWSBOAT, *files, "-x", "reload"], env=environment, check=True, timeout=60, capture_output=True)
        with closing(sqlite3.connect(self.folder / "cache")) as cache:
            return dict(cache.execute("select title, url from rss_item"))
