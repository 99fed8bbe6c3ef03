import gzip
import json
import random
import runpy
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "polling.py"
WEEK = 7 * 86_400


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """Return ten days of twelve feeds, from sixty entries a day to one in five days, quiet at night."""
    chance = random.Random(5)
    rows = {}
    for number in range(12):
        days = [chance.uniform(0, 10) for _ in range(round(600 / 2.1**number) + 2)]
        rows[f"feed {number}"] = sorted(int(day) * 86_400 + 21_600 + (day % 1) * 50_000 for day in days)
    path = tmp_path / "series.json.gz"
    path.write_bytes(gzip.compress(json.dumps(rows).encode()))
    return path


def test_the_replay_compares_four_policies_at_equal_requests(
    series: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each row says requests, mean, median, p95 and missed; the planner's mean is below the others', which spend as much."""
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), "--series", str(series), "--window", "20"])
    runpy.run_path(str(SCRIPT), run_name="__main__")
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("12 feeds")
    rows = {line[:16].strip(): [float(value) for value in line[16:].split()] for line in said[2:]}
    assert list(rows) == ["topicwire", "fixed interval", "entry frequency", "AIMD"]
    for name, (requests, mean, *_, ratio, _, _) in list(rows.items())[1:]:
        assert requests == pytest.approx(rows["topicwire"][0], rel=0.05), name
        assert ratio == pytest.approx(rows["topicwire"][1] / mean, abs=0.01)
        assert ratio < 0.95
    assert rows["fixed interval"][5] < 0.6
