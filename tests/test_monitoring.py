import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from making import HARBOUR, Cli, about, carry, home_at, item, write_topic
from prometheus_client.parser import text_string_to_metric_families
from served_site import served
from support import NOON, FakeWeb, rss, rss_item

from feeds.server.monitoring.figures import HomeFigures
from feeds.server.monitoring.metrics import exposition
from feeds.store.monitor import JudgementFigures
from ingest.planner.health import HealthState
from ingest.planner.overview import SourcesOverview
from ingest.store.watch.tallies import BOUNDS, StageTimes, stage_sums

DEPLOY: Final = Path(__file__).resolve().parents[1] / "deploy"
OPERATIONS: Final = (DEPLOY.parent / "docs" / "operations.md").read_text("utf-8")
HEADINGS: Final = {line.lower().replace(" ", "-") for line in re.findall(r"^#+ ([\w ]+)$", OPERATIONS, re.MULTILINE)}
SERVING: Final = (DEPLOY.parent / "docs" / "serving.md").read_text("utf-8")
FULL: Final = HomeFigures(
    requests={200: 5, 304: 2},
    published=NOON.timestamp(),
    disk_free=10**9,
    overview=SourcesOverview(4, 1, 1, NOON, NOON, NOON),
    states={HealthState.OK: 3, HealthState.SILENT: 1},
    failing={"silence": 1},
    items=12,
    judgements=JudgementFigures({"harbour": 7}, 2, 3, 4, 5, 6, 7, 1, 2, 1),
    tallies={("polls", "read"): 9, ("polls", "failed silence"): 2, ("parser_restarts", "time"): 1, ("done", "poll"): 1.0}
    | stage_sums("poll", 0.1)
    | {("stage_seconds", "poll 5"): 2, ("stage_seconds", "poll +Inf"): 1},
)
"""A home of which everything is known."""


