"""A message -> the letter that is mailed, the same bytes whenever it is made; pure: knows no mail server."""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from feeds.alerts.message import AlertMessage
from feeds.alerts.texts import html_text, plain_text
from ingest.text.sanitize import one_line, shorten

_SUBJECT: Final = 150  # characters
_NO_HEADER: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one address."""

    sender: str
    recipient: str
    data: bytes


def letter(message: AlertMessage, sender: str, recipient: str) -> Letter:
    """Return the letter: text and HTML, a stable Message-ID, the headers of a mailing list, one thread for each alert."""
    domain = sender.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address("topicwire", addr_spec=sender)
    mail["To"] = Address(addr_spec=recipient)
    mail["Subject"] = shorten(_NO_HEADER.sub(" ", one_line(message.headline)), _SUBJECT)
    mail["Date"] = format_datetime(message.composed)
    mail["Message-ID"] = f"<{message.key}@{domain}>"
    root = f"<alert-{message.alert}@{domain}>"  # of a letter that was never sent: readers thread what refers to it
    mail["In-Reply-To"] = root
    mail["References"] = root
    mail["List-Id"] = f"topicwire {message.alert} <{message.alert}.topicwire.{domain}>"
    mail["List-Unsubscribe"] = f"<mailto:{sender}?subject=unsubscribe%20{message.alert}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(plain_text(message), cte="quoted-printable")
    mail.add_alternative(html_text(message), subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{message.key}")
    return Letter(sender, recipient, mail.as_bytes())
