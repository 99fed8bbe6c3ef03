"""Alerts: what is new is told once, to whom it belongs, and nothing that is not theirs."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alert_making import DESK, MAIL, Desk, MailServer, number, parts, running_mail_server
from making import GAZETTE, HARBOUR, about, carry
from support import FakeWeb, Page

import topicwire_service
from feeds.alerts.channels import RefusedError
from feeds.alerts.webhook import signature
from feeds.cli.alerts import alerting_of
from feeds.store.alerts.news import AlertNews
from feeds.store.alerts.outbox import AlertOutbox
from ingest.errors import FetchError
from topicwire_service import ServiceTicks

TEXT = "The old ferry sailed from the harbour for the last time on Monday, and forty passengers came to wave. " * 3


@pytest.fixture
def desk(home: Path) -> Desk:
    """Return a home with one topic and one alert that mails its stories."""
    return Desk.at(home)


# What is news


def test_new_stories_are_told_once_and_the_past_is_not(home: Path) -> None:
    """An alert begins with what comes after it; stories that come within a minute are one message, and are not told again."""
    desk = Desk.at(home, "")
    desk.stories(1, 2)
    (home / "topicwire.toml").write_text(MAIL.format(25) + DESK, encoding="utf-8")
    assert desk.tell() == []
    desk.stories(3)
    assert desk.tell() == []
    desk.stories(4)
    ((target, message),) = desk.tell(seconds=60)
    assert (target, message.headline) == ("mail:editor@desk.example", "Harbour news: 2 new stories")
    assert [number(story.title) for story in message.stories] == ["3", "4"]
    assert [desk.tell(hours=hours) for hours in (1, 24)] == [[], []]


def test_many_stories_in_a_minute_are_one_message(desk: Desk) -> None:
    """All are told, also those for which the feed has no room, in one message; a pause follows it."""
    desk.cli.settings |= {"publish.item_pages": "0", "publish.entries": "10"}
    for first in range(0, 100, 20):
        desk.stories(*range(first, first + 20))
        assert desk.tell(seconds=11) == []
    ((_, message),) = desk.tell(seconds=5)
    assert sorted(int(number(story.title)) for story in message.stories) == list(range(100))
    desk.stories(100)
    assert desk.tell(seconds=500) == []
    assert [number(story.title) for _, message in desk.tell(seconds=100) for story in message.stories] == ["100"]


def test_what_is_not_new_is_not_told(desk: Desk) -> None:
    """A correction, a copy of a story that was told, and an old item that a new wording tags are no news."""
    desk.publish(replace(about(1), text=TEXT), about(2, "a bakery opens"))
    assert desk.tell(minutes=1)
    desk.cli.clock.forward(days=3)
    desk.publish(replace(about(1), text=TEXT, title="Story 1: ferry in the harbour, corrected"))
    desk.publish(replace(about(1), guid="urn:copy", url="http://gazette.example/copy", text=TEXT), source=GAZETTE)
    wider = HARBOUR.replace('any = ["harbour*"]', 'any = ["harbour*", "opens"]').replace("boat*", "baker*")
    (desk.cli.home / "topics" / "harbour.toml").write_text(wider, encoding="utf-8")
    desk.publish()
    assert len(desk.cli.rows("items", "--topic", "harbour", "--json")) == 3
    assert desk.tell(hours=1) == []


def test_a_private_topic_that_is_opened_is_not_told_anew(home: Path) -> None:
    """Its open feed begins with the same stories: whoever was told of them is not told again."""
    secret = HARBOUR.replace("[group.ship]", "[publish]\nprivate = true\n\n[group.ship]")
    desk = Desk.at(home, harbour=secret)
    desk.stories(1)
    assert len(desk.tell(minutes=1)) == 1
    (home / "topics" / "harbour.toml").write_text(HARBOUR, encoding="utf-8")
    desk.stories(2)
    assert [number(story.title) for _, message in desk.tell(hours=1) for story in message.stories] == ["2"]


@pytest.mark.parametrize(("wanted", "told"), [('grade = "core"', ["1"]), ('query = "story 2"', ["2"]), ('query = "lagoon"', [])])
def test_an_alert_may_want_a_grade_or_words(home: Path, wanted: str, told: list[str]) -> None:
    """Only stories of at least the grade, or with the words of the query, are told; others do not come later either."""
    desk = Desk.at(home, DESK + wanted)
    weak = replace(
        about(2), title="Story 2: what else", text="Somebody says that a ferry passed the harbour. " + "Nothing more. " * 90
    )
    desk.publish(about(1), weak)
    desk.tell(minutes=1)
    assert desk.titles == told
    assert desk.tell(hours=1) == []


def test_what_left_the_feed_meanwhile_is_not_told(desk: Desk) -> None:
    """A story that a person rejected, or that was erased, before its message went out is left out of it."""
    desk.stories(1, 2, 3)
    desk.tell()
    rows = {number(row["title"]): row["id"] for row in desk.cli.rows("items", "--json")}
    desk.cli("review", "reject", rows["1"], "--topic", "harbour")
    desk.publish()
    desk.faults.append(FetchError("no connection"))
    assert desk.tell(minutes=1) == []
    assert desk.cli("forget", rows["2"], "--yes").exit_code == 0
    assert [number(story.title) for _, message in desk.tell(minutes=1) for story in message.stories] == ["3"]


# To whom


def test_private_topics_and_masks_hold(home: Path) -> None:
    """An alert of all topics never has a private one, an alert that names it has, without an address; masks hold in both."""
    secret = HARBOUR.replace("[group.ship]", "[publish]\nprivate = true\n\n[group.ship]").replace("Harbour news", "Hidden")
    masked = HARBOUR.replace("[group.ship]", '[publish]\nmask = ["ferry"]\n\n[group.ship]')
    both = '[[alert]]\nname = "all"\nwebhook = "http://all.example/"\n'
    both += '[[alert]]\nname = "own"\ntopics = ["secret"]\nmail = "me@own.example"\n'
    desk = Desk.at(home, both, secret=secret, harbour=masked)
    desk.stories(1)
    told = {message.alert: message for _, message in desk.tell(minutes=1)}
    assert [story.topic for story in told["all"].stories] == ["harbour"]
    assert "Hidden" not in repr(told["all"])
    assert (told["all"].stories[0].title, "ferry" in repr(told["all"].stories[0]).lower()) == (
        "Story 1: f**** in the harbour",
        False,
    )
    (own,) = told["own"].stories
    assert (own.evidence, own.explanation) == ("", f"topicwire explain {own.uid} --topic secret")


def test_a_digest_and_quiet_hours(home: Path) -> None:
    """A digest comes at its local time with all since the last, and none without news; in quiet hours nothing is sent."""
    digest = DESK + 'at = ["07:30"]\nzone = "Europe/Berlin"\n'
    desk = Desk.at(home, digest + DESK.replace("desk", "night") + 'zone = "Europe/Berlin"\nquiet_hours = "12:00-14:00"\n')
    desk.stories(1)
    assert desk.tell(minutes=30) == []  # 13:30 in Berlin
    desk.stories(2)
    assert [(message.alert, len(message.stories)) for _, message in desk.tell(minutes=31)] == [("night", 2)]
    assert desk.tell(hours=17) == []  # 7:01
    assert [(message.alert, len(message.stories)) for _, message in desk.tell(minutes=29)] == [("desk", 2)]
    assert desk.tell(days=1) == []


# Failures and kills


def test_a_failure_is_tried_again_and_given_up_at_last(desk: Desk) -> None:
    """The same message is sent again after a minute, two, four; after three days it is given up, which `alerts list` shows."""
    desk.stories(1)
    desk.faults += [FetchError("no connection") for _ in range(3)]
    assert [len(desk.tell(minutes=minutes)) for minutes in (1, 0.5, 0.5, 1, 1)] == [0, 0, 0, 0, 0]
    assert desk.faults == []
    (row,) = desk.cli.rows("alerts", "list", "--json")
    assert [(one["waiting"], one["error"]) for one in row["targets"]] == [(1, "no connection")]
    assert len(desk.tell(minutes=4)) == 1
    desk.stories(2)
    desk.faults += [FetchError("no connection") for _ in range(60)]
    for _ in range(30):
        desk.tell(hours=3)
    assert "no connection; 1 GIVEN UP" not in desk.cli("alerts", "list").stdout
    assert "1 GIVEN UP; last error: no connection" in desk.cli("alerts", "list").stdout
    assert desk.titles == ["1"]


def test_a_refusal_is_final_for_that_target_alone(home: Path) -> None:
    """What one mailbox will never take is given up at once; the other one has it."""
    desk = Desk.at(home, DESK.replace('["editor@desk.example"]', '["gone@desk.example", "here@desk.example"]'))
    desk.stories(1)
    desk.faults.append(RefusedError("550 no such mailbox"))
    assert [target for target, _ in desk.tell(minutes=1)] == ["mail:here@desk.example"]
    assert desk.report.failures == ("alert desk, gone@desk.example: 550 no such mailbox; given up",)
    assert desk.tell(days=1) == []


def test_a_clock_that_was_ahead_holds_up_nothing(desk: Desk) -> None:
    """After a year in which the clock was wrong, news and tries that waited for that year go out at once."""
    desk.cli.clock.forward(days=365)
    desk.stories(1)
    assert len(desk.tell(minutes=1)) == 1
    desk.stories(2)
    desk.faults.append(FetchError("no connection"))
    desk.tell(minutes=10)
    desk.cli.clock.forward(days=-365)
    assert [number(story.title) for _, message in desk.tell() for story in message.stories] == ["2"]
    desk.stories(3)
    assert [number(story.title) for _, message in desk.tell(minutes=1) for story in message.stories] == ["3"]


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", [(AlertNews, "advance"), (AlertOutbox, "put"), (AlertOutbox, "begin"), (AlertOutbox, "finish")])
def test_a_kill_loses_and_doubles_nothing(desk: Desk, step: tuple[type, str], when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the process ends, each story is told under exactly one message id, and only a letter under way goes out twice."""
    desk.stories(1, 2)
    of, name = step
    honest = getattr(of, name)

    def killing(*arguments: object, **named: object) -> object:
        if when == "after":
            honest(*arguments, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(of, name, killing)
        with pytest.raises(Killed):
            desk.tell(minutes=1)
    desk.stories(3)
    for _ in range(3):
        desk.tell(minutes=20)
    told = {(message.key, number(story.title)) for _, message in desk.told for story in message.stories}
    assert sorted(title for _, title in told) == ["1", "2", "3"]
    assert len(desk.told) - len({message.key for _, message in desk.told}) == (1 if (name, when) == ("finish", "before") else 0)


# The ways out


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """Run a mail server."""
    with running_mail_server() as made:
        yield made


def test_a_pass_mails_and_calls_the_webhook(home: Path, web: FakeWeb, mail_server: MailServer) -> None:
    """`run --once` sends a letter and a signed request with story, carriers, reason and evidence; a refused letter comes later.

    The second try has the same Message-ID. `alerts test` sends a marked message to each target, and says what failed.
    """
    hook = web.script("/hook", lambda _: Page(204))
    desk = Desk.at(home, f'{DESK}webhook = "{hook}"\nsecret = "whsec_c2VjcmV0"\n')
    (home / "topicwire.toml").write_text(
        f'{MAIL.format(mail_server.port)}{DESK}webhook = "{hook}"\nsecret = "whsec_c2VjcmV0"\n', "utf-8"
    )
    desk.cli.settings["fetch.allow"] = web.allow
    desk.cli.poll()
    with desk.home.facts() as facts:
        carry(facts, [about(1)], at=desk.cli.clock())
    mail_server.answers.append("451 busy")
    first = desk.cli("run", "--once")
    assert "topicwire: alert desk, editor@desk.example: the mail server says 451 busy; it is tried again later" in first.stderr
    desk.cli.clock.forward(minutes=1)
    assert "1 alert sent" in desk.cli("run", "--once").stderr
    (letter,) = mail_server.letters
    (call,) = (call for call in web.calls if call.method == "POST")
    told = json.loads(call.body)
    assert letter["Message-ID"] == f"<{told['id']}@desk.example>"
    assert (letter["Subject"], letter["To"]) == ("Harbour news: Story 1: ferry in the harbour", "editor@desk.example")
    assert letter["List-Id"] == "topicwire desk <desk.topicwire.desk.example>"
    assert letter["References"] == letter["In-Reply-To"] == "<alert-desk@desk.example>"
    (story,) = told["data"]["stories"]
    for part in parts(letter):
        for words in (
            story["title"],
            "The Harbour Post",
            story["url"],
            story["evidence"],
            "because the title says “ferry” (ship) near “harbour” (place)",
        ):
            assert words in part
    assert story["evidence"] == f"https://wire.example/item/{story['item']}.html"
    assert (home / "public" / "item" / f"{story['item']}.html").exists()
    assert call.headers["webhook-signature"] == signature("secret", told["id"], call.headers["webhook-timestamp"], call.body)
    test = desk.cli("alerts", "test", "desk")
    assert (test.exit_code, test.stdout) == (0, f"desk  editor@desk.example: sent\ndesk  webhook {web.allow}: sent\n")
    assert mail_server.letters[-1]["Subject"] == "Test: Harbour news: Story 1: ferry in the harbour"


def test_the_service_makes_and_sends_alerts(desk: Desk, mail_server: MailServer) -> None:
    """Its ticks tell what was published since the last one."""
    (desk.cli.home / "topicwire.toml").write_text(MAIL.format(mail_server.port) + DESK, encoding="utf-8")
    home = desk.home
    with home.engine() as engine:
        service = ServiceTicks(home, engine)
        ticks = topicwire_service._ticks(service)
        assert {"compose", "send", "notice"} <= {job.id for job in ticks.get_jobs()}
        assert ticks.get_job("compose").next_run_time == desk.cli.clock()  # an alert begins before anything new is published
        desk.stories(1)
        desk.cli.clock.forward(minutes=1)
        service.compose_alerts()
        service.send_alerts()
        service.housekeeping()
    assert [letter["Subject"] for letter in mail_server.letters] == ["Harbour news: Story 1: ferry in the harbour"]


def test_what_is_told_for_weeks_is_deleted(desk: Desk) -> None:
    """News and messages go forty days after they were told; what waits stays."""
    desk.stories(1)
    desk.tell(minutes=1)
    counts = []
    with desk.home.facts() as facts:
        for days in (39, 2):
            desk.cli.clock.forward(days=days)
            alerting_of(desk.home, facts, ()).tidy()
            counts.append((len(AlertNews(facts).after(0, ["harbour"])), len(AlertOutbox(facts).newest("desk", 9))))
    assert counts == [(1, 1), (0, 0)]


def test_commands_without_alerts_say_what_to_do(desk: Desk) -> None:
    """Where no alert is set, or none of that name, one line says so."""
    result = desk.cli("alerts", "test", "desc")
    assert (result.exit_code, result.stderr) == (2, 'topicwire: no alert is called "desc"; did you mean "desk"?\n')
    (desk.cli.home / "topicwire.toml").write_text("", encoding="utf-8")
    assert desk.cli("alerts", "test").exit_code == 2
    assert desk.cli("alerts", "list").stderr.startswith("there are no alerts: write [[alert]] into topicwire.toml (`topicwire docs")


def test_an_alert_that_never_tells_anything_is_reported(home: Path) -> None:
    """A topic that is not in force is named by every pass and by `doctor`; a query that asks for nothing is refused at once."""
    desk = Desk.at(home, DESK.replace('"harbour"', '"harbor"'))
    desk.cli.poll()
    line = 'topicwire: alert "desk": no topic is called "harbor"; did you mean "harbour"?\n'
    assert line in desk.cli("run", "--once").stderr
    assert desk.cli("alerts", "list").stderr == line
    found = [row["what"] for row in desk.cli.rows("doctor", "--json") if row["area"] == "alerts"]
    assert found == ["alerts name 1 topics that are not in force, and never tell of them: harbor (desk)"]
    (home / "topicwire.toml").write_text(MAIL.format(25) + DESK + 'query = "-ferry"\n', encoding="utf-8")
    refused = desk.cli("run", "--once")
    assert refused.exit_code == 2
    assert refused.stderr == 'topicwire: alert "desk": query: there is no word to look for; give one with letters or digits\n'
