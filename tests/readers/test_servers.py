"""The published folder behind other people's servers, by the examples in `deploy/`; those that are not installed are skipped."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from making import Cli, about, carry, home_at, write_topic
from processes import ROOT, free_port, get
from served_site import Answer, Site, served
from support import wait_until

DEPLOY = ROOT / "deploy"
PATHS = ("/", "/index.html", "/harbour.atom", "/harbour.json", "/harbour.rss", "/harbour.opml", "/harbour.html", "/nothing")


def program(name: str) -> str:
    """Find a program, or skip the test."""
    found = shutil.which(name) or shutil.which(f"/usr/sbin/{name}")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command of a home with a published topic, and one that was withdrawn."""
    write_topic(home)
    write_topic(home, name="withdrawn")
    cli = Cli(home)
    cli.poll()
    with home_at(home).facts() as facts:
        carry(facts, [about(1)])
    cli("run", "--once")
    cli("topics", "retire", "withdrawn")
    return cli


@pytest.fixture
def nginx(cli: Cli, tmp_path: Path) -> Iterator[Site]:
    """Serve the folder with nginx, by our example."""
    binary, port = program("nginx"), free_port()
    public = cli.home / "public"
    server = (DEPLOY / "nginx.conf").read_text("utf-8")
    server = server.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("/var/lib/topicwire/public", str(public))
    (tmp_path / "server.conf").write_text(server, "utf-8")
    temporary = "".join(f"{kind}_temp_path {tmp_path}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = f"user {Path(tmp_path).owner()};"  # a test's folder is its owner's alone
    main = f"{user} daemon off; pid {tmp_path}/pid; error_log {tmp_path}/errors; events {{}}\n"
    (tmp_path / "nginx.conf").write_text(f"{main}http {{ {temporary} include {tmp_path}/server.conf; }}", "utf-8")
    command = [binary, "-e", f"{tmp_path}/errors", "-c", f"{tmp_path}/nginx.conf"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        assert wait_until(lambda: get(port, "/")[0] == 200)
        yield Site(public, port)
    finally:
        process.terminate()
        process.wait(10)


def essence(answer: Answer) -> tuple[object, ...]:
    """Return what a subscriber must find alike, whoever serves."""
    names = ("content-type", "content-encoding", "last-modified", "cache-control", "content-security-policy", "referrer-policy")
    found = answer.status == 200
    return (answer.status, answer.body if found else b"", *(answer.headers.get(name, "").lower() for name in names if found))


def test_nginx_serves_the_folder_as_we_do(cli: Cli, nginx: Site) -> None:
    """Types, compressed files, dates, lifetimes, policies, 404 and 410 are the same from the folder alone."""
    style = next((cli.home / "public" / "static").glob("*.css")).name
    with served(home_at(cli.home)) as ours:
        assert nginx.ask(f"/static/{style}").headers["cache-control"] == ours.ask(f"/static/{style}").headers["cache-control"]
        for path in PATHS:
            for accept in ("identity", "gzip"):
                one, other = (site.ask(path, accept_encoding=accept) for site in (ours, nginx))
                assert essence(one) == essence(other), path
        for site in (ours, nginx):
            assert [site.ask(path).status for path in ("/withdrawn.atom", "/withdrawn.atom.gone", "/.x")] == [410, 404, 404]
            etag = site.ask("/harbour.atom").headers["etag"]
            assert site.ask("/harbour.atom", if_none_match=etag).status == 304


def test_the_example_for_caddy_is_valid() -> None:
    """Caddy understands its example."""
    command = [program("caddy"), "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    assert subprocess.run(command, check=False, capture_output=True, timeout=30).returncode == 0
