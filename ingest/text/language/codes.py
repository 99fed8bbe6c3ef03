"""Language tags and codes (RFC 5646, ISO 639) -> one code for a language, also where writers use another; knows no text."""

import re
from typing import Final

# Those that are detected: among all that the detector knows it drifts to rare neighbours.
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


def primary(tag: str | None) -> str | None:
    """Return the primary language of a language tag (RFC 5646, 2.2.1): `pt-BR` -> `pt`; None for what names no language."""
    match = _TAG.match(tag.strip()) if tag else None
    code = match[0].lower() if match else ""
    code = _OLD_CODES.get(code, code)
    named = code in _ISO_639_1 if len(code) == 2 else code not in {"", "und", "mul", "zxx"}  # noqa: PLR2004 - ISO 639-1 length
    return code if named else None
