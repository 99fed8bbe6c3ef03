"""The names of CLDR, read through babel: what `ingest/text/date_names.py` is made of.

python tests/cldr.py > ingest/text/date_names.py
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from babel.core import Locale

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ingest.text.date_words import LANGUAGES, Phrase, tokens

# Languages of which a region names months otherwise (Levantine and Maghreb Arabic, Austrian German), or another script.
_LOCALES: Final = {
    "ar": "ar ar_LB ar_SY ar_IQ ar_MA ar_DZ ar_TN ar_MR",
    "az": "az az_Cyrl",
    "bs": "bs bs_Cyrl",
    "de": "de de_AT de_CH",
    "en": "en en_GB en_AU",
    "es": "es es_MX es_PE es_UY",
    "fa": "fa fa_AF",
    "fr": "fr fr_CA fr_CH",
    "it": "it it_CH",
    "no": "nb nn",
    "pt": "pt pt_PT",
    "sr": "sr sr_Latn sr_Cyrl_BA sr_Latn_BA",
    "uz": "uz uz_Cyrl",
    "zh": "zh zh_Hant",
}
_PART: Final = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<field>([A-Za-z])\3*)|(?P<other>[^'A-Za-z]+)")
_MONTH: Final = frozenset({"MMM", "MMMM", "LLL", "LLLL"})
_ENGLISH_PERIODS: Final = frozenset({("am",), ("pm",), ("a", "m"), ("p", "m")})  # read beside the hour
_HEAD: Final = '''"""The names of months, periods of the day and weekdays that CLDR has, folded; made by tests/cldr.py, not by hand.

The data are Unicode's (Unicode License V3). A language has three lines:
its months in order; the periods, each behind its name; weekdays and what else its patterns hold.
"""

from typing import Final

NAMES: Final = {
'''


def month_names(code: str) -> Iterator[tuple[str, int]]:
    """Yield every name of a month that a language has in CLDR: wide and short, within a date and alone."""
    for locale in _locales(code):
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names = locale.months[form][width].items()
                yield from ((str(name), number) for number, name in names if str(name).strip("0123456789. "))


def weekday_names(code: str) -> Iterator[str]:
    """Yield every name of a weekday that a language has in CLDR."""
    for locale in _locales(code):
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated", "short"):
                yield from map(str, dict(locale.days[form].get(width, {})).values())


def week(code: str) -> list[str]:
    """Return the days of a language as they stand within a date, Monday first."""
    names = Locale.parse(code).days["format"]["wide"]
    return [str(names[day]) for day in range(7)]


def module() -> str:
    """Write the module."""
    lines = [_HEAD]
    for code in sorted(LANGUAGES):
        lines += [f'    "{code}": """\n', *(f"{line}\n" for line in (_months(code), _periods(code), _silent(code))), '""",\n']
    return "".join([*lines, "}\n"])


def _locales(code: str) -> list[Locale]:
    return [Locale.parse(name) for name in _LOCALES.get(code, code).split()]


def _written(phrases: Iterable[Phrase]) -> str:
    return "|".join(" ".join(phrase) for phrase in dict.fromkeys(phrases) if phrase)


def _months(code: str) -> str:
    names: list[list[Phrase]] = [[] for _ in range(12)]
    around = {both for locale in _locales(code) for both in _around_months(_patterns(locale))}
    for name, number in month_names(code):
        shapes = [name, *(before + name + after for before, after in sorted(around))]
        names[number - 1] += [tuple(tokens(shape)) for shape in shapes]
    return ";".join(map(_written, names))


def _periods(code: str) -> str:
    found: dict[Phrase, str] = {}
    for locale in _locales(code):
        for form in locale.day_periods.values():
            for width in ("wide", "abbreviated"):
                for key, name in sorted(dict(form.get(width, {})).items()):  # am and pm come first
                    found.setdefault(tuple(tokens(str(name))), key.rstrip("12"))
    kept = {name: key for name, key in found.items() if name and name not in _ENGLISH_PERIODS}
    return ";".join(f"{key}:{_written(name for name, its in kept.items() if its == key)}" for key in sorted({*kept.values()}))


def _silent(code: str) -> str:
    patterns = [pattern for locale in _locales(code) for pattern in _patterns(locale)]
    literals = [chunk for pattern in patterns for kind, text in _parts(pattern) if kind == "literal" for chunk in text.split()]
    return _written(tuple(tokens(text)) for text in (*weekday_names(code), *literals))


def _patterns(locale: Locale) -> list[str]:
    dates = [one.pattern for one in locale.date_formats.values()]
    skeletons = [one.pattern for key, one in locale.datetime_skeletons.items() if "MMM" in key and "d" in key]
    joints = [str(one).replace("{0}", "H").replace("{1}", "y") for one in locale.datetime_formats.values()]
    return [*dates, *skeletons, *joints]


def _parts(pattern: str) -> list[tuple[str, str]]:
    """Cut a pattern into fields and literals (UTS 35, date format patterns)."""
    parts: list[tuple[str, str]] = []
    for found in _PART.finditer(pattern):
        kind = "field" if found["field"] else "literal"
        text = found["field"] or found["quoted"] or found["other"] or ""
        if kind == "literal" and parts and parts[-1][0] == "literal":
            parts[-1] = (kind, parts[-1][1] + text)
        else:
            parts.append((kind, text))
    return parts


def _around_months(patterns: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what patterns write as one with a month's name: `d בMMMM`, `MMMM'ren'`."""
    for parts in map(_parts, patterns):
        padded = [("literal", ""), *parts, ("literal", "")]
        for (_, before), (kind, field), (_, after) in zip(padded, padded[1:], padded[2:], strict=False):
            if kind == "field" and field in _MONTH:
                prefix, suffix = re.search(r"\w*$", before), re.match(r"\w*", after)
                both = (prefix[0] if prefix else "", suffix[0] if suffix else "")
                if any(both):
                    yield both


if __name__ == "__main__":
    sys.stdout.write(module())
