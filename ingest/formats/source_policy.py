"""The settings of one source as the attributes of a list, both ways; holds names of environment variables, never secrets."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ingest.model import SourceSettings
from ingest.text.sanitize import one_line

NAMESPACE: Final = "urn:x-topicwire:source:1"  # by custom with the prefix `tw`
_UNITS: Final = {"m": 60.0, "h": 3_600.0, "d": 86_400.0}
_SPAN: Final = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)\s*([mhd])")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+=[A-Za-z_][A-Za-z0-9_]*")
_SHORTEST: Final = 300.0  # seconds: no server is polled more often, whatever is set
_FIELDS: Final = {
    **{name: name for name in ("auth", "expect", "header", "longest", "shortest")},
    "ca": "ca_file",
    "userAgent": "user_agent",
}
_CURES: Final = {
    "auth": "name the environment variable that holds user:password",
    "header": "write Name=VARIABLE, with the environment variable that holds the value",
    "shortest": 'write "30m", "6h" or "2d", five minutes at least',
    "longest": 'write "30m", "6h" or "2d", five minutes at least',
    "expect": 'write "2d" or "12h"',
    "ca": "name a file of certificates in PEM, as a path from the home folder",
}


def parse_settings(own: Mapping[str, str], tags: str) -> tuple[SourceSettings, tuple[str, ...]]:
    """Return the settings in attributes of our namespace and in the `category` of OPML 2.0, and a line for each bad one."""
    settings, faults = SourceSettings(tags=tuple(filter(None, map(one_line, tags.split(","))))), []
    for name, text in own.items():
        field = _FIELDS.get(name)
        if field is None:
            faults.append(f'unknown setting "{one_line(name)[:40]}"; known are: {", ".join(sorted(_FIELDS))}')
        elif (value := _value(field, text.strip())) is None:
            faults.append(f'{name}="{one_line(text)[:40]}" cannot be; {_CURES.get(field, "write one line of plain letters")}')
        else:
            settings = replace(settings, **{field: value})
    return settings, tuple(faults)


def _value(field: str, text: str) -> Any:
    """Return the value of a setting, or None when it is not valid."""
    if field == "user_agent":
        return text if text.isascii() and text.isprintable() and text else None
    if field == "ca_file":
        return text if text.isprintable() and text else None
    if field in {"auth", "header"}:
        return text if (_VARIABLE if field == "auth" else _HEADER).fullmatch(text) else None
    seconds = _seconds(text)
    if field == "expect":
        return seconds / _UNITS["d"] if seconds else None
    return seconds if seconds >= _SHORTEST else None


def _seconds(text: str) -> float:
    found = _SPAN.fullmatch(text.lower())
    return float(found[1]) * _UNITS[found[2]] if found else 0.0


def settings_attributes(settings: SourceSettings) -> Iterator[tuple[str, str]]:
    """Yield the attributes that `parse` reads back to the same settings; the tags stand elsewhere."""
    known = (("userAgent", settings.user_agent), ("auth", settings.auth), ("header", settings.header), ("ca", settings.ca_file))
    yield from ((name, text) for name, text in known if text)
    for name, seconds in (("shortest", settings.shortest), ("longest", settings.longest)):
        if seconds:
            yield name, f"{seconds / 60:g}m"
    if settings.expect:
        yield "expect", f"{settings.expect * 24:g}h"
