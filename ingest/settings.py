"""One optional TOML file and the environment -> Settings, read once; knows names and types, not what they do."""

import ipaddress
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from ingest.alert_settings import Alert, explained_alerts, is_mail_address, read_alerts
from ingest.errors import SettingsError, did_you_mean
from ingest.home_files import regular_file
from ingest.log import LogFormat
from ingest.poll_state import PollingRule
from ingest.text.urls import absolute, host_of, without_secrets

FILE = "topicwire.toml"
_PREFIX = "TOPICWIRE_"
_NOT_SETTINGS = {"TOPICWIRE_HOME", "TOPICWIRE_LOG_FORMAT"}
_BIND = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^\s:/\[\]]+):[0-9]{1,5}")  # a port alone would mean every network there is
_LAST_PORT = 65_535
_PER_DAY = 12.0
_PLACE = re.compile(r"\$\.(\w+)\.(\w+)")  # of the value, in the words of msgspec
_SECRETS = {"review_token", "proxy", "password"}  # their values are not shown
_MASKED = "(set)"
_ALERTS = "alert"  # the one key that is a list of tables, which the environment cannot write
_ENGINE = "engine"  # the one key that stands in no table
_KINDS: dict[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    tuple[str, ...]: "a list of texts",
}

Above = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`service.*`: where the published feeds are served."""

    bind: str = "127.0.0.1:8080"
    base_url: str = ""  # as subscribers see it; empty: http:// and bind
    review_token: str = ""  # the password of /review; empty: only on this computer
    search: bool = True  # whether /search answers at all
    api: bool = True  # whether /api/ answers at all
    connections: Positive | None = None  # at once; half of the files that the process may have open
    connections_per_address: Positive = 64  # at once; loopback has no limit, since behind a proxy all clients share its address


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """`fetch.*`: how documents are requested from servers."""

    allow: tuple[str, ...] = ()  # host:port or networks that may be contacted although private
    contact: str = ""  # in the User-Agent: a page or an e-mail address; empty: none
    host_pause: NotNegative = 1.0  # seconds between two requests to one host
    proxy: str = ""  # http://host:port through which every request goes; empty: none
    timeout: Above = 30.0  # seconds for one request in all
    max_megabytes: Positive = 15  # of one document, after decompression
    ca_file: str = ""  # PEM file with authorities that are trusted beside the system's; empty: none


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsing:
    """`parsing.*`: what reading one document may cost; its size adds to each bound."""

    seconds: Above = 3.0  # of the processor
    seconds_per_megabyte: NotNegative = 4.0
    patience: Annotated[float, msgspec.Meta(ge=1)] = 7.0  # by the clock so many times as long: a computer may be busy
    megabytes: Positive = 150  # of memory, beyond what a parser has when it starts
    megabytes_per_megabyte: NotNegative = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """`polling.*`: how often sources are polled."""

    requests_per_day: Above | None = None  # per source, on average; 12 unless a delay is set
    target_delay: Above | None = None  # minutes that an entry waits until it is found, on average: instead
    longest: Above = 12.0  # hours between two polls of a source, at most

    @property
    def rule(self) -> PollingRule:
        """What the planner is to keep to."""
        if self.target_delay is not None:
            return PollingRule(None, self.target_delay * 60, self.longest * 3_600)
        return PollingRule(self.requests_per_day or _PER_DAY, None, self.longest * 3_600)

    @property
    def rhythm(self) -> str:
        """How often a source is polled, in words."""
        if self.target_delay is not None:
            return f"an entry waits {self.target_delay:g} minutes on average"
        return f"{self.requests_per_day or _PER_DAY:g} times a day on average"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """`publish.*`: what the published feeds hold."""

    entries: Positive = 100  # newest entries in a feed; older ones are in its archive
    item_pages: int = 2_000  # pages of single items that are files, the newest; older ones the server draws; below 0 all are files
    days: Positive = 90  # after which an entry moves to the archive, when there is a page of such
    full_content: bool = False  # the whole text, not the summary alone; a topic may say otherwise
    hub: str = ""  # a WebSub hub that is pinged about every change


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """`topics.*`: which topics are in force beside the home's own."""

    shipped: bool | tuple[str, ...] = True  # all but those that must be named; none; or the named ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """`backup.*`: copies of the database that are made without being asked for."""

    before_upgrade: bool = True  # beside the database, before a newer program changes its schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """`retention.*`: when items are deleted from the database; without a value nothing ever is."""

    days: Positive | None = None  # after which a tagged item goes
    topics: tuple[str, ...] = ()  # NAME=DAYS: another time for what a topic tags
    untagged_days: Positive | None = None  # after which an item that no topic tags goes
    sources: tuple[str, ...] = ()  # ADDRESS=DAYS: another time for the untagged items of a source
    untagged_per_source: Positive | None = None  # newest untagged items of each source that stay

    @property
    def days_of_topics(self) -> dict[str, int]:
        """The days of `topics` by name. Raises SettingsError."""
        return _days("retention.topics", self.topics, "harbour=365")

    @property
    def days_of_sources(self) -> dict[str, int]:
        """The days of `sources` by address. Raises SettingsError."""
        return _days("retention.sources", self.sources, "https://news.example/feed.xml=30")

    @property
    def deletes(self) -> bool:
        """True when anything is ever deleted."""
        return self != Retention()


