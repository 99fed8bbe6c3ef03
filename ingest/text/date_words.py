"""The words that dates are written with, one table for each language: months, weekdays, periods of the day; knows no date."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, groupby
from typing import Final, NamedTuple

Phrase = tuple[str, ...]  # folded tokens

LANGUAGES: Final = tuple(
    "en fr de es it nl pl ru uk he ar hu pt tr fa sv da no fi cs sk ro bg hr sr el ca lt lv et sl zh ja ko hi vi id"
    " af am as az be bn bs br ckb cy eo eu fil fo fy ga gd gl gu ha hy ig is jv ka kk km kn ky lb lo mg mk ml mn mr ms mt"
    " my ne oc or pa ps rm rw se si so sq sw ta te tg th ti tk ug ur uz wo xh yi yo zu".split()
)
# Spellings in use that CLDR does not have.
_MORE_MONTHS: Final = {
    "ar": "اغشت 8 شتنبر 9 نونبر 11 دجنبر 12 يوليوز 7 ماي 5",
    "de": "mrz 3 feber 2",
    "es": "set 9 setiembre 9",
    "fa": "جولای 7 جون 6 می 5 آگوست 8 مارچ 3",
    "he": "מרס 3",
    "hi": "सितम्बर 9 नवम्बर 11 दिसम्बर 12",
}
# What stands in dates and moves nothing, beyond what the patterns of CLDR have.
_MORE_SILENT: Final = {
    "ar": "في من عام سنة الساعة يوم الموافق",
    "ca": "de del d a les el dia",
    "cs": "v ve dne hod hodin",
    "da": "d den kl klokken",
    "de": "der den dem am um uhr vom",
    "en": "the of at on day utc gmt z",
    "es": "de del a las la el los día h hs hrs horas",
    "fa": "در ساعت روز سال",
    "fi": "klo kello na",
    "fr": "le du de à a er ère h heures en",
    "gl": "de do ás as o",
    "he": "ב של ו ה ל את יום בשעה שעה בתאריך",
    "hu": "án én i kor órakor",
    "it": "il lo del di alle le ore o",
    "ja": "に",
    "lt": "d m val",
    "nl": "de den van om uur op",
    "no": "d den kl klokken",
    "pl": "r roku godz godzina o dnia dn",
    "pt": "de do da às as a o dia h horas em",
    "ro": "la ora orele din",
    "ru": "г год года в во от ч часов",
    "sv": "d den kl klockan",
    "th": "ที่ เวลา น. เมื่อ วัน วันที่",
    "tr": "saat günü",
    "uk": "р рік року о об від",
    "vi": "ngày năm lúc giờ",
    "zh": "於 于 在",
}
_PREFIXES: Final = {"he": "בלהומש", "yi": "בלהומש", "ar": "وبل", "ur": "و"}  # particles written as one with the next word
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_MARKS: Final = re.compile("[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u0655\u0670]")  # accents, points, vowel signs, stretching
_SAME: Final = str.maketrans({"ı": "i", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ە": "ه", "ۀ": "ه", "ø": "o", "đ": "d", "ł": "l"})
_APOSTROPHES: Final = frozenset("ʼʻ")  # letters by their class
_LEAST_BEGINNING: Final = 3  # letters of a month's name that stand for it


class Words(NamedTuple):
    """What one language writes dates with."""

    months: dict[Phrase, int]
    periods: dict[Phrase, str]  # of the day: am, pm, morning, afternoon, evening, night, ...
    silent: frozenset[Phrase]  # weekdays and particles
    longest: int  # tokens of a phrase
    has_numbers: bool = False  # in its phrases: 11月, tháng 11, thứ 6

    def month_that_begins(self, token: str) -> int | None:
        """Return the month whose name begins with `token`, if it is one month."""
        if len(token) < _LEAST_BEGINNING:
            return None
        found = {number for name, number in self.months.items() if len(name) == 1 and name[0].startswith(token)}
        return found.pop() if len(found) == 1 else None


def fold_letters(text: str) -> str:
    """Return `text` as its readers compare it: without case, accents, vowel signs and variants of a letter."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text).casefold()).translate(_SAME)


def plain_digits(text: str) -> str:
    """Return `text` without characters that are not seen (joiners, marks of direction), its digits as ASCII has them."""
    return text if text.isascii() else "".join(_visible(text))


def _visible(text: str) -> Iterator[str]:
    for character in text:
        kind = unicodedata.category(character)
        if kind == "Nd":
            yield str(unicodedata.decimal(character))
        elif kind != "Cf":
            yield character


