"""The names of the days of the week in some fifty languages, as the Unicode CLDR has them; knows no text.

The data are Unicode's (Unicode License V3), the names as they stand within a date, Monday first.
"""

from collections import Counter
from functools import cache
from typing import Final

from ingest.text.folding import folded

_NAMES: Final = """
af Maandag|Dinsdag|Woensdag|Donderdag|Vrydag|Saterdag|Sondag
ar الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد
az Bazar ertəsi|Çərşənbə axşamı|Çərşənbə|Cümə axşamı|Cümə|Şənbə|Bazar
be панядзелак|аўторак|серада|чацвер|пятніца|субота|нядзеля
bg понеделник|вторник|сряда|четвъртък|петък|събота|неделя
bn সোমবার|মঙ্গলবার|বুধবার|বৃহস্পতিবার|শুক্রবার|শনিবার|রবিবার
bs ponedjeljak|utorak|srijeda|četvrtak|petak|subota|nedjelja
ca dilluns|dimarts|dimecres|dijous|divendres|dissabte|diumenge
cs pondělí|úterý|středa|čtvrtek|pátek|sobota|neděle
da mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag
de Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag
el Δευτέρα|Τρίτη|Τετάρτη|Πέμπτη|Παρασκευή|Σάββατο|Κυριακή
en Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday
es lunes|martes|miércoles|jueves|viernes|sábado|domingo
et esmaspäev|teisipäev|kolmapäev|neljapäev|reede|laupäev|pühapäev
eu astelehena|asteartea|asteazkena|osteguna|ostirala|larunbata|igandea
fa دوشنبه|سه\u200cشنبه|چهارشنبه|پنجشنبه|جمعه|شنبه|یکشنبه
fi maanantaina|tiistaina|keskiviikkona|torstaina|perjantaina|lauantaina|sunnuntaina
fr lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche
gl luns|martes|mércores|xoves|venres|sábado|domingo
he יום שני|יום שלישי|יום רביעי|יום חמישי|יום שישי|יום שבת|יום ראשון
hi सोमवार|मंगलवार|बुधवार|गुरुवार|शुक्रवार|शनिवार|रविवार
hr ponedjeljak|utorak|srijeda|četvrtak|petak|subota|nedjelja
hu hétfő|kedd|szerda|csütörtök|péntek|szombat|vasárnap
hy երկուշաբթի|երեքշաբթի|չորեքշաբթի|հինգշաբթի|ուրբաթ|շաբաթ|կիրակի
id Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu
is mánudagur|þriðjudagur|miðvikudagur|fimmtudagur|föstudagur|laugardagur|sunnudagur
it lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica
ja 月曜日|火曜日|水曜日|木曜日|金曜日|土曜日|日曜日
ka ორშაბათი|სამშაბათი|ოთხშაბათი|ხუთშაბათი|პარასკევი|შაბათი|კვირა
kk дүйсенбі|сейсенбі|сәрсенбі|бейсенбі|жұма|сенбі|жексенбі
ko 월요일|화요일|수요일|목요일|금요일|토요일|일요일
lt pirmadienis|antradienis|trečiadienis|ketvirtadienis|penktadienis|šeštadienis|sekmadienis
lv pirmdiena|otrdiena|trešdiena|ceturtdiena|piektdiena|sestdiena|svētdiena
mk понеделник|вторник|среда|четврток|петок|сабота|недела
ms Isnin|Selasa|Rabu|Khamis|Jumaat|Sabtu|Ahad
nb mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag
nl maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag
nn måndag|tysdag|onsdag|torsdag|fredag|laurdag|søndag
pl poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela
pt segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira|sábado|domingo
ro luni|marți|miercuri|joi|vineri|sâmbătă|duminică
ru понедельник|вторник|среда|четверг|пятница|суббота|воскресенье
sk pondelok|utorok|streda|štvrtok|piatok|sobota|nedeľa
sl ponedeljek|torek|sreda|četrtek|petek|sobota|nedelja
sq e hënë|e martë|e mërkurë|e enjte|e premte|e shtunë|e diel
sr понедељак|уторак|среда|четвртак|петак|субота|недеља
sv måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag
sw Jumatatu|Jumanne|Jumatano|Alhamisi|Ijumaa|Jumamosi|Jumapili
ta திங்கள்|செவ்வாய்|புதன்|வியாழன்|வெள்ளி|சனி|ஞாயிறு
te సోమవారం|మంగళవారం|బుధవారం|గురువారం|శుక్రవారం|శనివారం|ఆదివారం
th วันจันทร์|วันอังคาร|วันพุธ|วันพฤหัสบดี|วันศุกร์|วันเสาร์|วันอาทิตย์
tr Pazartesi|Salı|Çarşamba|Perşembe|Cuma|Cumartesi|Pazar
uk понеділок|вівторок|середа|четвер|пʼятниця|субота|неділя
ur پیر|منگل|بدھ|جمعرات|جمعہ|ہفتہ|اتوار
uz dushanba|seshanba|chorshanba|payshanba|juma|shanba|yakshanba
vi Thứ Hai|Thứ Ba|Thứ Tư|Thứ Năm|Thứ Sáu|Thứ Bảy|Chủ Nhật
zh 星期一|星期二|星期三|星期四|星期五|星期六|星期日
"""
WEEKS: Final = {code: names.split("|") for code, _, names in (line.partition(" ") for line in _NAMES.strip().split("\n"))}
_LONG_ENOUGH: Final = 5  # letters of a name whose last may change


@cache
def _names(language: str | None) -> dict[str, int]:
    """Return the day of each name in a language, or in all; a word that stands in several days of a week ("day") names none."""
    found: dict[str, int] = {}
    for names in WEEKS.values() if language is None else (WEEKS[language],) if language in WEEKS else ():
        week = [(word, day) for day, name in enumerate(names) for word in folded(name).split()]
        often = Counter(word for word, _ in week)
        found |= {word: day for word, day in week if often[word] == 1 and len(word) > 2}  # noqa: PLR2004
    return found


@cache
def _without_vowel(language: str | None) -> dict[str, int]:
    """Return the day of each name without its last letter, which a case changes ("sobota", "sobotę")."""
    found: dict[str, set[int]] = {}
    for name, day in _names(language).items():
        if len(name) >= _LONG_ENOUGH:
            found.setdefault(name[:-1], set()).add(day)
    return {stem: days.pop() for stem, days in found.items() if len(days) == 1}


def weekday(word: str, language: str | None) -> int | None:
    """Return the day that a folded word names, in most cases of its language, or begins with ("vrijdagavond"); Monday is 0."""
    names = _names(language)
    if word in names:
        return names[word]
    day = _without_vowel(language).get(word[:-1])
    return (
        next((names[stem] for n in range(_LONG_ENOUGH + 1, len(word)) if (stem := word[:n]) in names), None) if day is None else day
    )