class MailSecurity(StrEnum):
    """How the connection to a mail server is secured."""

    STARTTLS = "starttls"
    TLS = "tls"  # from the first byte
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`mail.*`: through which server alerts are mailed."""

    host: str = ""  # empty: no mail is sent
    port: Positive | None = None  # 587; with TLS 465, without security 25
    security: MailSecurity = MailSecurity.STARTTLS
    user: str = ""
    password: str = ""  # or env:NAME
    sender: str = ""  # the address in From

    @property
    def connected_port(self) -> int:
        """The port, also where none is set."""
        return self.port or {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}[self.security]


def _days(key: str, entries: tuple[str, ...], example: str) -> dict[str, int]:
    found = {}
    for entry in entries:
        name, _, days = entry.rpartition("=")
        if not name.strip() or not days.strip().isdecimal() or int(days) < 1:
            raise SettingsError(f'{key}: "{entry}" is not a name, "=" and a number of days', f'write "{example}"')
        found[name.strip()] = int(days)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """`log.*`: what the service says of its work."""

    format: str = "auto"  # plain, terminal, logfmt, journal or json; auto: what suits where stderr leads to


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """`engine`, understood: how many processes read documents here, and who polls the sources."""

    processes: int | None = None  # None: as many as there are processors, at most four
    scheduler: str | None = None  # host:port of a Dask scheduler, whose workers poll; None: this process polls


def parse_engine(text: str) -> EngineChoice:
    """Parse "local", "local:N" or "dask://HOST:PORT". Raises SettingsError for anything else."""
    if text == "local":
        return EngineChoice()
    kind, _, rest = text.partition(":")
    if kind == "local" and rest.isascii() and rest.isdecimal() and int(rest):
        return EngineChoice(processes=int(rest))
    address = text.removeprefix("dask://")
    if address != text and _BIND.fullmatch(address) and 0 < int(address.rpartition(":")[2]) <= _LAST_PORT:
        return EngineChoice(scheduler=address)
    cure = 'write "local", "local:2" (two parser processes) or "dask://host:8786" (workers on other machines)'
    raise SettingsError(f'engine: "{text}" is no engine', cure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting; the defaults are right for one person."""

    engine: str = "local"  # who polls sources: this process, or workers on other machines
    service: Service = field(default_factory=Service)
    fetch: Fetch = field(default_factory=Fetch)
    parsing: Parsing = field(default_factory=Parsing)
    polling: Polling = field(default_factory=Polling)
    publish: Publish = field(default_factory=Publish)
    topics: Topics = field(default_factory=Topics)
    backup: Backup = field(default_factory=Backup)
    retention: Retention = field(default_factory=Retention)
    log: Log = field(default_factory=Log)
    mail: Mail = field(default_factory=Mail)
    alert: tuple[Alert, ...] = ()

    @property
    def base_url(self) -> str:
        """The address under which subscribers find the feeds, without a slash at its end."""
        return (self.service.base_url or f"http://{self.service.bind}").rstrip("/")

    @property
    def pages_url(self) -> str:
        """The folder in which subscribers find the pages, a slash last; empty if others are let in and no address was set."""
        host = self.service.bind.rpartition(":")[0].lower()
        is_known = self.service.base_url or host.startswith("127.") or host in {"localhost", "[::1]"}
        return f"{self.base_url}/" if is_known else ""

    def checked(self) -> "Settings":
        """Return the settings themselves. Raises SettingsError for a value of the right type that cannot be used."""
        if self.service.base_url and absolute(self.service.base_url, None) != self.service.base_url:
            raise SettingsError("service.base_url is not an http or https address", 'write "https://feeds.example.org"')
        if self.publish.hub and absolute(self.publish.hub, None) != self.publish.hub:
            raise SettingsError("publish.hub is not an http or https address", 'write "https://hub.example.org/"')
        if self.fetch.proxy and absolute(self.fetch.proxy, None) != self.fetch.proxy:
            raise SettingsError("fetch.proxy is not an http or https address", 'write "http://127.0.0.1:3128"')
        if not _BIND.fullmatch(self.service.bind) or int(self.service.bind.rpartition(":")[2]) > _LAST_PORT:
            raise SettingsError(f'service.bind: "{self.service.bind}" is not host:port', 'write "127.0.0.1:8080"')
        if self.polling.requests_per_day is not None and self.polling.target_delay is not None:
            what = "polling.requests_per_day and polling.target_delay are both set, but one follows from the other"
            raise SettingsError(what, "take one of them out")
        if self.log.format not in (known := ("auto", *LogFormat)):
            raise SettingsError(f'log.format: there is no form "{self.log.format}"', f"write one of {', '.join(known)}")
        mailed = next((one.name for one in self.alert if one.mail), None)
        if mailed and not (self.mail.host and self.mail.sender):
            what = f'alert "{mailed}" sends mail, and mail.{"sender" if self.mail.host else "host"} is not set'
            raise SettingsError(what, 'write [mail] with host = "smtp.example.org" and sender = "topicwire@example.org"')
        if self.mail.sender and not is_mail_address(self.mail.sender):
            raise SettingsError(f'mail.sender: "{self.mail.sender}" is not an e-mail address', 'write "topicwire@example.org"')
        parse_allowed(self.fetch.allow)
        parse_engine(self.engine)
        _ = self.retention.days_of_topics, self.retention.days_of_sources
        return self


