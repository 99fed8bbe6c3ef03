"""The ways out: a mail server, webhooks, chat services; each sends one message to one target or raises FetchError."""

import hashlib
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from feeds.alerts.mail import Letter, letter
from feeds.alerts.message import AlertMessage
from feeds.alerts.texts import short_text
from feeds.alerts.webhook import HookRequest, hook_request
from ingest.alert_settings import FROM_ENVIRONMENT, Alert
from ingest.errors import ExtraMissingError, Failure, FetchError, SettingsError
from ingest.settings import Mail, MailSecurity
from ingest.text.sanitize import one_line
from ingest.text.urls import host_of

_PERMANENT: Final = 500  # from here on a mail server's answer is final

Post = Callable[[str, bytes, Mapping[str, str]], None]
"""Sends a body with headers to an address. Raises FetchError."""


class RefusedError(FetchError):
    """The other side said that it will never take this message."""


@dataclass(frozen=True, slots=True)
class Channels:
    """Everything that sending needs of the world."""

    mail: Mail
    environment: Mapping[str, str]
    post: Post
    clock: Callable[[], datetime]
    timeout: float = 15.0  # seconds for each answer of a mail server
    ca_file: Path | None = None  # authorities that are trusted beside the system's

    def send(self, alert: Alert, target: str, message: AlertMessage) -> None:
        """Send a message to a target of its alert. Raises FetchError, RefusedError where trying again is of no use."""
        kind, _, name = target.partition(":")
        if kind == "mail":
            self._mail(letter(message, self.mail.sender, name))
        elif kind == "webhook":
            request = hook_request(message, self._resolved(alert.secret), self.clock())
            self._hook(self._resolved(alert.webhook), request)
        elif kind == "chat":
            address = next(one for one in alert.chat if _digest(one) == name)
            _chat(self._resolved(address), message)

    def _hook(self, url: str, request: HookRequest) -> None:
        try:
            self.post(url, request.body, request.headers)
        except FetchError as fault:
            if fault.status == HTTPStatus.GONE:
                raise RefusedError(fault.what, "take the webhook out of the alert") from fault
            raise

    def _resolved(self, value: str) -> str:
        """Return a value, of an environment variable where it names one. Raises SettingsError."""
        name = value.removeprefix(FROM_ENVIRONMENT)
        if name == value:
            return value
        if not self.environment.get(name):
            raise SettingsError(f"the environment variable {name} is not set", "set it for the service too")
        return self.environment[name]

    def _mail(self, written: Letter) -> None:
        try:
            with self._server() as server:
                server.sendmail(written.sender, [written.recipient], written.data)
        except smtplib.SMTPRecipientsRefused as fault:
            code, said = next(iter(fault.recipients.values()))
            raise _refusal(code, said) from fault
        except smtplib.SMTPResponseException as fault:
            # A wrong password may be corrected, and what the server says of the letter is final.
            if isinstance(fault, smtplib.SMTPDataError | smtplib.SMTPSenderRefused):
                raise _refusal(fault.smtp_code, fault.smtp_error) from fault
            raise FetchError(f"the mail server says {fault.smtp_code} {_said(fault.smtp_error)}") from fault
        except (smtplib.SMTPException, OSError, ValueError) as fault:
            what = f"mail server {self.mail.host}: {one_line(str(fault)) or type(fault).__name__}"
            raise FetchError(what, kind=Failure.CONNECTION) from fault

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        own = self.mail
        context = ssl.create_default_context()
        if self.ca_file:
            context.load_verify_locations(self.ca_file)
        if own.security is MailSecurity.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(own.host, own.connected_port, timeout=self.timeout, context=context)
        else:
            server = smtplib.SMTP(own.host, own.connected_port, timeout=self.timeout)
        try:
            if own.security is MailSecurity.STARTTLS:
                server.starttls(context=context)
            if own.user:
                server.login(own.user, self._resolved(own.password))
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):  # what fails after the letter was taken is no failure
                server.quit()
            server.close()


def _refusal(code: int, said: bytes | str) -> FetchError:
    kind = RefusedError if code >= _PERMANENT else FetchError
    return kind(f"the mail server says {code} {_said(said)}")


def _said(said: bytes | str) -> str:
    return one_line(said.decode(errors="replace") if isinstance(said, bytes) else said)[:200]


def _chat(address: str, message: AlertMessage) -> None:
    try:
        import apprise  # noqa: PLC0415 - an extra
    except ImportError as fault:
        raise ExtraMissingError("chat services need the package apprise", 'install "topicwire[alerts]"') from fault
    try:
        service = apprise.Apprise.instantiate(address)
        if service is None:
            raise SettingsError("a chat address is none that Apprise knows", "see the list of Apprise for the form of yours")
        taken = service.notify(body=short_text(message), title=message.headline, body_format=apprise.NotifyFormat.TEXT)
    except (OSError, TypeError, ValueError) as fault:  # what its services do not catch themselves
        raise FetchError(f"Apprise could not send the message: {type(fault).__name__}") from fault
    if not taken:
        raise FetchError(f"{service.service_name} did not take the message")


def targets_of(alert: Alert) -> tuple[str, ...]:
    """Return the names of an alert's targets; an address that may be a secret is named by a hash."""
    hooks = (f"webhook:{_digest(alert.webhook)}",) if alert.webhook else ()
    mails, chats = (f"mail:{one}" for one in alert.mail), (f"chat:{_digest(one)}" for one in alert.chat)
    return (*mails, *hooks, *chats)


def way_of(alert: Alert, target: str) -> str:
    """Return the way to a target: if nobody can be reached on it, others on the same way need not be tried now."""
    kind, _, name = target.partition(":")
    return {"mail": kind, "webhook": f"{kind} {host_of(alert.webhook) or name}"}.get(kind, target)


def shown_target(alert: Alert, target: str) -> str:
    """Return a target as people read it, without what may be a secret in its address."""
    kind, _, name = target.partition(":")
    if kind == "mail":
        return name
    if kind == "webhook":
        return f"webhook {_shown(alert.webhook, host_of(alert.webhook))}"
    address = next((one for one in alert.chat if _digest(one) == name), "")
    return f"chat {_shown(address, address.partition('://')[0])}"


def _shown(address: str, part: str) -> str:
    return address if address.startswith(FROM_ENVIRONMENT) else part


def _digest(address: str) -> str:
    return hashlib.blake2b(address.encode(), digest_size=4).hexdigest()
