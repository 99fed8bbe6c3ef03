from typing import Final

import pytest
from story_making import article

from feeds.model import Relation
from feeds.stories.guards import objection
from feeds.stories.pair import _pair, compare

TWINS: Final = [  # two editions of one form: (one, the other, hours between)
    ("Border conflict: list of key events, day 412", "Border conflict: list of key events, day 413", 24),
    ("Word game: answer and hints for June 12", "Word game: answer and hints for June 13", 24),
    ("Today's crossword hints and answer", "Today's crossword hints and answer", 24),
    ("Connections hints and answers for Tuesday", "Connections hints and answers for Wednesday", 24),
    ("Курс доллара на сегодня", "Курс доллара на сегодня", 24),
    ("Курс евро упал до 88,5 рубля", "Курс евро упал до 87,1 рубля", 5),
    ("Wechselkurse am 12. Mai: So steht der Euro", "Wechselkurse am 13. Mai: So steht der Euro", 24),
    ("Lottozahlen am Mittwoch: Das sind die Gewinnzahlen", "Lottozahlen am Samstag: Das sind die Gewinnzahlen", 72),
    ("Météo : temps ensoleillé ce lundi", "Météo : temps ensoleillé ce mardi", 24),
    ("Le cours de l'or du 12 mai", "Le cours de l'or du 13 mai", 24),
    ("Le profil de la 12e étape du tour", "Le profil de la 13e étape du tour", 24),
    ("Oroscopo di oggi, lunedì 12 giugno", "Oroscopo di oggi, martedì 13 giugno", 24),
    ("Dólar hoy: cotización del lunes 12 de junio", "Dólar hoy: cotización del martes 13 de junio", 24),
    ("Weer in Nederland: maandag zonnig en 22 graden", "Weer in Nederland: dinsdag zonnig en 24 graden", 24),
    ("Kurs walut 12 maja: ile kosztuje euro", "Kurs walut 13 maja: ile kosztuje euro", 24),
    ("שער הדולר היציג נקבע היום", "שער הדולר היציג נקבע היום", 24),
    ("Police appeal after fatal crash in Norwick", "Police appeal after fatal crash in Veldrin", 5),
    ("Man arrested after stabbing in Norwick", "Man arrested after stabbing in Dorval", 8),
    ("Wahlergebnis Stadtrat Augsburg: alle Zahlen", "Wahlergebnis Stadtrat Kempten: alle Zahlen", 5),
    ("Arsenal 2-1 Chelsea: player ratings", "Arsenal 3-1 Fulham: player ratings", 30),
    ("Shares close higher on tech gains", "Shares close lower on tech losses", 24),
    ("Magnitude 5.1 earthquake strikes Tonga", "Magnitude 5.6 earthquake strikes Tonga", 9),
    ("Sudoku medium: puzzle 5,912", "Sudoku medium: puzzle 5,913", 24),
    ("What we know about the fire in Norwick", "What we know about the fire in Dorval", 50),
    ("Photos of the day: June 12", "Photos of the day: June 13", 24),
    ("TV tonight: a gripping new thriller", "TV tonight: a documentary on miners", 24),
    ("Bundesliga, 12. Spieltag: Alle Spiele im Überblick", "Bundesliga, 13. Spieltag: Alle Spiele im Überblick", 168),
    ("Election results: Northampton council", "Election results: Nottingham council", 5),
    ("Prime Minister Dorval meets Norwick in Veldrin", "Prime Minister Ostrava meets Norwick in Veldrin", 20),
    ("Two killed in Norwick helicopter crash", "Three killed in Dorval helicopter crash", 9),
    ("Ukraine-Krieg: Die Ereignisse des Tages", "Ukraine-Krieg: Die Ereignisse des Tages", 24),
    ("10 things to know today", "10 things to know today", 24),
    ("Essais libres 1 : les résultats", "Essais libres 2 : les résultats", 5),
    ("Sturm in Norddeutschland: Bahnverkehr eingestellt", "Sturm in Süddeutschland: Bahnverkehr eingestellt", 8),
    ("Spritpreise: So teuer ist Benzin am Montag", "Spritpreise: So teuer ist Benzin am Dienstag", 24),
    ("Borsa, lo spread apre a 185 punti", "Borsa, lo spread apre a 189 punti", 24),
    ("Terremoto a Norvica, magnitudo 3.1", "Terremoto a Veldrina, magnitudo 3.4", 7),
    ("Сводка за 12 мая: главное", "Сводка за 13 мая: главное", 24),
    ("Precio de la luz hoy, 12 de mayo", "Precio de la luz mañana, 13 de mayo", 24),
    ("Wyniki losowania z 12 maja", "Wyniki losowania z 14 maja", 48),
    ("Verkeersinformatie: files op de A2 bij Norwijk", "Verkeersinformatie: files op de A4 bij Dorval", 5),
    ("Woman, 34, dies after car hits tree in Norwick", "Man, 52, dies after car hits tree in Dorval", 9),
    ("How to watch Norwick v Dorval: kick-off time", "How to watch Norwick v Veldrin: kick-off time", 40),
    ("Harbour tools 7.1.3b4", "Harbour tools 7.1.3b3", 5),
    ("Re: How do I moor a boat in a storm?", "How do I moor a boat in a storm?", 21),
    ("The Morning Letter: banks and ferries", "The Morning Letter: shops and ferries", 24),
    ("Euro hoje: veja a cotação desta segunda-feira", "Euro hoje: veja a cotação desta terça-feira", 24),
    ("Gram altın: pazartesi fiyatları", "Gram altın: salı fiyatları", 24),
    ("תחזית: חם מהרגיל ביום שני", "תחזית: חם מהרגיל ביום שלישי", 24),
    ("Norwick Fringe: reviews, day two", "Norwick Fringe: reviews, day three", 24),
    ("Norwick Open: order of play for day one", "Norwick Open: order of play for day two", 20),
    ("Asian shares mixed ahead of US data", "Asian shares mixed after US data", 24),
    ("Harbour Corp shares rise after results", "Harbour Corp shares fall after results", 2),
    ("Cartoon: Anna Dorval on the ferry", "Cartoon: Anna Dorval on the budget", 24),
    ("Norwick vs. Veldrin: kick-off and where to watch", "Norwick vs. Dorval: kick-off and where to watch", 72),
    ("Missing girl, 14, found safe in Norwick", "Missing boy, 12, found safe in Norwick", 6),
]


