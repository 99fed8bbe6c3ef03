"""The files in `deploy/` agree with the program, the documentation and each other; other people's programs try them elsewhere."""

import re
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest
import yaml
from processes import ROOT
from test_wheel import PARTS

from ingest.settings import load

DEPLOY: Final = ROOT / "deploy"
SERVICES: Final = ("topicwire.service", "topicwire-poll.service")


def unit(name: str) -> dict[str, list[str]]:
    """Return the settings of a unit by name."""
    (path,) = DEPLOY.glob(f"*/{name}")
    lines = path.read_text("utf-8").splitlines()
    pairs = [line.split("=", 1) for line in lines if re.match(r"[A-Z]\w*=", line)]
    return {key: [value for one, value in pairs if one == key] for key, _ in pairs}


# systemd


def test_both_services_are_shut_in_alike() -> None:
    """The service and the pass of the timer run as the same user behind the same walls."""
    own = {"Type", "ExecStart", "ExecReload", "WatchdogSec", "TimeoutStartSec", "Restart", "RestartSec", "RestartPreventExitStatus"}
    one, other = (
        {key: values for key, values in unit(name).items() if key not in own | {"Description", "WantedBy"}} for name in SERVICES
    )
    assert one == other
    assert one["ProtectSystem"] == ["strict"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_works_in_the_folder_that_it_may_write(name: str) -> None:
    """The home is the state folder, the one place that the service may write."""
    (command,), (state,) = unit(name)["ExecStart"], unit(name)["StateDirectory"]
    assert command.split()[:3] == ["/opt/topicwire/bin/topicwire", "--home", f"/var/lib/{state}"]


def test_the_watchdog_waits_for_longer_than_anything_that_is_well() -> None:
    """A request may take 30 seconds and a tick of polling 27: the limit is far above that. The stop is above our own limit."""
    (watchdog,), (stop,) = unit("topicwire.service")["WatchdogSec"], unit("topicwire.service")["TimeoutStopSec"]
    assert watchdog == "10min"
    assert int(stop) > 9


@pytest.mark.parametrize("part", ["scheduler", "worker"])
def test_the_programs_of_dask_know_what_their_units_and_the_page_say(part: str) -> None:
    """Each option exists, both say the same but for names of this machine, and the module that is loaded first is there."""
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    program = import_module(f"distributed.cli.dask_{part}").main
    known = {option for parameter in program.params for option in (*parameter.opts, *parameter.secondary_opts)}
    (unit_name,) = (path.name for path in (DEPLOY / "dask").glob(f"topicwire-{part}*.service"))
    (line,) = unit(unit_name)["ExecStart"]
    (typed,) = re.findall(rf"dask {part} (.*) &\n", (ROOT / "docs" / "scale.md").read_text("utf-8"))
    named, shown = set(re.findall(r"--[\w-]+", line)), set(re.findall(r"--[\w-]+", typed))
    assert line.startswith(f"/opt/topicwire/bin/dask {part} ")
    assert (named | shown) - known == set()
    assert named - shown <= {"--name", "--local-directory", "--no-show"}
    assert shown <= named
    for module in re.findall(r"--preload (\S+)", line + " " + typed):
        import_module(module)


def test_scheduler_and_worker_are_shut_in_as_the_service_is() -> None:
    """What they may reach differs by what Dask reads of the system, and by what they are started with."""
    service = unit("topicwire.service")
    walls = {key for key in service if re.match("Protect|Private|Restrict|System|Memory|No|Lock|Remove|Cap|Limit|Tasks", key)}
    for name in ("topicwire-scheduler.service", "topicwire-worker@.service"):
        own = unit(name)
        assert {key for key in walls if own.get(key) != service[key]} <= {"LimitNOFILE"}


# The container


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Containerfile, in their order."""
    lines = (DEPLOY / "container" / "Containerfile").read_text("utf-8").replace("\\\n", "").splitlines()
    return [(word, rest) for line in lines if line and line[0] != "#" for word, _, rest in [line.partition(" ")]]


def of_kind(kind: str) -> list[str]:
    """Return what follows one kind of instruction."""
    return [rest for word, rest in instructions() if word == kind]


def test_the_image_is_built_from_what_the_wheel_is_made_of() -> None:
    """What is copied into the build is there, and is what the test of the wheel builds it from."""
    copied = {name for line in of_kind("COPY") if not line.startswith("--") for name in line.split()[:-1]}
    assert copied == set(PARTS)


def test_the_image_runs_as_a_user_without_rights() -> None:
    """The last user is no root, the base has a fixed tag, and the one volume is the home folder, which is the user's own."""
    settings = dict(pair.split("=", 1) for line in of_kind("ENV") for pair in line.split())
    (user,), (volume,) = of_kind("USER"), of_kind("VOLUME")
    assert f"--uid {user} --home-dir {settings['TOPICWIRE_HOME']} --create-home" in " ".join(of_kind("RUN"))
    assert volume == f'["{settings["TOPICWIRE_HOME"]}"]'
    assert {line.split()[0] for line in of_kind("FROM")} == {"docker.io/library/python:3.13-slim-bookworm"}


def test_the_services_of_compose_fit_together(tmp_path: Path) -> None:
    """Settings are known, the volume is the home, and Caddy sees what is published and waits for a service that is well."""
    file = DEPLOY / "container" / "compose.yaml"
    composed = yaml.safe_load(file.read_text("utf-8"))
    ours, front = composed["services"]["topicwire"], composed["services"]["caddy"]
    image = {key: value for line in of_kind("ENV") for key, value in (pair.split("=", 1) for pair in line.split())}
    settings = load(tmp_path, {key: value for key, value in (image | ours["environment"]).items() if key.startswith("TOPICWIRE_")})
    assert settings.service.bind == "0.0.0.0:8080"
    assert front["environment"]["SERVICE_ADDRESS"] == "topicwire:8080"
    assert ours["volumes"] == [f"home:{image['TOPICWIRE_HOME']}"]
    assert (
        file.parent / ours["build"]["context"] / ours["build"]["dockerfile"]
    ).resolve() == DEPLOY / "container" / "Containerfile"
    example, published, _ = front["volumes"]
    assert (file.parent / example.split(":")[0]).resolve() == DEPLOY / "Caddyfile"
    assert (published["source"], published["volume"]["subpath"], published["read_only"]) == ("home", "public", True)
    assert f"root * {published['target']}" in (DEPLOY / "Caddyfile").read_text("utf-8")
    assert front["depends_on"]["topicwire"]["condition"] == "service_healthy"
    assert "ports" not in ours, "only the server in front is reached from outside"
