"""Function words, which every text of a language is full of, and the scripts of one language alone; knows no detector."""

import re
from collections import Counter
from functools import cache, lru_cache
from typing import Final

from ingest.text.folding import folded

# Those that two languages share are taken out below: what is left speaks for one language alone.
_WORDS: Final = {
    "en": "the and of to is that for with was it are this from at by have be not has they which will their but you we what how in"
    " on an as or if no so do my me us up out all he she his her him can more one about after who when had been were would could"
    " our your its than other into there these some any where while because should through over just i a",
    "de": "der die und das den von zu mit ist des sich auf für dem nicht ein eine als auch wird bei einer einem nach wir sind wie"
    " in an so was man im am um er sie es aus oder war haben kann zum zur über aber nur noch vor bis durch einen diese wurde",
    "fr": "le les et des est une pour dans du sur qui par au avec plus pas cette ce ont aux nous mais être sont leur vous"
    " où de la en un a à il elle ce je ne se y si fait son sa ses été cet deux comme aussi sans tout même",
    "es": "el los las y una por con para del se como más su lo al pero este esta ha sus son muy también entre fue desde hasta"
    " de la que en a o un sobre cuando sin ser hay todo esta estos",
    "it": "il di che è della per non con le gli sono dei nel alla una più del da si anche ha delle questo come dal nella ma"
    " in a i e la lo un una o ed al ai sul dalla dei delle degli ha hanno stato era",
    "nl": "het een van en dat niet zijn op voor met aan door naar bij ook wordt maar heeft uit over deze nog werd kan"
    " in de is was die of als er om te tot meer geen worden had hun haar wij",
    "pl": "i w z na się nie że jest dla przez od po jak przy oraz są który która które tylko już także może być ich tym ale",
    "ru": "и в не на что с по как это для из к от он его но за так она был года при или также только чтобы они было мы",
    "uk": "і в на що з та у це не для до як від про за він його є або яка який вони також було але щоб при під між",
    "bg": "и на да за от се в с е по не са че като до това или при към след който която които му бе има ще без",
    "ar": "في من على إلى أن عن التي الذي هذا هذه مع كان ما لا بين بعد قد كما ذلك أو هو هي ولا كل حتى خلال وقد",
    "fa": "و در به از که این را با است برای آن یک خود تا شد بر می‌شود های هم کرد نیز بود شده کند ما او",
    "hu": "a az és hogy nem is egy meg azt volt ez csak már de mint még el lesz ami vagy ki be fel kell után",
    "pt": "o os e que do da em um uma não para com por as dos na no se mais como ao das pelo foi são também pela seu sua à",
    "tr": "ve bir bu için ile da de olarak daha çok olan gibi en kadar sonra ne var ama her değil ya olduğu ise oldu",
    "sv": "och att det som en är av för på den med till inte har ett om de var jag från vi kan men sig så när också",
    "da": "og i at det er en til af på som med den for ikke der et har de var jeg fra vi kan men sig også efter blev",
    "no": "og i at det er en til av på som med den for ikke et har de var jeg fra vi kan men seg også etter ble ut",
    "fi": "ja on ei että se oli ovat myös kun mutta hän niin kuin ole tai joka sen sekä vain voi jo mukaan ollut hänen",
    "cs": "a se v na je že s z do o to i ve pro k jsou by za jako po ale od při také byl nebo který která které již jen",
    "sk": "a sa v na je že s z do o to aj vo pre k sú by za ako po ale od pri tiež bol alebo ktorý ktorá ktoré už len",
    "ro": "și de în a la cu pe din că nu este care mai pentru sunt prin dar fi să al ale fost după sau această",
    "hr": "i u je na se da za su od s o koji ne to iz kao što biti ali nije bi još samo ili kako te koja koje",
    "sr": "и у је на се да за су од са о који не то из као што али није би још само или како те која које",
    "ca": "el la els les i de que a en un una per amb és del dels no més al però també són aquest aquesta seva seu han",
    "lt": "ir kad į iš yra su tai buvo kaip apie o bet ar po už dėl jau tik kuris savo metų",
    "lv": "un ir no ar ka uz par tas kas bija arī pie pēc kā lai bet to nav gada tika vai",
    "et": "ja on et ei see oli kui mis ka ning aga ta oma välja ole või kes veel siis pärast mitte",
    "sl": "in je v na se da za so z s ki pa ne tudi kot po bi od še iz bil ali do kar ter pri",
    "vi": "và của là có cho được với trong không các một những người đã này khi từ đến để như",
    "id": "yang dan di untuk dengan dari pada ini dalam itu tidak akan ke oleh juga adalah ada atau telah sebagai",
}  # fmt: skip
_CLAIMS: Final = Counter(word for words in _WORDS.values() for word in set(words.split()))
_SPEAKS_FOR: Final = {
    word: code for code, words in _WORDS.items() for word in words.split() if _CLAIMS[word] == 1 and len(word) > 1
}
_SMALL: Final = frozenset(_SPEAKS_FOR)
# Scripts that one of the detector's languages is written in; kana tell Japanese from Chinese.
_LETTER: Final = re.compile(r"[^\W\d_]")
_SCRIPTS: Final = {
    "he": re.compile("[\u05d0-\u05ea]"),
    "el": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "ko": re.compile("[\u1100-\u11ff\uac00-\ud7af]"),
    "ja": re.compile("[\u3041-\u309f\u30a1-\u30fa]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
}
_NOT_LATIN: Final = frozenset({"ru", "uk", "bg", "sr", "ar", "fa"})
_OTHER_SCRIPT: Final = re.compile("[\u0370-\u1dff\u3041-\ud7ff]")
_FEW: Final = 0.02  # of the characters
_ENOUGH: Final = 8  # letters
_SHARE: Final = 0.4  # of the letters
_KANA_SHARE: Final = 0.2


@cache
def function_words(language: str | None) -> frozenset[str]:
    """Return the function words of a language, folded; none where the language is not known."""
    return frozenset(word for written in _WORDS.get(language or "", "").split() for word in folded(written).split())


def language_of_words(text: str, words: int, times: int) -> str | None:
    """Return the language of at least `words` different function words of a text, and `times` as many as of any other."""
    code, most, next_most = _commonest(text)
    if most < words or most < times * next_most:
        return None
    return code if text.isascii() or code in _NOT_LATIN or len(_OTHER_SCRIPT.findall(text)) <= len(text) * _FEW else None


@lru_cache(maxsize=1)  # the same lines are asked first for what was declared, then for anything
def _commonest(text: str) -> tuple[str, int, int]:
    """Return the language of most different function words of a text, how many they are, and how many of the next."""
    found = [_SPEAKS_FOR[word] for word in _SMALL.intersection(text.lower().split())]
    (most, code), (next_most, _) = sorted([*((found.count(code), code) for code in set(found)), (0, ""), (0, "")])[:-3:-1]
    return code, most, next_most


def language_of_script(text: str) -> str | None:
    """Return the language whose own script many letters of a text are in; None for scripts of many languages."""
    if text.isascii() or not _OTHER_SCRIPT.search(text):
        return None
    letters = len(_LETTER.findall(text))
    for code, letter in _SCRIPTS.items():
        if len(letter.findall(text)) > max(letters * (_KANA_SHARE if code == "ja" else _SHARE), _ENOUGH):
            return code
    return None
