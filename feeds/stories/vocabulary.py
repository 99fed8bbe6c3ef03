"""Words by which headlines show what kind of item they head: recurring formats, live blogs, opinion, days; knows no item."""

import re
from collections.abc import Iterator
from typing import Final

from ingest.text.folding import fold, folded

_TEMPLATES: Final = """
exchange rate|exchange rates|currency rates|gold price|gold rate|petrol price|fuel price|oil price|bitcoin price
stock market today|markets wrap|closing bell|opening bell|wechselkurs|devisenkurse|goldpreis|benzinpreis|dax aktuell
taux de change|cours de l or|cours de change|cambio oggi|tasso di cambio|tipo de cambio|dolar hoy|dolar blue
precio del dolar|cotizacion|cotacao do dolar|dolar hoje|wisselkoers|kurs walut|kursy walut|курс валют|курс доллара
курс евро|курсы валют|שער הדולר|שערי חליפין|سعر الدولار|سعر الصرف|اسعار العملات|اسعار الذهب|wordle|quordle
connections hints|connections answers|nyt connections|nyt strands|nyt mini|spelling bee|crossword|sudoku|puzzle hints
hints and answers|hints and answer|quiz|kreuzwortratsel|mots croises|cruciverba|crucigrama|kruiswoord|krzyzowka
кроссворд|תשבץ|weather|forecast|wetter|wettervorhersage|meteo|previsions|previsioni|el tiempo|pronostico
previsao do tempo|weerbericht|weer in|pogoda|prognoza|погода|прогноз погоды|מזג האוויר|حالة الطقس|الطقس|air quality
pollen|tide times|surf report|traffic report|stau|horoscope|horoskop|horoscopo|oroscopo|гороскоп|הורוסקופ|ابراج
lottery|lotto|lottozahlen|powerball|mega millions|loteria|loto|euromillions|eurojackpot|lotofacil|estrazioni
superenalotto|staatsloterij|loterij|лото|what we know|what to know|ce que l on sait|ce qu il faut savoir
was wir wissen|was bekannt ist|cosa sappiamo|lo que sabemos|o que sabemos|wat we weten|co wiemy|что известно|מה שידוע
ما نعرفه|key events|morning briefing|evening briefing|daily briefing|news briefing|at a glance|headlines today
top stories|top headlines|morning headlines|things to know|newsletter|roundup|round up|recap|weekly review
week in review|press review|revue de presse|presseschau|rassegna stampa|revista de prensa|przeglad prasy|обзор прессы
סקירת עיתונות|paper review|front pages|what the papers say|le point sur|l essentiel de|news zum
das geschah in der nacht|der tag im uberblick|nachrichtenuberblick|le notizie di|cartoon of the day|picture of the day
photo of the day|quote of the day|word of the day|deal of the day|best deals|tv tonight|tv guide|what s on tv
programme tv|tv programm|stasera in tv|guida tv|this day in history|on this day|ce jour la|efemerides|open thread
daily discussion|fixtures|league table|power rankings|box office|billboard|crime log|police log|police blotter
court list|death notices|obituaries|traueranzeigen|blitzer|geblitzt|ereignisse des tages|borsa milano|piazza affari
corona zahlen|fallzahlen|inzidenz|пробки|letters readers|avis de deces|necrologi|job vacancies|daily digest
weekly digest|release notes|changelog|nightly build|security advisory
"""
_LIVE: Final = """
live updates|live blog|liveblog|live coverage|liveticker|newsblog|im ticker|en direct|en vivo|ao vivo|in diretta
as it happened|minuto a minuto|minute par minute|na zywo|relacja|онлайн|прямая трансляция|текстовая трансляция|хроника
בשידור חי|مباشر|as it happens|rivivi la diretta|latest updates|latest news|business live|war live|football live
politics live
"""
_OPINION: Final = """
opinion|opinions|editorial|commentary|analysis|op ed|kommentar|meinung|leitartikel|glosse|gastbeitrag|kolumne|tribune
chronique|edito|opinione|editoriale|commento|columna|tribuna|opiniao|opinie|commentaar|columnist|felieton|komentarz
мнение|колонка|דעה|פרשנות|راي|تحليل
"""
_MONTHS: Final = (
    "january jan janvier januar jänner gennaio enero janeiro januari styczen stycznia января січня ינואר يناير",
    "february feb fevrier februar febbraio febrero fevereiro februari luty lutego февраля лютого פברואר فبراير",
    "march mar mars marz marzo marco maart marzec marca марта березня מרץ مارس",
    "april apr avril aprile abril kwiecien kwietnia апреля квітня אפריל ابريل",
    "may mai maggio mayo maio mei maj maja мая травня מאי مايو",
    "june jun juin juni giugno junio junho czerwiec czerwca июня червня יוני يونيو",
    "july jul juillet juli luglio julio julho lipiec lipca июля липня יולי يوليو",
    "august aug aout agosto augustus sierpien sierpnia августа серпня אוגוסט اغسطس",
    "september sep sept septembre settembre septiembre setembro wrzesien wrzesnia сентября вересня ספטמבר سبتمبر",
    "october oct octobre oktober ottobre octubre outubro pazdziernik pazdziernika октября жовтня אוקטובר اكتوبر",
    "november nov novembre noviembre novembro listopad listopada ноября листопада נובמבר نوفمبر",
    "december dec decembre dezember dicembre diciembre dezembro grudzien grudnia декабря грудня דצמבר ديسمبر",
)
_WEEKDAYS: Final = (
    "monday lundi montag lunedi lunes segunda-feira maandag poniedzialek понедельник понеділок الاثنين pazartesi יום-שני",
    "tuesday mardi dienstag martedi martes terca-feira dinsdag wtorek вторник вівторок الثلاثاء sali יום-שלישי",
    "wednesday mercredi mittwoch mercoledi miercoles quarta-feira woensdag sroda среда среду середа الاربعاء carsamba יום-רביעי",
    "thursday jeudi donnerstag giovedi jueves quinta-feira donderdag czwartek четверг четвер الخميس persembe יום-חמישי",
    "friday vendredi freitag venerdi viernes sexta-feira vrijdag piatek пятница пятницу пятниця الجمعه cuma יום-שישי",
    "saturday samedi samstag sonnabend sabato sabado zaterdag sobota суббота субботу субота السبت cumartesi",
    "sunday dimanche sonntag domenica domingo zondag niedziela воскресенье неділя الاحد pazar יום-ראשון",
)
_SERIES: Final = {
    "day": "day tag jour journee giorno giornata dia dag dzien день יום اليوم",
    "part": "part teil partie parte deel czesc episode folge folgen puntata episodio aflevering odcinek часть серия season ep vol",
    "round": "round stage etape tappa etapa etappe runde ronde week semaine woche settimana semana"
    " matchday spieltag jornada gameweek",
    "number": "no nr game issue puzzle edition number ausgabe numero nummer wordle quordle version update",
}