@pytest.mark.parametrize("place", ["one address", "two addresses", "no address"])
@pytest.mark.parametrize("twins", TWINS, ids=lambda twins: twins[0][:30])
def test_two_editions_of_one_form_are_two_stories(twins: tuple[str, str, float], place: str) -> None:
    """Rates, hints, days, weather, places: one source's daily form makes no story, even at one address for all days."""
    one, two, hours = twins
    first, second = {"one address": ("http://p.example/x",) * 2, "two addresses": ("", ""), "no address": (None, None)}[place]
    assert compare(article(one, url=first), article(two, url=second, hours=hours)).relation is not Relation.SAME


def test_a_daily_form_is_still_one_story_at_two_papers() -> None:
    """The same edition of a daily form, carried by two papers within hours with its text, is one story."""
    text = (
        "Rain from the west reaches the coast by noon and clears at night, with gusts of 70 km/h on the cliffs near Norwick town."
    )
    one, two = article("Weather: rain from the west", text), article("Weather: rain from the west", text, source="Gazette", hours=2)
    assert compare(one, two).relation is Relation.SAME


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (
            "Fugitive held in Asssam's Dibrug jail after 36 days on the run",
            "Fugitive held in Assam's Dibrug jail after 36 days on the run",
        ),
        ("Police ban protest in the square", "Police ban protest in the old square"),
    ],
    ids=["a slip of the pen", "a word more"],
)
def test_an_edit_is_no_twin(one: str, two: str) -> None:
    """A corrected name or an added word is no other edition."""
    a, b = article(one, url=None), article(two, url=None, hours=2)
    assert objection(_pair(a, b)) is None
    assert compare(a, b).relation is Relation.SAME


def test_a_corrected_figure_is_an_edit_for_some_hours() -> None:
    """At one address a figure alone may be mended within hours; a day later it is the next edition."""
    soon = compare(
        article("Club bid 250 million", url="http://p.example/x"),
        article("Club bid 225 million", url="http://p.example/x", hours=2),
    )
    late = compare(
        article("Club bid 250 million", url="http://p.example/x"),
        article("Club bid 225 million", url="http://p.example/x", hours=9),
    )
    assert (soon.relation, late.relation) == (Relation.SAME, Relation.RELATED)


def test_a_growing_toll_is_one_article_at_one_address_and_two_at_two() -> None:
    """An article that is updated keeps its address; an update at an address of its own is another article."""
    one = article("Ferry fire in Norwick: 21 hurt", url="http://p.example/x")
    assert compare(one, article("Norwick ferry fire leaves 29 hurt", url="http://p.example/x", hours=9)).relation is Relation.SAME
    assert (
        compare(one, article("Norwick ferry fire leaves 29 hurt", url="http://p.example/y", hours=9)).relation is Relation.RELATED
    )


def test_without_an_address_another_first_word_is_another_name() -> None:
    """Where nothing but the first word differs it may be a name or an edit: only one address for both tells an edit."""
    one, two = "Norwick Bank reports profit of 1.2bn", "Veldrin Bank reports profit of 1.2bn"
    assert compare(article(one, url=None), article(two, url=None, hours=3)).relation is Relation.RELATED
    one, two = "Explosion at Norwick refinery injures four", "Blast at Norwick refinery injures four"
    first, second = article(one, url="http://p.example/x"), article(two, url="http://p.example/x", hours=3)
    assert compare(first, second).relation is Relation.SAME


FORM = (
    "The dollar rose to {} zlotys in early trade on {} as traders waited for the central bank, while the euro held at {} "
    "and the pound slipped to {} in thin turnover, dealers said."
)


def test_one_address_with_other_figures_in_its_text_a_day_later_is_another_edition() -> None:
    """A page that keeps address, title and wording and changes every figure overnight is a form; within hours it is an update."""
    one = article("Dollar firms in early trade", FORM.format("4.02", "Monday", "4.31", "5.08"), url="http://p.example/fx")
    two = FORM.format("4.05", "Tuesday", "4.29", "5.03")
    assert (
        compare(one, article("Dollar firms in early trade", two, url="http://p.example/fx", hours=24)).relation is Relation.RELATED
    )
    assert compare(one, article("Dollar firms in early trade", two, url="http://p.example/fx", hours=2)).relation is Relation.SAME