def samples(text: str) -> dict[str, float]:
    """Return the values of an exposition, by name with labels in alphabetical order; the library's parser checks its form."""
    return {
        sample.name + "".join(f" {name}={value}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def exposed(figures: HomeFigures) -> dict[str, float]:
    """Return the values that a scrape of some figures gives, ten seconds after noon."""
    return samples(exposition(figures, NOON.timestamp() + 10, "")[0].decode())


COUNTED: Final = (
    "select count(*) from item",
    "select count(*) from tag where topic = 'harbour'",
    "select count(distinct story_id) from story",
)
NAMES: Final = {name.partition(" ")[0] for name in exposed(FULL)} | {"up"}  # Prometheus adds the last itself


# What is told


def test_every_figure_is_a_metric() -> None:
    """Counters end in _total, a histogram counts all runs that are no longer than each bound."""
    found = exposed(FULL)
    assert found["topicwire_polls_total cause=silence result=failed"] == 2
    assert found["topicwire_polls_total cause=status result=failed"] == 0, "a sum that begins at 0 shows its first rise too"
    assert found["topicwire_sources state=silent"] == 1
    assert found["topicwire_backlog_changes stage=classify"] == 4
    assert [found[f"topicwire_alert_messages state={state}"] for state in ("waiting", "failing")] == [2, 1]
    assert found["topicwire_poll_overdue_seconds"] == 10
    assert found["topicwire_outage"] == 0
    buckets = [found[f"topicwire_stage_seconds_bucket le={le} stage=poll"] for le in (*map(str, BOUNDS), "+Inf")]
    assert buckets == [0, 1, 1, 3, 3, 3, 4]
    assert (found["topicwire_stage_seconds_count stage=poll"], found["topicwire_stage_seconds_sum stage=poll"]) == (4, 0.1)
    assert any(name.startswith("topicwire_build_info ") for name in found)
    assert found["process_open_fds"] > 0


def test_openmetrics_is_spoken_too() -> None:
    """Whoever accepts it gets it, with its own media type and end."""
    body, media_type = exposition(FULL, 0, "application/openmetrics-text; version=1.0.0")
    assert media_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")


def test_without_the_database_the_rest_is_told() -> None:
    """A monitor sees that the database fails, and what this process itself counts."""
    found = exposed(HomeFigures(requests={200: 5}, published=None, disk_free=1))
    assert (found["topicwire_database_up"], found["topicwire_requests_total status=200"]) == (0, 5)
    assert not any(name.startswith("topicwire_items") for name in found)


@pytest.mark.parametrize(("failing", "outage"), [(0, 0), (10, 0), (11, 1), (40, 2)])
def test_the_outage_is_that_of_the_pages(failing: int, outage: int) -> None:
    """A monitor and a reader are told the same."""
    assert exposed(replace(FULL, overview=SourcesOverview(40, failing, 0, NOON, NOON, NOON)))["topicwire_outage"] == outage


# Where it comes from


def test_a_scrape_tells_what_passes_did(home: Path, web: FakeWeb) -> None:
    """Polls by result and cause, stages, backlogs, sizes; the counts that are kept equal those of the tables."""
    write_topic(home)
    cli = Cli(home)
    cli.settings["fetch.allow"] = web.allow
    ferry = [rss_item(f"Ferry {n} in the harbour", f"http://harbour.example/{n}", guid=f"urn:{n}") for n in range(3)]
    cli.poll(web.serve("/a", rss(*ferry), etag='"1"'), web.serve("/b", rss(ferry[0])), web.fail("/c", 503))
    cli("run", "--once")
    cli.clock.forward(days=1)
    cli("run", "--once")
    cli("backup", home / "copy.db")
    with served(home_at(home, cli.settings, cli.clock)) as site:
        found = samples(site.ask("/metrics").text)
    assert found["topicwire_polls_total cause= result=read"] == 2
    assert found["topicwire_polls_total cause= result=not_modified"] == 1
    assert found["topicwire_polls_total cause= result=unchanged"] == 1
    assert found["topicwire_polls_total cause=server result=failed"] == 2
    assert (found["topicwire_sources state=failing"], found["topicwire_failing_sources cause=server"]) == (1, 1)
    assert {name: found[f"topicwire_backlog_changes stage={name}"] for name in ("group", "classify", "classify_again")} == {
        "group": 0,
        "classify": 0,
        "classify_again": 0,
    }
    assert found["topicwire_stage_seconds_count stage=poll"] == 2
    for work in ("poll", "publish", "backup"):
        assert found[f"topicwire_last_success_timestamp_seconds work={work}"] == cli.clock().timestamp()
    assert found["topicwire_database_bytes file=database"] == (home / "topicwire.db").stat().st_size
    with home_at(home).facts() as facts:
        counted = [facts.database.execute(query).fetchone()[0] for query in COUNTED]
    assert [found["topicwire_items"], found["topicwire_tags topic=harbour"], found["topicwire_stories"]] == counted


def test_counts_follow_what_is_deleted(home: Path) -> None:
    """An erased item takes its tags and its story with it."""
    write_topic(home)
    cli = Cli(home)
    with home_at(home).facts() as facts:
        carry(facts, [about(n) for n in range(3)])
        carry(facts, [item(guid="urn:copy", url="http://copy.example/1", title=about(1).title, text=about(1).text)])
    cli.poll()
    cli("run", "--once")
    cli("forget", "--yes", "http://post.example/1")
    with served(home_at(home, cli.settings, cli.clock)) as site:
        found = samples(site.ask("/metrics").text)
    with home_at(home).facts() as facts:
        counted = [facts.database.execute(query).fetchone()[0] for query in COUNTED]
    assert [found["topicwire_items"], found["topicwire_tags topic=harbour"], found["topicwire_stories"]] == counted


def test_private_topics_are_named_to_the_token_alone(home: Path) -> None:
    """Whoever scrapes without it sees no trace of them in labels; with it they are counted like others."""
    write_topic(home)
    write_topic(home, HARBOUR + "\n[publish]\nprivate = true\n", "closed-circle")
    cli = Cli(home, {"service.review_token": "sesame"})
    with home_at(home).facts() as facts:
        carry(facts, [about(1, "boat in the harbour")])
    cli.poll()
    cli("run", "--once")

    with served(home_at(home, cli.settings, cli.clock)) as site:
        assert 'topic="harbour"' in site.ask("/metrics").text
        for token in ("", "Bearer wrong", "Bearer "):
            assert "closed-circle" not in site.ask("/metrics", authorization=token).text
        assert 'topicwire_tags{topic="closed-circle"} 1.0' in site.ask("/metrics", authorization="Bearer sesame").text


def test_a_clock_that_is_put_back_breaks_no_sum() -> None:
    """A stage lasts no less than nothing."""
    moments = iter((NOON, NOON - timedelta(hours=1)))
    times = StageTimes(lambda: next(moments))
    with times.timed("poll"):
        pass
    assert times.sums == {("stage_seconds", "poll sum"): 0.0, ("stage_seconds", "poll 0.05"): 1}


# deploy/


def metrics_in(expression: str) -> set[str]:
    """Return the metrics that a query names: words that are no function, no label and no part of a text."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]', "", expression)
    bare = re.sub(r"\b(?:by|on|without|ignoring) \([^)]*\)", "", bare)
    return set(re.findall(r"\b[a-z_]+[a-z](?![\w(])", bare)) - {"time", "and", "or", "unless", "sum"}


def labels_in(expression: str) -> set[str]:
    """Return the labels that a query compares."""
    return set(re.findall(r"(\w+)(?:=~|!~|!=|=)\"", expression))


def queries() -> list[str]:
    """Return the queries of the dashboard."""
    board = json.loads((DEPLOY / "grafana" / "topicwire.json").read_text("utf-8"))
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]


def alerts() -> list[Mapping[str, Any]]:
    """Return the alerts."""
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("expression", [*queries(), *(rule["expr"] for rule in alerts())])
def test_a_query_names_what_is_exported(expression: str) -> None:
    """The dashboard and the alerts ask for metrics and labels that a scrape gives."""
    assert metrics_in(expression)
    assert metrics_in(expression) <= NAMES
    known = {part.partition("=")[0] for name in exposed(FULL) for part in name.split(" ")[1:]} | {"instance", "job"}
    assert labels_in(expression) <= known


def test_the_dashboard_can_be_drawn() -> None:
    """Panels have numbers of their own and do not overlap; every metric of ours is shown somewhere."""
    board = json.loads((DEPLOY / "grafana" / "topicwire.json").read_text("utf-8"))
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in board["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert all(x < 24 for x, _ in cells)
    shown = set().union(*map(metrics_in, queries()))
    ours = {re.sub(r"_(bucket|sum|count)$", "", name) for name in NAMES if name.startswith("topicwire_")}
    left = ours - {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}
    assert left == {
        "topicwire_build_info",
        "topicwire_polled_sources",
        "topicwire_last_poll_timestamp_seconds",
        "topicwire_last_read_timestamp_seconds",
        "topicwire_published_timestamp_seconds",
    }


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_to_do(rule: Mapping[str, Any]) -> None:
    """It has a severity, a sentence, and leads to a heading of docs/operations.md."""
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]
    page, _, heading = rule["annotations"]["runbook"].partition("#")
    assert page == "docs/operations.md"
    assert heading in HEADINGS


def test_every_metric_is_documented() -> None:
    """docs/serving.md has a line for each."""
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in NAMES if name.startswith("topicwire_")}
    assert {name for name in families if f"`{name}`" not in SERVING} == set()
