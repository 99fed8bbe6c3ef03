"""Makes what the tests of alerts need: a mail server over loopback, and a home whose alerts are told step by step."""

import email
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Final

from aiosmtpd.controller import Controller
from making import POST, Cli, about, carry, home_at, write_topic
from processes import free_port
from support import NOON, Clock

from feeds.alerts.delivery import DeliveryReport, Postman
from feeds.alerts.message import AlertMessage
from feeds.cli.alerts import alerting_of, channels_of, looks_of, postman_of
from feeds.cli.home import topics_of
from ingest.alert_settings import Alert
from ingest.model import Item, Source
from ingest.polling.home import Home
from topicwire_service import classify_and_publish

MAIL: Final = '[mail]\nhost = "127.0.0.1"\nport = {}\nsecurity = "none"\nsender = "wire@desk.example"\n'
DESK: Final = '[[alert]]\nname = "desk"\ntopics = ["harbour"]\nmail = ["editor@desk.example"]\n'


@dataclass
class MailServer:
    """A mail server over loopback: the letters that it took, and what it answers instead, where a test wants that."""

    letters: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - its name in the library
        """Take a letter, or give the next answer."""
        if self.answers:
            return self.answers.pop(0)
        self.letters.append(email.message_from_bytes(envelope.content, _class=EmailMessage, policy=default))
        return "250 taken"


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """Run a mail server on a free port."""
    made = MailServer(port=free_port())
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    try:
        yield made
    finally:
        controller.stop()


def parts(letter: EmailMessage) -> tuple[str, str]:
    """Return the text and the HTML of a letter."""
    found = [part.get_content() for part in letter.iter_parts() if isinstance(part, EmailMessage)]
    return found[0], found[1]


@dataclass
class Desk:
    """A home with alerts, and what they have told: (target, message), in order."""

    cli: Cli
    told: list[tuple[str, AlertMessage]] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)  # what sending ends in next
    report: DeliveryReport = field(default_factory=DeliveryReport)  # of the last look at the outbox

    @classmethod
    def at(cls, home: Path, settings: str = DESK, **topics: str) -> "Desk":
        """Make the home: its settings, and topics by name; the alerts begin here."""
        for name, text in topics.items():
            write_topic(home, text, name)
        if not topics:
            write_topic(home)
        (home / "topicwire.toml").write_text(MAIL.format(25) + settings, encoding="utf-8")
        made = cls(Cli(home))
        made.cli.settings["service.base_url"] = "https://wire.example"
        made.tell()
        return made

    @property
    def home(self) -> Home:
        """The home, its settings read anew."""
        return home_at(self.cli.home, self.cli.settings, self.cli.clock)

    def publish(self, *items: Item, source: Source = POST) -> None:
        """Store items as a source brought them now, and publish what they change."""
        home = self.home
        with home.facts() as facts:
            carry(facts, items, source, self.cli.clock())
            classify_and_publish(home, facts, topics_of(home))

    def stories(self, *numbers: int) -> None:
        """Publish stories by their numbers."""
        self.publish(*map(about, numbers))

    def tell(self, **ahead: float) -> list[tuple[str, AlertMessage]]:
        """Go on in time, make what is due and send it; return what was told by that."""
        if ahead:
            self.cli.clock.forward(**ahead)
        before = len(self.told)
        home = self.home
        with home.facts() as facts:
            topics = topics_of(home)
            alerting = alerting_of(home, facts, topics)
            alerting.notice(looks_of(home, facts, topics))
            alerting.compose()
            self.report = self.send(postman_of(home, facts, topics))
        return self.told[before:]

    def send(self, postman: Postman) -> DeliveryReport:
        """Send what is due."""
        return postman.deliver(self._send)

    def _send(self, _alert: Alert, target: str, message: AlertMessage) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.told.append((target, message))

    @property
    def titles(self) -> list[str]:
        """The numbers of the stories that were told, in the order of the messages."""
        return [number(story.title) for _, message in self.told for story in message.stories]


def telling(folder: Path, allowed: str) -> None:
    """Make what is due and send it, in a process that may be killed; an hour later than all before."""
    home = home_at(folder, {"fetch.allow": allowed, "fetch.host_pause": "0"}, Clock(NOON + timedelta(hours=1)))
    with home.facts() as facts, home.engine() as engine:
        topics = topics_of(home)
        alerting_of(home, facts, topics).compose()
        postman_of(home, facts, topics).deliver(channels_of(home, engine).send)


def number(title: str) -> str:
    """Return the number of a story."""
    return title.removeprefix("Story ").partition(":")[0]
