"""Prints after the tests which of them were dear, in processor time, which a busy computer changes little; knows no test."""

import os
import time
from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import pytest

DEAR: Final = 2.0  # seconds of processor time that no test should need; CONTRIBUTING.md says how to do with less
_FILES: Final = 8  # that are named
_COST: Final = "cost"  # the property of a report; it travels from the workers to whoever prints
_begun: Final[pytest.StashKey[tuple[float, float]]] = pytest.StashKey()


@dataclass(frozen=True)
class Cost:
    """What one test cost, with its fixtures and the processes that it waited for; in seconds."""

    test: str
    processor: float
    clock: float


def _now() -> tuple[float, float]:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system, time.monotonic()


def summary(costs: Sequence[Cost]) -> list[str]:
    """Return the lines that are printed: the sum, the dearest files, and each test that is dear."""
    dear = sorted((one for one in costs if one.processor > DEAR), key=lambda one: -one.processor)
    files: dict[str, float] = defaultdict(float)
    for one in costs:
        files[one.test.partition("::")[0]] += one.processor
    first = sorted(files.items(), key=lambda file: -file[1])[:_FILES]
    waited = sum(max(0.0, one.clock - one.processor) for one in costs)
    return [
        f"processor time {sum(files.values()):.0f} s, and {waited:.0f} s of waiting (a busy computer makes tests wait)",
        "dearest files: " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in first),
        *(f"dear, {one.processor:.1f} s (should be at most {DEAR:g}): {one.test}" for one in dear),
    ]


class CostReport:
    """The hooks of pytest that measure each test, and print in the process that prints."""

    def __init__(self) -> None:
        self._costs: list[Cost] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note when a test begins."""
        item.stash[_begun] = _now()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note in its last report what it cost."""
        report = yield
        if call.when == "teardown":
            (processor, clock), (processor_then, clock_then) = _now(), item.stash[_begun]
            report.user_properties.append((_COST, (processor - processor_then, clock - clock_then)))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect what the reports say."""
        if report.when == "teardown":
            found = cast("Any", dict(report.user_properties).get(_COST))
            self._costs += [Cost(report.nodeid, *found)] if found else []

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print it where a whole folder was run."""
        if len({one.test.partition("::")[0] for one in self._costs}) > 1:
            terminalreporter.section("cost")
            for line in summary(self._costs):
                terminalreporter.write_line(line)