class SettingOrigin(StrEnum):
    """Where the value of a setting comes from."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class ExplainedSetting:
    """A setting in force and where it comes from."""

    key: str  # fetch.host_pause
    value: Any  # a secret is masked
    origin: SettingOrigin
    where: str  # the path of the file, or the name of the variable; empty for a default
    is_secret: bool


IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_allowed(allow: tuple[str, ...]) -> tuple[frozenset[str], tuple[IpNetwork, ...]]:
    """Parse `fetch.allow` into `host:port` pairs and networks such as `10.0.0.0/8`. Raises SettingsError for another entry."""
    hosts, networks = set(), []
    for entry in map(str.strip, allow):
        host, colon, port = entry.rpartition(":")
        if colon and host and port.isdecimal() and "/" not in entry and (":" not in host or host.startswith("[")):
            hosts.add(host_of(f"http://{entry}") or entry.lower())
            continue
        try:
            networks.append(ipaddress.ip_network(entry))
        except ValueError:
            what = f'fetch.allow: "{entry}" is neither host:port nor a network'
            raise SettingsError(what, 'write "127.0.0.1:8765" or "10.0.0.0/8"') from None
    return frozenset(hosts), tuple(networks)


def load(home: Path, environment: Mapping[str, str]) -> Settings:
    """Read `home/topicwire.toml`, if there is one, and TOPICWIRE_SECTION__KEY; the environment wins.

    Raises SettingsError for an unknown key, with a suggestion, and for a value of the wrong kind.
    """
    return _checked(home / FILE, environment, _merged(home / FILE, environment)[0])


def explained(home: Path, environment: Mapping[str, str]) -> tuple[ExplainedSetting, ...]:
    """Return every setting in force with the place that it comes from, in the order of the documentation.

    The values of secrets are masked. Raises SettingsError like `load`.
    """
    merged, places = _merged(home / FILE, environment)
    settings = _checked(home / FILE, environment, merged)
    origin, where = places.get((_ENGINE, ""), (SettingOrigin.DEFAULT, ""))
    found = [ExplainedSetting(_ENGINE, settings.engine, origin, where, is_secret=False)]
    for section in fields(Settings):
        values = getattr(settings, section.name)
        for one in fields(values) if is_dataclass(values) else ():
            origin, where = places.get((section.name, one.name), (SettingOrigin.DEFAULT, ""))
            value = getattr(values, one.name)
            if one.name in _SECRETS and value:
                value = without_secrets(value) if absolute(value, None) else _MASKED
            found.append(ExplainedSetting(f"{section.name}.{one.name}", value, origin, where, one.name in _SECRETS))
    for key, value, is_secret in explained_alerts(settings.alert):
        found.append(ExplainedSetting(key, _MASKED if is_secret else value, SettingOrigin.FILE, str(home / FILE), is_secret))
    return tuple(found)


def _merged(path: Path, environment: Mapping[str, str]) -> tuple[dict[str, Any], dict[tuple[str, str], tuple[SettingOrigin, str]]]:
    """Return the values of the file and the environment by section and key, and where each comes from."""
    merged = _read(path) if path.exists() else {}
    sections = get_type_hints(Settings)
    places = {}
    for name, values in merged.items():
        _known(f"{path}", name, sections)
        if name == _ALERTS:
            continue
        if name == _ENGINE:
            places[name, ""] = (SettingOrigin.FILE, str(path))
            continue
        if not isinstance(values, dict):
            raise SettingsError(f"{path}: {name} is not a table", f"write [{name}] and its keys below")
        for key in values:
            _known(f"{path}: [{name}]", key, get_type_hints(sections[name]))
            places[name, key] = (SettingOrigin.FILE, str(path))
    for name, text in environment.items():
        if name.startswith(_PREFIX) and name not in _NOT_SETTINGS:
            section, _, key = name.removeprefix(_PREFIX).lower().partition("__")
            _known(name, section, sections)
            if section == _ENGINE and not key:
                merged[section], places[section, ""] = text, (SettingOrigin.ENVIRONMENT, name)
                continue
            if section == _ALERTS:
                raise SettingsError(
                    f"{name}: an alert is a table of the file", f"write it into {path}; secrets may be env:NAME there"
                )
            kinds = get_type_hints(sections[section])
            _known(name, key, kinds)
            merged.setdefault(section, {})[key] = _typed(text, kinds[key])
            places[section, key] = (SettingOrigin.ENVIRONMENT, name)
    return merged, places


def _checked(path: Path, environment: Mapping[str, str], merged: dict[str, Any]) -> Settings:
    alerts = read_alerts(str(path), merged.get(_ALERTS, []))
    try:
        settings = msgspec.convert({name: one for name, one in merged.items() if name != _ALERTS}, Settings, strict=False)
    except msgspec.ValidationError as fault:
        what = _wrong_value(str(fault), path, merged, environment)
        raise SettingsError(what, "`topicwire docs settings` shows them all") from fault
    return replace(settings, alert=alerts).checked()


def _wrong_value(fault: str, path: Path, values: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Return in words which setting has a wrong value, where it was set, and what it must be."""
    if fault.endswith(f"$.{_ENGINE}`"):
        return f"{path}: {_ENGINE} must be a text, not {json.dumps(values[_ENGINE], default=str)}"
    place = _PLACE.search(fault)
    if place is None:
        return f"{path} or {_PREFIX}*: {fault}"
    section, key = place.groups()
    variable = f"{_PREFIX}{section}__{key}".upper()
    kinds = get_type_hints(get_type_hints(Settings)[section], include_extras=True)
    wrong = "" if key in _SECRETS else f", not {json.dumps(values[section][key], ensure_ascii=False, default=str)}"
    return f"{variable if variable in environment else path}: {section}.{key} must be {_described(kinds[key])}{wrong}"


