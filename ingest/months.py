"""The names of months in the languages that feeds write them in, whole and short; knows no date."""

from typing import Final

# Twelve names a line; several forms of one month are parted by a slash. English is read elsewhere.
_NAMES: Final = """
januar/jänner/jän februar/feber/feb märz/mär/mrz april/apr mai juni/jun juli/jul august/aug september/sep/sept oktober/okt november/nov dezember/dez
janvier/janv février/fevrier/févr/fév mars avril/avr mai juin juillet/juil août/aout septembre/sept octobre/oct novembre/nov décembre/decembre/déc
enero/ene febrero/feb marzo/mar abril/abr mayo/may junio/jun julio/jul agosto/ago septiembre/setiembre/sep/set octubre/oct noviembre/nov diciembre/dic
gennaio/gen febbraio/feb marzo/mar aprile/apr maggio/mag giugno/giu luglio/lug agosto/ago settembre/set ottobre/ott novembre/nov dicembre/dic
janeiro/jan fevereiro/fev março/marco/mar abril/abr maio/mai junho/jun julho/jul agosto/ago setembro/set outubro/out novembro/nov dezembro/dez
januari/jan februari/feb maart/mrt april/apr mei juni/jun juli/jul augustus/aug september/sep oktober/okt november/nov december/dec
januari/jan februari/feb mars/mar april/apr maj juni/jun juli/jul augusti/aug september/sep oktober/okt november/nov december/dec
stycznia/sty lutego/lut marca/mar kwietnia/kwi maja czerwca/cze lipca/lip sierpnia/sie września/wrz października/paź listopada/lis grudnia/gru
ledna února března dubna května června července srpna září října listopadu prosince
января/янв февраля/фев марта/мар апреля/апр мая/май июня/июн июля/июл августа/авг сентября/сен/сент октября/окт ноября/ноя декабря/дек
січня/січ лютого/лют березня/бер квітня/кві травня/тра червня/чер липня/лип серпня/сер вересня/вер жовтня/жов листопада/лис грудня/гру
ιανουαρίου/ιαν/ιανουάριος φεβρουαρίου/φεβ μαρτίου/μαρ/μάρ/μαρτ απριλίου/απρ μαΐου/μάι/μάϊ/μαι/μαϊ ιουνίου/ιούν/ιουν ιουλίου/ιούλ/ιουλ/ιούλιος αυγούστου/αύγ/αυγ σεπτεμβρίου/σεπ οκτωβρίου/οκτ νοεμβρίου/νοέ/νοε δεκεμβρίου/δεκ
január/jan február/febr március/márc/marc április/ápr/apr május/máj/maj június/jún/jun július/júl/jul augusztus/aug szeptember/szept október/okt november/nov december/dec
ocak/oca şubat/şub mart/mar nisan/nis mayıs/may haziran/haz temmuz/tem ağustos/ağu eylül/eyl ekim/eki kasım/kas aralık/ara
ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
"""  # noqa: E501 - a language a line


def _table() -> dict[str, int]:
    """Give the number of each name, without those that are two months in two languages."""
    found: dict[str, set[int]] = {}
    for line in _NAMES.split("\n"):
        for number, names in enumerate(line.split(), 1):
            for name in names.split("/"):
                found.setdefault(name.casefold(), set()).add(number)
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}


MONTHS: Final = _table()
