"""The ways out of an alert: letters, requests, chat messages; what a server says, and what is safe in what is sent."""

import email
import ssl
from collections.abc import Iterator
from dataclasses import replace
from email.policy import default
from pathlib import Path
from typing import Final

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from alert_making import DESK, Desk, MailServer, running_mail_server
from processes import free_port
from support import NOON, FakeWeb

from feeds.alerts.channels import Channels, RefusedError, targets_of
from feeds.alerts.mail import letter
from feeds.alerts.message import AlertMessage, AlertStory
from feeds.alerts.texts import html_text, short_text
from feeds.alerts.webhook import as_object, hook_request, signature
from feeds.cli.alerts import channels_of
from feeds.model import AlertNotice
from ingest.alert_settings import Alert, AlertSubject
from ingest.errors import Failure, FetchError, SettingsError
from ingest.settings import Mail, MailSecurity

PEM: Final = Path(__file__).parent / "golden" / "tls" / "localhost.pem"  # a certificate of nobody's, with its key
KEY: Final = "6f0a7c6e-2f57-5b0e-9d52-7c1f6a0e4b11"
STORY: Final = AlertStory(
    row=1,
    id="urn:x:1",
    uid="a1b2c3d4e5f60718",
    topic="harbour",
    topic_title="Harbour",
    title='<script>alert(1)</script> "נמל"',
    url='http://post.example/?a=1&b="2"',
    language="he",
    published=None,
    first_seen=NOON,
    grade="core",
    carriers=("The <b>Post</b>",),
    why="Tagged because.",
    excerpt="A & B",
    evidence="https://wire.example/item/a1b2c3d4e5f60718.html",
)
ALERT: Final = Alert(name="desk", mail=("editor@desk.example",))


def message(*stories: AlertStory, title: str = "") -> AlertMessage:
    """Return a message."""
    notices = (AlertNotice(title, "More."),) if title else ()
    return AlertMessage(KEY, "desk", AlertSubject.STORIES, NOON, stories or (STORY,), notices, "https://wire.example")


def no_post(*_: object) -> None:
    """Refuse to send a request."""
    raise AssertionError


def channels(mail: Mail, environment: dict[str, str] | None = None, ca_file: Path | None = None) -> Channels:
    """Return the ways out, with a mail server."""
    return Channels(mail, environment or {}, no_post, lambda: NOON, 5.0, ca_file)


# What is sent


def test_a_letter_is_the_same_whenever_it_is_made() -> None:
    """A second try has the same bytes; what publishers write is text, and no header of ours."""
    made = letter(message(title="Fire\r\nBcc: all@desk.example"), "wire@desk.example", "editor@desk.example")
    assert made == letter(message(title="Fire\r\nBcc: all@desk.example"), "wire@desk.example", "editor@desk.example")
    read = email.message_from_bytes(made.data, policy=default)
    assert (read["Subject"], read["Bcc"]) == ("Fire Bcc: all@desk.example", None)
    text, html = (part.get_content() for part in read.iter_parts())
    assert "no date; first seen 2026-03-02 12:00 UTC" in text
    assert '<script>alert(1)</script> "נמל"' in text
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert 'href="http://post.example/?a=1&amp;b=&quot;2&quot;"' in html
    assert 'dir="auto" lang="he"' in html
    assert "The &lt;b&gt;Post" in html
    assert "<img" not in html


def test_each_text_of_a_letter_has_its_own_direction() -> None:
    """A Hebrew headline turns neither the date nor the reason around, nor a name in Arabic letters the count beside it."""
    html = html_text(message(STORY, replace(STORY, topic="b", topic_title="موانئ", excerpt="מגיע")))
    assert '<body dir="ltr"' in html
    assert "<bdi>موانئ</bdi>: 1 new story" in html
    assert '<div dir="auto" lang="he">מגיע</div>' in html
    assert "2026-03-02 12:00 UTC | <bdi>The &lt;b&gt;Post" in html


def test_a_request_is_signed_as_the_specification_has_it() -> None:
    """The example of Standard Webhooks: id, time and body are signed with the key behind `whsec_`."""
    body, secret = b'{"test": 2432232314}', "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    plain = hook_request(message(), "", NOON)
    assert "webhook-signature" not in plain.headers
    assert as_object(message())["data"]["stories"][0]["published"] is None


def test_a_chat_gets_few_stories() -> None:
    """Ten stories of a topic stand in a chat with their evidence, then how many more there are, and where."""
    said = short_text(message(*(replace(STORY, title=f"Story {number}") for number in range(12)), title="Fire"))
    assert said.startswith("Fire\nMore.\n• Story 0 (The <b>Post</b>)\n  https://wire.example/item/")
    assert said.endswith("and 2 more of Harbour: https://wire.example/harbour.html")
    assert "Story 10" not in said


