"""Which language a text is in: what was declared, checked against a detector; reads only the detector's model."""

import re
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import py3langid
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ingest.text.language import function_words

# Restricted: with all its languages the detector drifts to rare neighbours (libraries.md section 9).
DETECTED: Final = (
    "en fr de es it nl pl ru uk he ar hu pt tr fa sv da no fi cs sk ro bg hr sr el ca lt lv et sl zh ja ko hi vi id"
).split()
_ISO_639_1: Final = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo"
    " es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg"
    " ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nd ne ng nl no"
    " nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te"
    " tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)
_SURE: Final = 0.9
_ENOUGH_WORDS: Final = 3
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")
# Older codes, and those of three letters (ISO 639-2 and -3) of languages that have one of two.
_OLD_CODES: Final = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no"} | dict(
    pair.split(":")
    for pair in (
        "eng:en fra:fr fre:fr deu:de ger:de spa:es ita:it nld:nl dut:nl pol:pl rus:ru ukr:uk heb:he ara:ar hun:hu por:pt tur:tr"
        " fas:fa per:fa swe:sv dan:da nor:no nob:no nno:no fin:fi ces:cs cze:cs slk:sk slo:sk ron:ro rum:ro bul:bg hrv:hr srp:sr"
        " ell:el gre:el cat:ca lit:lt lav:lv est:et slv:sl zho:zh chi:zh cmn:zh jpn:ja kor:ko hin:hi vie:vi ind:id tha:th yid:yi"
        " ben:bn urd:ur kat:ka geo:ka hye:hy arm:hy sqi:sq alb:sq mkd:mk mac:mk bel:be isl:is ice:is gle:ga cym:cy wel:cy eus:eu"
        " baq:eu glg:gl msa:ms may:ms afr:af swa:sw tam:ta epo:eo"
    ).split()
)
# What people write for languages: codes of countries mostly, some of which are other, rarer languages.
MISTAKEN: Final = dict(
    pair.split(":")
    for pair in (
        "ge:de jp:ja gr:el cz:cs dk:da se:sv ua:uk cn:zh kr:ko il:he gb:en us:en at:de br:pt sp:es po:pl ee:et rs:sr"
        " al:sq by:be ir:fa eg:ar pk:ur vn:vi mx:es"
    ).split()
)
_WALKS: Final = 50_000  # words that are remembered
_GLANCE: Final = 400  # characters that may confirm what was declared
_SAMPLE: Final = 800  # characters: more changes hardly an answer


class _Detector(LanguageIdentifier):  # type: ignore[misc] # it publishes no types
    """The library's identifier, its walk over the bytes remembered word by word: the same features in the same order."""

    __slots__ = ("walks",)

    def _raw_score(self, text: bytes) -> Any:
        """Score each language for a text in UTF-8."""
        features: list[int] = []
        state = 0
        *words, last = text.split(b" ")
        for word in words:
            state, found = self.walks.get((state, word)) or self._remembered(state, word)
            features += found
        features += self._walk(state, last)[1]
        return self._sparse_score(Counter(features), self.nb_ptc) if features else super()._raw_score(b"")

    def _remembered(self, state: int, word: bytes) -> tuple[int, list[int]]:
        if len(self.walks) >= _WALKS:
            self.walks.clear()
        walk = self.walks[state, word] = self._walk(state, word + b" ")
        return walk

    def _walk(self, state: int, text: bytes) -> tuple[int, list[int]]:
        """Give the state after a text, and the features that end in it."""
        moves, rows, output, found = self.tk_nextmove, self._rowbase, self.tk_output, []
        for letter in text:
            state = moves[rows[state] + letter]
            if output[state] >= 0:
                found.append(output[state])
        return state, found


@cache
def _detector() -> _Detector:
    detector = _Detector.from_modelpath(str(Path(py3langid.__file__).parent / MODEL_FILE), norm_probs=True)
    detector.set_languages(DETECTED)
    detector.nb_ptc = np.ascontiguousarray(detector.nb_ptc)  # a feature's scores side by side
    detector.walks = {}
    return cast("_Detector", detector)


def primary(tag: str | None) -> str | None:
    """Give the primary language of a language tag (RFC 5646): `pt-BR` -> `pt`; None for what names no language."""
    match = _TAG.match(tag.strip()) if tag else None
    code = match[0].lower() if match else ""
    code = _OLD_CODES.get(code, code)
    named = code in _ISO_639_1 if len(code) == 2 else code not in {"", "und", "mul", "zxx"}  # noqa: PLR2004 - ISO 639-1 length
    return code if named else None


def detect(text: str) -> str | None:
    """Give the language of `text`, or None when there is too little of it to be sure.

    Small words that are of one language alone, or its script, tell most texts; the detector is for the others.
    """
    glance = text[:_GLANCE]
    if told := function_words.spoken_for(glance, 3, times=3) or function_words.script(glance):
        return told
    sample = text[:_SAMPLE]
    if len(sample.split()) < _ENOUGH_WORDS and sample.isascii():
        return None  # a brand or a name is in no language
    return _classified(sample)


@lru_cache(maxsize=1)  # a short text is its own beginning
def _classified(sample: str) -> str | None:
    code, probability = _detector().classify(sample)
    return str(code) if probability >= _SURE else None


def decide(text: str, *declared: str | None) -> tuple[str | None, str | None]:
    """Give (language, "declared" | "detected" | None): the first declared one unless the text clearly disagrees."""
    said = next((code for tag in declared if (code := primary(tag))), None)
    if said and _shows(text[:_GLANCE], said):  # most say the truth, and their first lines show it
        return said, "declared"
    found = detect(text)
    if said and (found is None or found == said):
        return said, "declared"
    return (found, "detected") if found else (None, None)


def _shows(text: str, said: str) -> bool:
    """Say whether the beginning of a text is in the declared language, as far as can be told."""
    return said not in DETECTED or said == function_words.spoken_for(text, 2, times=2) or said == detect(text)
