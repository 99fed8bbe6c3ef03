import pytest
from wording import GROUPS, wording

from feeds.tagging.topic.model import Term
from ingest.errors import TopicError


def refusal(head: str, groups: str = GROUPS) -> str:
    """Return the one line with which a wording is refused, without the file's name."""
    with pytest.raises(TopicError) as caught:
        wording(head, groups)
    return str(caught.value).removeprefix("harbour.toml").partition(": ")[2]


def of_term(term: str, language: str = "any") -> str:
    """Return the refusal of a term, without its place."""
    return refusal('require = ["word"]', f"[group.word]\n{language} = ['{term}']").removeprefix(f'group.word.{language}: "{term}" ')


# Words that could find nothing, or not what they seem to


@pytest.mark.parametrize("term", ["", "*", "!!!", "*~", " - ", "..", "…", "(((", "\u200b"])
def test_a_term_without_letters_is_refused(term: str) -> None:
    """A term that folds to nothing would find nothing, or everything."""
    assert of_term(term) == "has no letters that could match; delete it or write words"


@pytest.mark.parametrize("term", ["bo*at", "small * boat", "* boat", "boat *", ".. boat", "small ..", "b*o*at*"])
def test_a_star_or_gap_where_none_can_stand_is_refused(term: str) -> None:
    """A star inside a word or alone, and a gap at an end, would silently mean something else."""
    assert of_term(term) == "has a star or .. where none can stand; a star goes before or after a word, .. between words"


@pytest.mark.parametrize(
    "term", ["boat*", "*boat*", "small* *boat", "small .. boat", "small..boat", "anti-*slip*", "bo.at", "A*", "small boat…"]
)
def test_stars_at_the_edges_of_words_and_gaps_between_them_are_fine(term: str) -> None:
    """What the file format promises is let through as it is written."""
    (group,) = wording('require = ["word"]', f'[group.word]\nany = ["{term}"]').groups
    assert group.terms == (Term(term, None),)


@pytest.mark.parametrize("language", ["any", "he", "uk", "zh"])
def test_a_stem_is_refused_where_none_is_known(language: str) -> None:
    """A stem needs a language that has a stemmer; the cure names them and the star."""
    said = of_term("word~", language)
    assert said.startswith("asks for a stem; stems are known in ar, ca, cs, ")
    assert said.endswith("; use *")


@pytest.mark.parametrize("term", ["{place}", "{place} fees", "the {place}"])
def test_a_groups_term_names_no_group(term: str) -> None:
    """Only a frame may have a hit of another group among its words."""
    said = refusal('require = ["ship"]', f'{GROUPS}\n[group.word]\nany = ["{term}"]')
    assert said == f'group.word: "{term}" names a group in brackets; only the terms of a frame may; write words'


@pytest.mark.parametrize("near", [0, 1, 999])
def test_near_may_be_any_number_of_words(near: int) -> None:
    """None at all is a number too: only words side by side meet then."""
    assert wording(f'require = ["ship"]\nnear = {near}').near == near


# The same in a query


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ('ship OR "!!!"', 'query: "!!!" has no letters that could match; delete it or write words'),
        ('ship OR "small .."', 'query: "small .." has a star or .. where none can stand; '),
        ('ship OR "bo*at"', 'query: "bo*at" has a star or .. where none can stand; '),
        ('ship OR "boat~"', 'query: "boat~" asks for a stem; '),
        (
            'ship OR title:"{place} fees"',
            'query: "{place} fees" names a group in brackets; only the terms of a frame may; write words',
        ),
        ('ship NOT source:"..."', 'query: source:"..." has no letters that could match; delete it or write a name'),
        ("ship AND lang:EN", 'query: "EN" is no language; use a code such as lang:fr'),
        ("ship AND lang:english", 'query: "english" is no language; use a code such as lang:fr'),
        ("ship AND lang:pt-br", 'query: "pt-br" is no language; use a code such as lang:fr'),
        ("ship AND plac", 'query, line 1, column 10: group "plac" is not defined; did you mean "place"?'),
    ],
)
def test_a_query_that_could_find_nothing_or_everything_is_refused(query: str, line: str) -> None:
    """Quoted words keep the rules of terms; a source without letters would be every source; a language is a code."""
    assert refusal(f"query = '{query}'").startswith(line)


def test_raw_text_may_be_signs_alone() -> None:
    """`raw:` is there for what has no letters."""
    assert wording("query = 'ship AND raw:\"(((\"'").expression is not None
