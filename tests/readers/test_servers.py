"""The published folder behind other people's servers, by the examples in `deploy/`; those that are not installed are skipped."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from making import HARBOUR, Cli, about, carry, home_at, write_topic
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
    write_topic(home, f"{HARBOUR}\n[publish]\nprivate = true\n", name="secret")
    cli = Cli(home)
    cli.poll()
    with home_at(home).facts() as facts:
        carry(facts, [about(1)])
    cli("run", "--once")
    cli("topics", "retire", "withdrawn")
    return cli


@pytest.fixture
def behind(cli: Cli) -> Iterator[Site]:
    """Serve the home by our own service, to which a proxy passes requests on: whoever asks is not on this computer."""
    with served(home_at(cli.home)) as ours:
        ours.always = {"x-forwarded-for": "203.0.113.9"}
        yield ours


@contextmanager
def running(port: int, environment: dict[str, str], *command: str | Path) -> Iterator[None]:
    """Run another server until its port answers, and end it afterwards."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=os.environ | environment)
    try:
        assert wait_until(lambda: get(port, "/")[0] == 200), process.poll()
        yield
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def nginx(example: str, folder: Path, port: int) -> Iterator[None]:
    """Run nginx by our example; a test's folder is its owner's alone."""
    (folder / "server.conf").write_text(example.replace("listen 80;", f"listen 127.0.0.1:{port};"), "utf-8")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main = f"user {folder.owner()}; daemon off; pid {folder}/pid; error_log {folder}/errors; events {{}}\n"
    (folder / "nginx.conf").write_text(f"{main}http {{ {temporary} include {folder}/server.conf; }}", "utf-8")
    with running(port, {}, program("nginx"), "-e", f"{folder}/errors", "-c", f"{folder}/nginx.conf"):
        yield


@contextmanager
def caddy(example: str, folder: Path, port: int) -> Iterator[None]:
    """Run Caddy by our example, without the certificate that it would ask for."""
    alone = "{\n\tadmin off\n\tauto_https off\n}\n"
    (folder / "Caddyfile").write_text(alone + example.replace("feeds.example.org {", f"http://127.0.0.1:{port} {{"), "utf-8")
    own = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = (program("caddy"), "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile")
    with running(port, own, *command):
        yield


SERVERS: Final = {"nginx": (nginx, "nginx.conf"), "caddy": (caddy, "Caddyfile")}


@pytest.fixture(params=SERVERS)
def front(request: pytest.FixtureRequest, cli: Cli, behind: Site, tmp_path: Path) -> Iterator[Site]:
    """Serve the folder with another server, by our example."""
    server, name = SERVERS[request.param]
    public, port = cli.home / "public", free_port()
    example = (DEPLOY / name).read_text("utf-8").replace("/var/lib/topicwire/public", str(public))
    with server(example.replace("127.0.0.1:8080", f"127.0.0.1:{behind.port}"), tmp_path, port):
        yield Site(public, port)


def essence(answer: Answer) -> tuple[object, ...]:
    """Return what a subscriber must find alike, whoever serves."""
    names = ("content-type", "content-encoding", "last-modified", "cache-control", "content-security-policy", "referrer-policy")
    found = answer.status == 200
    return (answer.status, answer.body if found else b"", *(answer.headers.get(name, "").lower() for name in names if found))


def test_another_server_serves_the_folder_as_we_do(cli: Cli, behind: Site, front: Site) -> None:
    """Types, compressed files, dates, lifetimes, policies, 404 and 410 are the same from the folder alone."""
    style = next((cli.home / "public" / "static").glob("*.css")).name
    assert front.ask(f"/static/{style}").headers["cache-control"] == behind.ask(f"/static/{style}").headers["cache-control"]
    for path in PATHS:
        for accept in ("identity", "gzip"):
            one, other = (site.ask(path, accept_encoding=accept) for site in (behind, front))
            assert essence(one) == essence(other), path
    for site in (behind, front):
        assert [site.ask(path).status for path in ("/withdrawn.atom", "/withdrawn.atom.gone", "/.x")] == [410, 404, 404]
        etag = site.ask("/harbour.atom").headers["etag"]
        assert site.ask("/harbour.atom", if_none_match=etag).status == 304


def test_another_server_passes_on_what_is_for_readers_and_nothing_else(cli: Cli, behind: Site, front: Site) -> None:
    """What readers and programs ask, private feeds and older pages come from the service; what is the operator's is not there."""
    (page,) = (cli.home / "public" / "item").glob("*.html")
    page.unlink()
    page.with_name(f"{page.name}.gz").unlink()
    style = next((cli.home / "public" / "static").glob("*.css"))
    for file in (style, style.with_name(f"{style.name}.gz")):
        file.unlink()  # as if it were of a new program that has not yet published
    passed = (f"/static/{style.name}", "/search?q=ferry", "/search.atom?q=ferry", "/sources", "/api/topics", f"/item/{page.name}")
    assert [front.ask(path).status for path in passed] == [200] * len(passed)
    assert front.ask("/api/openapi.json").headers["content-type"] == "application/json"
    granted = cli("feeds", "grant", "secret", "Ann").stdout
    private = re.search(r"(/private/\S+\.atom)", granted)
    assert private
    assert behind.ask(private[1]).headers["cache-control"].startswith("private")
    for path in (*passed, private[1]):
        one, other = (site.ask(path) for site in (behind, front))
        assert essence(one)[3:] == essence(other)[3:], "no cache may keep what is private"
    closed = "/metrics /healthz /readyz /review /topics/ /topics/new /sources/manage /sources/add /alerts.atom /websub/x"
    closed += " /topicwire.db /private/x/secret.atom"
    outside = (
        "/../topicwire.db /../private/secret.atom /%2e%2e/topicwire.db /static/../../topicwire.toml /secret.atom /item/none.html"
    )
    statuses = {path: front.ask(path).status for path in f"{closed} {outside}".split()}
    assert {path: status for path, status in statuses.items() if status not in {400, 403, 404}} == {}