# Mail servers


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """Run a mail server."""
    with running_mail_server() as made:
        yield made


def test_what_a_mail_server_says_decides_whether_it_is_asked_again(mail_server: MailServer) -> None:
    """A 4xx answer is tried again, a 5xx is final, and so is nothing that only the connection says."""
    ways = channels(Mail(host="127.0.0.1", port=mail_server.port, security=MailSecurity.NONE, sender="wire@desk.example"))
    mail_server.answers += ["451 busy", "550 no such mailbox"]
    with pytest.raises(FetchError, match="451 busy") as busy:
        ways.send(ALERT, "mail:editor@desk.example", message())
    assert not isinstance(busy.value, RefusedError)
    with pytest.raises(RefusedError, match="550 no such mailbox"):
        ways.send(ALERT, "mail:editor@desk.example", message())
    away = channels(Mail(host="127.0.0.1", port=free_port(), security=MailSecurity.NONE, sender="wire@desk.example"))
    with pytest.raises(FetchError, match=r"mail server 127.0.0.1: .*refused") as unreached:
        away.send(ALERT, "mail:editor@desk.example", message())
    assert unreached.value.kind is Failure.CONNECTION


def test_mail_goes_over_tls_with_a_password() -> None:
    """The certificate is checked, with `fetch.ca_file` beside the system's; the password may be a variable's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    known, server = [], MailServer(port=free_port())

    def log_in(_server: object, _session: object, _envelope: object, _mechanism: object, data: LoginPassword) -> AuthResult:
        known.append((data.login, data.password))
        return AuthResult(success=True)

    controller = Controller(
        server, hostname="localhost", port=server.port, tls_context=context, require_starttls=True, authenticator=log_in
    )
    controller.start()
    mail = Mail(host="localhost", port=server.port, user="wire", password="env:MAIL_KEY", sender="wire@desk.example")  # noqa: S106
    try:
        with pytest.raises(FetchError, match="certificate verify failed"):
            channels(mail, {"MAIL_KEY": "hush"}).send(ALERT, "mail:editor@desk.example", message())
        with pytest.raises(SettingsError, match="the environment variable MAIL_KEY is not set"):
            channels(mail, ca_file=PEM).send(ALERT, "mail:editor@desk.example", message())
        assert server.letters == []
        channels(mail, {"MAIL_KEY": "hush"}, PEM).send(ALERT, "mail:editor@desk.example", message())
    finally:
        controller.stop()
    assert known == [(b"wire", b"hush")]
    assert [one["Message-ID"] for one in server.letters] == [f"<{KEY}@desk.example>"]


# Webhooks and chats


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # which Apprise imports; our own code has none of it
def test_webhooks_and_chats(home: Path, web: FakeWeb) -> None:
    """410 is final, another error is not, a guarded address is none; a chat gets headline and text by way of Apprise."""
    gone, busy, chat = web.fail("/gone", 410), web.fail("/busy", 503, {"Retry-After": "120"}), web.serve("/chat", b"")
    desk = Desk.at(home)
    desk.cli.settings["fetch.allow"] = web.allow
    with desk.home.engine() as engine:
        ways = channels_of(desk.home, engine)
        with pytest.raises(RefusedError):
            ways.send(Alert(name="desk", webhook=gone), "webhook:1", message())
        with pytest.raises(FetchError) as fault:
            ways.send(Alert(name="desk", webhook=busy), "webhook:1", message())
        assert (fault.value.status, fault.value.wait) == (503, 120)
        with pytest.raises(FetchError, match="private"):
            ways.send(Alert(name="desk", webhook="http://10.1.2.3/hook"), "webhook:1", message())
        talking = Alert(name="desk", chat=(chat.replace("http", "json", 1),))
        ways.send(talking, targets_of(talking)[0], message())
        (call,) = (call for call in web.calls if call.path == "/chat")
        assert b"https://wire.example/item/a1b2c3d4e5f60718.html" in call.body
        strange = Alert(name="desk", chat=("nothing at all",))
        with pytest.raises(SettingsError, match="none that Apprise knows"):
            ways.send(strange, targets_of(strange)[0], message())


def test_what_cannot_be_reached_is_not_tried_for_each_letter(home: Path) -> None:
    """If the mail server is away, one letter waits for it in a look, not all of them; none counts a try that was not made."""
    desk = Desk.at(home, DESK.replace('["editor@desk.example"]', '["a@desk.example", "b@desk.example", "c@desk.example"]'))
    desk.stories(1)
    desk.faults.append(FetchError("no connection", kind=Failure.CONNECTION))
    assert desk.tell(minutes=1) == []
    (row,) = desk.cli.rows("alerts", "list", "--json")
    assert [one["error"] for one in row["targets"]] == ["no connection", None, None]
    assert [target for target, _ in desk.tell()] == ["mail:b@desk.example", "mail:c@desk.example"]
