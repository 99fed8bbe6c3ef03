"""The stop words of thirteen languages, folded: a term of another language that is one of them is ambiguous there."""

from functools import cache
from typing import Final

from ingest.text.folding import folded

_WORDS: Final = {
    "en": "the and that have with this from they say her she will one all would there their what out about who get which go"
    " me when make can like time just him know take people into year good some could them see other than then now look only"
    " come its over think also back after use two how our work first well way even new want because any these give day most us"
    " post red net web platform stream feed social threads signal discord steam rumble gab meta",
    "fr": "le la les de des du un une et est que qui dans ce il elle pas pour sur au avec son sa ses par plus se ne mais on"
    " ou comme tout nous sa fait ont leur bien sans peut deux aussi même être avoir cette ces entre sous très après avant"
    " temps jour monde homme rue site post poste son ton an rat chat pain four sale coin main",
    "de": "der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass"
    " sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man"
    " sein wurde gegen tag land zeit rat gift bad fast hell not rot web post rede also art hat war was wer",
    "es": "el la de que y en un ser se no haber por con su para como estar tener le lo todo pero más hacer o poder decir este"
    " ir otro ese la si me ya ver porque dar cuando él muy sin vez mucho saber qué sobre mi alguno mismo yo también hasta red"
    " once pie ropa mayor carta largo sin son come",
    "it": "di che è e la il un a per in una mi sono ho non ma lo ha le si ti i con cosa se io come da ci no questo qui sei"
    " del bene tu sì me al hai solo te tutto della era gli mai quando essere fatto ora molto loro voi rete social come sale"
    " camera fine estate more pane dove due",
    "nl": "de en het van ik te dat die in een hij niet zijn is was op aan met als voor had er maar om hem dan zou of wat mijn"
    " men dit zo door over ze zich bij ook tot je mij uit der daar haar naar heb hoe heeft hebben net web red die post al"
    " laat slang boom bad",
    "pl": "i w nie na się z do to że jest o jak ale po co tak za od go już czy mi przez tylko by jego dla mnie może jej tym"
    " ma jeszcze sieć sieci ten pan kot but post to no",
    "ru": "и в не на я быть он с что а по это она этот к но они мы весь который из у за от так для ты же все год человек"
    " о один еще бы такой только себя свое какой когда уже сеть пост лента",
    "uk": "і в не на я бути він з що а по це вона цей до але вони ми весь який із у за від так для ти ж усі рік людина про"
    " один ще б такий тільки себе коли вже мережа пост стрічка",
    "he": "של את על לא זה הוא עם כי גם היא אני או אם כל אבל יש מה היה רק לו כמו אין בין אחד יותר מטא רשת",
    "ar": "في من على أن إلى عن مع هذا التي الذي كان لا ما هو هي قال كل بعد قبل بين عند حتى أو ثم لم لن قد شبكة منصة سامية",
    "hu": "a az és hogy nem is van ez egy volt de ha csak meg már mint még ki ezt aki mert azt be minden lesz lehet háló net"
    " hat ment ma most on",
    "pt": "o de a e que do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou"
    " ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo rede sobre quem",
}


@cache
def _by_word() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for language, words in _WORDS.items():
        for word in words.split():
            found.setdefault(folded(word), set()).add(language)
    return {word: frozenset(languages) for word, languages in found.items()}


def languages_with_stop_word(word: str) -> frozenset[str]:
    """Return the languages in which a folded word is a stop word."""
    return _by_word().get(word, frozenset())
