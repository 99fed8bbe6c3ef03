"""Prometheus itself reads what `/metrics` says, and the rules in `deploy/`; skipped where it is not installed."""

import shutil
import subprocess
from pathlib import Path

import pytest
from making import Cli, about, carry, home_at, write_topic
from processes import ROOT
from served_site import served

PROMTOOL = shutil.which("promtool")
DEPLOY = ROOT / "deploy" / "prometheus"

pytestmark = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")


def promtool(*arguments: str | Path, stdin: str = "") -> str:
    """Run it; return all it says, and fail where it finds a fault."""
    done = subprocess.run(["promtool", *map(str, arguments)], input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_metrics_follow_the_conventions(home: Path) -> None:
    """Names, units, types and help texts are as Prometheus advises."""
    write_topic(home)
    cli = Cli(home)
    cli.poll()
    with home_at(home).facts() as facts:
        carry(facts, [about(1)])
    cli("run", "--once")
    with served(home_at(home, cli.settings, cli.clock)) as site:
        assert promtool("check", "metrics", stdin=site.ask("/metrics").text) == ""


def test_the_alerts_are_rules() -> None:
    """Every expression and every template can be read."""
    assert "SUCCESS" in promtool("check", "rules", DEPLOY / "alerts.yml")


def test_each_alert_fires_when_it_should(tmp_path: Path) -> None:
    """With made-up figures each kind of trouble has its alert, and a service that is well has none."""
    shutil.copy(DEPLOY / "alerts.yml", tmp_path)
    shutil.copy(Path(__file__).with_name("alerts_test.yml"), tmp_path)
    assert "SUCCESS" in promtool("test", "rules", tmp_path / "alerts_test.yml")


def test_the_example_is_a_configuration(tmp_path: Path) -> None:
    """With a token of its own it can be loaded as it stands."""
    shutil.copy(DEPLOY / "alerts.yml", tmp_path)
    token = tmp_path / "token"
    token.write_text("sesame", "utf-8")
    example = (DEPLOY / "prometheus.yml").read_text("utf-8").replace("/etc/prometheus/topicwire-token", str(token))
    (tmp_path / "prometheus.yml").write_text(example, "utf-8")
    assert "SUCCESS" in promtool("check", "config", tmp_path / "prometheus.yml")
