"""[[alert]] tables: what may be written, and the one line that says what is wrong."""

from pathlib import Path

import pytest

from ingest.errors import SettingsError
from ingest.settings import FILE, Settings, load

MAIL = '[mail]\nhost = "smtp.example.org"\nsender = "wire@example.org"\n'


def loaded(home: Path, text: str) -> Settings:
    """Load settings with a mail server."""
    (home / FILE).write_text(MAIL + text, encoding="utf-8")
    return load(home, {})


def test_an_alert_is_read(home: Path) -> None:
    """A text stands for a list of one; everything else has its default."""
    (alert,) = loaded(
        home, '[[alert]]\nname = "desk"\nmail = "a@b.example"\nat = ["17:00", "07:30"]\nquiet_hours = "22:00-07:00"\n'
    ).alert
    assert alert.mail == ("a@b.example",)
    assert [f"{one:%H:%M}" for one in alert.times] == ["07:30", "17:00"]
    assert alert.weekdays == set(range(7))
    assert alert.quiet is not None
    assert [f"{one:%H:%M}" for one in alert.quiet] == ["22:00", "07:00"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("", 'alert "desk" has nowhere to go; write mail = ["desk@example.org"], webhook'),
        ('mail = "nobody"', '"nobody" is not an e-mail address'),
        ('mail = "a@b.example, c@d.example"', "is not an e-mail address"),
        ('mail = "môle@desk.example"', "is not an e-mail address"),
        ('mails = "a@b.example"', 'unknown key "mails"; did you mean "mail"?'),
        ('mail = "a@b.example"\ngather = "soon"', "gather must be a number of seconds, not 'soon'"),
        ('mail = "a@b.example"\npause = -1', "pause must be a number of seconds, not -1"),
        ('mail = "a@b.example"\nat = "7:30"', '"7:30" is not a time'),
        ('mail = "a@b.example"\nat = "24:00"', '"24:00" is not a time'),
        ('mail = "a@b.example"\ndays = "mon"', "days are those of a digest, and at is not set"),
        ('mail = "a@b.example"\nat = "07:30"\ndays = "monday"', '"monday" is not a day; write some of mon, tue'),
        ('mail = "a@b.example"\nzone = "Berlin"', 'zone "Berlin" is not known'),
        ('mail = "a@b.example"\nzone = "../etc"', 'zone "../etc" is not known'),
        ('mail = "a@b.example"\nquiet_hours = "22-7"', 'quiet_hours "22-7" is not a span of time'),
        ('mail = "a@b.example"\nquiet_hours = "22:00-22:00"', "is not a span of time"),
        ('mail = "a@b.example"\nat = "06:30"\nquiet_hours = "22:00-07:00"', "the digest of 06:30 lies in the quiet hours"),
        ('mail = "a@b.example"\ngrade = "high"', 'grade "high" is none; write one of mention, substantial, core'),
        ('mail = "a@b.example"\nabout = "weather"', "about is not known: 'weather'"),
        ('mail = "a@b.example"\ntopics = 3', "topics must be a list of texts"),
        ('mail = "a@b.example"\nabout = "sources"\ngrade = "core"', "grade is for stories alone"),
        ('mail = "a@b.example"\nabout = "service"\ntopics = ["harbour"]', "topics have no part in an alert about service"),
        ('feed = "yes"', "feed must be true or false, not 'yes'"),
        ('webhook = "ftp://hook.example/"', "webhook is not an http or https address"),
        ('webhook = "env:"', "a value begins with env: and names no variable"),
        ('mail = "a@b.example"\nsecret = "s"', "secret signs a webhook's requests, and webhook is not set"),
        ('mail = "a@b.example"\n[[alert]]\nname = "desk"\nmail = "a@b.example"', '2 alerts are called "desk"'),
        ('mail = "a@b.example"\n[[alert]]\nname = "Desk!"', "[[alert]] number 2 has no name that can be used"),
    ],
)
def test_a_wrong_alert_is_one_line(home: Path, line: str, fault: str) -> None:
    """It names the alert, the key and what to write instead."""
    with pytest.raises(SettingsError) as caught:
        loaded(home, f'[[alert]]\nname = "desk"\n{line}\n')
    assert fault in str(caught.value)
    assert "\n" not in str(caught.value)


def test_mail_needs_a_server_and_alerts_a_file(home: Path) -> None:
    """An alert that mails asks for [mail]; one table alone is refused, and so is a variable of the environment."""
    mailing = '[[alert]]\nname = "desk"\nmail = "a@b.example"\n'
    for text, environment, fault in (
        (mailing, {}, 'alert "desk" sends mail, and mail.host is not set'),
        (f'[mail]\nhost = "smtp.example.org"\n{mailing}', {}, "mail.sender is not set"),
        (f"{MAIL.replace('wire@', 'wire ')}", {}, 'mail.sender: "wire example.org" is not an e-mail address'),
        (mailing.replace("[[alert]]", "[alert]"), {}, "alert is not a list of tables; begin each with [[alert]]"),
        (f'{MAIL.strip()}\nsecurity = "ssl"\n{mailing}', {}, "mail.security must be one of starttls, tls, none"),
        ("", {"TOPICWIRE_ALERT__DESK": "x"}, "TOPICWIRE_ALERT__DESK: an alert is a table of the file"),
    ):
        (home / FILE).write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError, match=fault.replace("[", r"\[")):
            load(home, environment)