def _phrases(text: str) -> re.Pattern[str]:
    parts = {folded(part) for part in re.split(r"[|\n]", text)} - {""}
    listed = "|".join(sorted(parts, key=lambda part: (-len(part), part)))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)")


_TEMPLATE: Final = _phrases(_TEMPLATES)
_COLUMN: Final = re.compile(
    r"(?:the |your |today s )?(?:daily|morning|evening|weekly|nightly|afternoon|hebdo|taglich\w*|cartoon|karikatur|vignetta)(?!\w)"
)
_IS_LIVE: Final = _phrases(_LIVE)
_OPENS_OPINION: Final = _phrases(_OPINION)
_OPINION_PATH: Final = re.compile(r"/(?:opinions?|editorials?|commentisfree|kommentar|meinung|idees|debats|columns?|views|blogs?)/")
_MONTH: Final = {fold(word): number for number, names in enumerate(_MONTHS, 1) for word in names.split()}
_WEEKDAY: Final = {folded(word): number for number, names in enumerate(_WEEKDAYS) for word in names.split()}
_IS_WEEKDAY: Final = re.compile(rf"(?<!\w)ב?({'|'.join(sorted(_WEEKDAY, key=lambda day: (-len(day), day)))})(?!\w)")
_KIND: Final = {fold(word): kind for kind, names in _SERIES.items() for word in names.split()}
_KINDS: Final = "|".join(sorted(_KIND, key=lambda word: (-len(word), word)))
_ALIVE: Final = frozenset("live ticker direct diretta livestream".split())
_START: Final = 4  # words of a title that name its column

