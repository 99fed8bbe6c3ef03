"""Names and writing directions of languages, for people; knows no text."""

from typing import Final

_NAMES: Final = dict(
    pair.split(":")
    for pair in (
        "af:Afrikaans ar:Arabic bg:Bulgarian bn:Bengali ca:Catalan cs:Czech cy:Welsh da:Danish de:German el:Greek en:English"
        " eo:Esperanto es:Spanish et:Estonian eu:Basque fa:Persian fi:Finnish fr:French ga:Irish gl:Galician he:Hebrew hi:Hindi"
        " hr:Croatian hu:Hungarian hy:Armenian id:Indonesian is:Icelandic it:Italian ja:Japanese ka:Georgian ko:Korean"
        " ku:Kurdish lb:Luxembourgish lt:Lithuanian lv:Latvian mk:Macedonian ms:Malay nl:Dutch no:Norwegian pl:Polish ps:Pashto"
        " pt:Portuguese ro:Romanian ru:Russian sk:Slovak sl:Slovene sq:Albanian sr:Serbian sv:Swedish sw:Swahili ta:Tamil th:Thai"
        " tr:Turkish uk:Ukrainian ur:Urdu vi:Vietnamese yi:Yiddish zh:Chinese"
    ).split()
)
_RIGHT_TO_LEFT: Final = frozenset("ar arc ckb dv fa he ps sd ug ur yi".split())
UNKNOWN: Final = "und"  # BCP 47: undetermined


def name(code: str | None) -> str:
    """Return a language's name in English; its code where we know no name."""
    return _NAMES.get(code, code) if code and code != UNKNOWN else "language unknown"


def direction(code: str | None) -> str:
    """Return the value of `dir` for a text: a browser decides by the letters where the language is unknown."""
    if not code or code == UNKNOWN:
        return "auto"
    return "rtl" if code in _RIGHT_TO_LEFT else "ltr"