def _described(kind: object) -> str:
    """Return a setting's type as words for people."""
    if kind in _KINDS:
        return _KINDS[kind]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return f"one of {', '.join(kind)}"
    if get_origin(kind) is Annotated:
        base, *metas = get_args(kind)
        bounds = (f"above {one.gt:g}" if one.gt is not None else f"of at least {one.ge:g}" for one in metas)
        return " ".join((_KINDS[base], *bounds))
    return " or ".join(_described(one) for one in get_args(kind) if one is not NoneType)


def _typed(text: str, kind: object) -> object:
    """Return the value of an environment variable by its setting's type: a list is separated by commas."""
    if kind == bool | tuple[str, ...] and text.strip().lower() in {"true", "false"}:
        return text.strip().lower() == "true"
    return _list(text) if kind in {tuple[str, ...], bool | tuple[str, ...]} else text


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(regular_file(path).decode())
    except OSError as fault:
        raise SettingsError(f"{path}: {fault.strerror}", "mend the file or move it away") from fault
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        twice = re.fullmatch(r"Cannot declare \('(\w+)',\) twice \(at line (\d+), .*", str(fault))
        if twice:
            where = f"write what follows it below the first [{twice[1]}]"
            raise SettingsError(f"{path}: [{twice[1]}] stands there a second time, in line {twice[2]}", where) from fault
        raise SettingsError(f"{path}: {fault}", "mend the file or move it away") from fault


def _known(where: str, key: str, known: Mapping[str, object]) -> None:
    if key in known:
        return
    raise SettingsError(f'{where}: unknown key "{key}"', did_you_mean(key, known, f"known are: {', '.join(sorted(known))}"))
