"""The files in `deploy/` agree with the program, the documentation and each other; other people's programs try them elsewhere."""

import re
from typing import Final

import pytest
from processes import ROOT

DEPLOY: Final = ROOT / "deploy"
SERVICES: Final = ("topicwire.service", "topicwire-poll.service")


def unit(name: str) -> dict[str, list[str]]:
    """Return the settings of a unit by name."""
    lines = (DEPLOY / "systemd" / name).read_text("utf-8").splitlines()
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