_COUNTED: Final = (
    "two deux zwei due dos twee dwa два двое שני",
    "three trois drei tre tres drie trzy три трое שלושה",
    "four quatre vier quattro cuatro quatro cztery четыре",
    "five cinq funf cinque cinco vijf piec пять",
    "six sechs sei seis zes szesc шесть",
    "seven sept sieben sette siete zeven siedem семь",
    "eight huit acht otto ocho oito osiem восемь",
    "nine neuf neun nove nueve negen dziewiec девять",
    "ten dix zehn dieci diez dez tien dziesiec десять",
    "eleven onze elf undici once jedenascie одиннадцать",
    "twelve douze zwolf dodici doce doze twaalf dwanascie двенадцать",
)
_COUNT: Final = {fold(word): str(number) for number, names in enumerate(_COUNTED, 2) for word in names.split()}
_FIRST: Final = dict.fromkeys("one un eins uno een jeden один אחד".split(), "1")  # an article elsewhere
_WRITTEN: Final = "|".join(sorted({*_COUNT, *_FIRST}, key=lambda word: (-len(word), word)))
_NUMBERED: Final = re.compile(
    rf"(?<!\w)(?:({_KINDS}) (?:n |no |nr )?(\d+|{_WRITTEN})|(\d+)(?:st|nd|rd|th|e|eme|ere|a|o)? ({_KINDS}))(?!\w)"
)
_OPPOSITES: Final = """
rise fall|rises falls|rising falling|rose fell|up down|higher lower|gain lose|gains losses|gains slips|win lose
wins loses|won lost|open close|opens closes|opened closed|open closed|start end|starts ends|begin end|begins ends
accept reject|accepts rejects|acquitted convicted|guilty innocent|arrested released|increase decrease|jump drop
jumps drops|surges plunges|climb slide|climbs slides|steigt fallt|steigen fallen|hoher tiefer|gewinnt verliert
plus minus|offnet schliesst|hausse baisse|monte baisse|gagne perd|ouvre ferme|sale scende|salgono scendono|vince perde
rialzo ribasso|rialzo calo|positivo negativo|fester schwacher|surges slips|yellow amber|gains drops|falls climbs
slips jumps|apre chiude|sube baja|suben bajan|gana pierde|alza baja|stijgt daalt|wint verliest|растет падает
вырос упал|выиграл проиграл|открыл закрыл|ahead after|before after
vor nach|avant apres|antes despues|prima dopo|buy sell|first second|second third|morning evening|men women|mens womens
"""
OPPOSITE: Final = frozenset(frozenset(pair.split()) for pair in re.split(r"[|\n]", _OPPOSITES) if pair.strip())
"""Two words that make of one headline another one."""

NEGATIONS: Final = frozenset(
    "not never cannot nicht kein keine keinen keinem keiner keines niemals jamais nunca niet geen nooit inte aldrig ikke"
    " не нет никогда לא אינו אינה אין לן لا لن لم ليس ليست नहीं tidak bukan không khong nem nao não degil değil δεν δε".split()
)
"""Words, folded, that deny a sentence and mean nothing else in another language."""

_NEGATIONS_OF: Final = """
en no t|fr pas ne aucun aucune|it non mai nessun nessuna|es no ningun ninguna|pt nenhum nenhuma|ca no|ro nu|fi ei eivat|et ei
cs ne neni|sk nie ne|pl nie|sl ne ni|hr ne ni nije nisu|sr ne ni nije nisu|bg ne ni|nb nei ingen|no nei ingen
da ej ingen|sv ej ingen
fa نه|hi न
"""
NEGATIONS_OF: Final = {words[0]: frozenset(words[1:]) for part in re.split(r"[|\n]", _NEGATIONS_OF) if (words := part.split())}
"""The same by language, where the word is another one elsewhere (Dutch `nu` is now)."""

FORMAT: Final = frozenset(
    "live update updates latest breaking direct directs diretta ticker liveblog video watch exclusive news".split()
)
"""Words that say how a headline is told, never what of."""


def template(plain: str) -> str | None:
    """Return the words of a folded title that name a format which comes back day after day."""
    found = _TEMPLATE.search(plain) or _COLUMN.match(plain)
    return found[0] if found else None


def is_live(title: str, plain: str) -> bool:
    """Return whether a title heads a page that goes on changing."""
    parts = plain.split()
    ends = {*parts[:1], *parts[-1:]} if parts else set()
    shouted = {word.lower() for word in re.findall(r"[A-Z]{4,}", title)} if not title.isupper() else set()
    return title.lstrip().startswith("++") or bool(_IS_LIVE.search(plain)) or bool(_ALIVE & (ends | shouted))


def is_opinion(plain: str, url: str) -> bool:
    """Return whether a title or an address calls itself opinion."""
    opening = " ".join(plain.split()[:_START])
    return bool(_OPENS_OPINION.match(opening)) or bool(_OPINION_PATH.search(url))


def month(word: str) -> int | None:
    """Return the number of a month by its folded name."""
    return _MONTH.get(word)


def weekdays(plain: str) -> Iterator[int]:
    """Return the days of the week that a folded text names; Monday is 0."""
    return (_WEEKDAY[day] for day in _IS_WEEKDAY.findall(plain))


def counted(plain: str) -> Iterator[str]:
    """Return the small numbers that a folded text writes out."""
    return (_COUNT[word] for word in plain.split() if word in _COUNT)


def series(plain: str) -> Iterator[tuple[str, str]]:
    """Return which one of a row a folded text says it is: ("day", "12")."""
    for before, number, other, after in _NUMBERED.findall(plain):
        said = number or other
        yield _KIND[before or after], _COUNT.get(said) or _FIRST.get(said) or said
