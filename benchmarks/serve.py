"""Requests per second for an unchanged feed, as a ratio to nginx in the same run: each server on one core, wrk on another.

    python benchmarks/serve.py [--seconds 5] [--rounds 3]

Needs nginx and wrk (Debian packages). Both servers serve the same folder; the answer is 304 to an If-None-Match,
and, for comparison, 200 with the precompressed feed. The rounds alternate, and the median counts.
"""

import argparse
import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FEED = b"<feed>" + b"".join(b"<entry><id>urn:x:%d</id><title>The ferry number %d</title></entry>" % (n, n) for n in range(1000))
CONFIG = """worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off; gzip_static on; keepalive_requests 1000000000; types {{ application/atom+xml atom; }}
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{ listen 127.0.0.1:{port}; root {folder}/public; }}
}}
"""


@dataclass(frozen=True)
class Rival:
    """A server that is up."""

    name: str
    port: int
    etag: str


def free_port() -> int:
    """Return a port on which nothing listens just now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def started(name: str, port: int, *words: str, **environment: str) -> Iterator[Rival]:
    """Start a server on the first core, wait until it answers, and end it afterwards."""
    process = subprocess.Popen(["taskset", "-c", "0", *words], env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
    try:
        yield Rival(name, port, _etag(port))
    finally:
        process.terminate()
        process.wait()


def _etag(port: int) -> str:
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/harbour.atom", headers={"Accept-Encoding": "gzip"})
            response = connection.getresponse()
            assert response.status == 200
            return str(response.getheader("etag"))
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing answers on port {port}")


def measured(rival: Rival, seconds: int, *, unchanged: bool) -> float:
    """Return the requests per second that wrk counts from the second core."""
    asks = ["-H", "Accept-Encoding: gzip", *(("-H", f"If-None-Match: {rival.etag}") if unchanged else ())]
    address = f"http://127.0.0.1:{rival.port}/harbour.atom"
    done = subprocess.run(
        ["taskset", "-c", "1", "wrk", "-t1", "-c32", f"-d{seconds}s", *asks, address], capture_output=True, text=True, check=True
    )
    assert "Socket errors" not in done.stdout, done.stdout
    # wrk counts a 304 as one of 2xx or 3xx: none may be anything else
    assert "Non-2xx" not in done.stdout, done.stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    assert found
    return float(found[1])


def main() -> None:
    """Serve, ask, compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for tool in ("nginx", "wrk", "taskset"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx serves as another user
        (folder / "public").mkdir()
        (folder / "public" / "harbour.atom").write_bytes(FEED)
        subprocess.run(["gzip", "-nk", folder / "public" / "harbour.atom"], check=True)
        ports = free_port(), free_port()
        (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, port=ports[0]), "utf-8")
        ours = (sys.executable, str(ROOT / "scheduler.py"), "--home", name, "serve")
        with (
            started("nginx", ports[0], "nginx", "-c", f"{folder}/nginx.conf") as nginx,
            started("topicwire", ports[1], *ours, TOPICWIRE_SERVICE__BIND=f"127.0.0.1:{ports[1]}") as topicwire,
        ):
            for unchanged in (True, False):
                compare((nginx, topicwire), options.rounds, options.seconds, unchanged=unchanged)


def compare(rivals: tuple[Rival, Rival], rounds: int, seconds: int, *, unchanged: bool) -> None:
    """Print the medians and their ratio."""
    counts: dict[str, list[float]] = {rival.name: [] for rival in rivals}
    for _ in range(rounds):
        for rival in rivals:
            counts[rival.name].append(measured(rival, seconds, unchanged=unchanged))
    medians = {name: statistics.median(found) for name, found in counts.items()}
    for name, median in medians.items():
        print(f"{'304' if unchanged else '200'}  {name:10} {median:10,.0f} requests a second")
    print(f"     ratio {medians['topicwire'] / medians['nginx']:.2f}")


if __name__ == "__main__":
    main()