def tokens(text: str) -> list[str]:
    """Return the numbers and the folded words of `text`; a script without spaces gives its characters one by one."""
    found: list[str] = []
    for kind, run in groupby(plain_digits(text), _kind):
        part = "".join(run)
        if kind == "word":
            found += chain.from_iterable(
                part if bare else ["".join(part)] for bare, part in groupby(fold_letters(part), _is_unspaced)
            )
        elif kind == "number":
            found.append(part)
    return found


def _kind(character: str) -> str:
    kind = unicodedata.category(character)
    if kind[0] in "LM" and character not in _APOSTROPHES:
        return "word"
    return "number" if kind[0] == "N" else ""


def _is_unspaced(character: str) -> bool:
    return bool(_UNSPACED.match(character))


@cache
def words(code: str) -> Words:
    """Return the words of one of LANGUAGES."""
    from ingest.text.date_names import NAMES  # noqa: PLC0415 - large, and asked for by rare dates alone

    months, periods, silent = NAMES[code].strip("\n").split("\n")
    numbered = [(name, number) for number, names in enumerate(months.split(";"), 1) for name in _read(names)]
    more = _MORE_MONTHS.get(code, "").split()
    numbered += [(tuple(tokens(name)), int(number)) for name, number in zip(more[::2], more[1::2], strict=True)]
    said = {name: key for part in periods.split(";") for key, _, names in [part.partition(":")] for name in _read(names)}
    quiet = {*_read(silent), *(tuple(tokens(word)) for word in _MORE_SILENT.get(code, "").split())}
    # Of a weekday in several words each word: `sexta-feira` is also `sexta`.
    quiet |= {(word,) for phrase in quiet for word in phrase if not word.isdecimal() and not _is_unspaced(word)}
    quiet |= set(_prefixed(code, quiet))
    table = _unambiguous((shape, number) for name, number in numbered for shape in (name, *_prefixed(code, [name])))
    phrases = [*table, *said, *quiet]
    has_numbers = any(token.isdecimal() for phrase in phrases for token in phrase)
    return Words(table, said, frozenset(quiet), max(map(len, phrases)), has_numbers)


def _read(names: str) -> list[Phrase]:
    return [tuple(name.split(" ")) for name in names.split("|") if name]


def _prefixed(code: str, names: Iterable[Phrase]) -> list[Phrase]:
    return [(prefix + name[0], *name[1:]) for name in names for prefix in _PREFIXES.get(code, "")]


def _unambiguous(numbered: Iterable[tuple[Phrase, int]]) -> dict[Phrase, int]:
    """Return each name's number without the names that mean two months in one language."""
    found: dict[Phrase, set[int]] = {}
    for name, number in numbered:
        found.setdefault(name, set()).add(number)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}


@cache
def silent_anywhere() -> frozenset[Phrase]:
    """Return the weekdays and particles of all languages that tell no period of the day in any."""
    tables = [words(code) for code in LANGUAGES]
    return frozenset().union(*(table.silent for table in tables)) - frozenset().union(*(table.periods for table in tables))


@cache
def _speakers(*, of_months: bool) -> dict[str, tuple[str, ...]]:
    """Return the languages that know each token, as part of any word or of a month alone, whole or its beginning."""
    found: dict[str, dict[str, None]] = {}
    for code in LANGUAGES:
        table = words(code)
        known = {token for name in table.months for token in name}
        known |= {name[0][:end] for name in table.months if len(name) == 1 for end in range(_LEAST_BEGINNING, len(name[0]))}
        if not of_months:
            known |= {token for phrase in (*table.periods, *table.silent) for token in phrase}
        for token in known:
            found.setdefault(token, {})[code] = None
    return {token: tuple(codes) for token, codes in found.items()}


def languages_that_know(these: Iterable[str]) -> tuple[str, ...]:
    """Return the languages in which every one of the tokens stands in dates."""
    speakers = [_speakers(of_months=False).get(token, ()) for token in these]
    return tuple(code for code in speakers[0] if all(code in others for others in speakers)) if speakers else LANGUAGES


def languages_with_a_month(among: Iterable[str]) -> tuple[str, ...]:
    """Return the languages in which one of the tokens is a month or the beginning of one."""
    return tuple(dict.fromkeys(code for token in among for code in _speakers(of_months=True).get(token, ())))


def is_known(token: str) -> bool:
    """Return whether a token stands in the dates of any language."""
    return token in _speakers(of_months=False)
