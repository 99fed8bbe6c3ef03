import pytest
from wording import BOTH, GROUPS, wording

from feeds.metrics import LabelledAnswer
from feeds.model import Document
from feeds.tagging.classifier import classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.quality.hit_counts import SHOWN, HitTables, hit_tables


def tables(head: str, *rows: tuple[str, bool], groups: str = GROUPS) -> HitTables:
    """Count the hits of a wording in rows of (text, whether it is wanted)."""
    matcher = Matcher([wording(head, groups)])
    return hit_tables(
        LabelledAnswer(str(n), text, "en", wanted, classify(matcher, Document("", text, "en"))[0])
        for n, (text, wanted) in enumerate(rows)
    )


def test_a_term_counts_once_a_row_as_true_or_false() -> None:
    """However often a row says a word, it is one true or false hit; the term with most false hits comes first."""
    found = tables(
        BOTH,
        ("A ferry, a ferry, a ferry at the quay.", True),
        ("A boat at the quay.", False),
        ("Boats at the quay.", False),
        ("A ferry and a boat at the quay.", True),
    )
    assert [(one.group, one.term, one.false, one.true) for one in found.terms] == [
        ("ship", "boat*", 2, 1),
        ("place", "quay", 2, 2),
        ("ship", "ferry", 0, 2),
    ]
    assert [(one.group, one.false, one.true) for one in found.groups] == [("place", 2, 2), ("ship", 2, 2)]


def test_a_term_that_stands_alone_for_its_group_is_told_apart() -> None:
    """Only where nothing else of its group was found would a row be lost without the term."""
    found = tables(BOTH, ("A ferry and a boat at the quay.", False), ("A boat at the quay.", False), ("A ferry at the quay.", True))
    assert {one.term: (one.only_false, one.only_true) for one in found.terms} == {"boat*": (1, 0), "quay": (2, 1), "ferry": (0, 1)}


def test_rows_that_are_rightly_left_out_count_nowhere() -> None:
    """A row that is neither tagged nor wanted says nothing of a term."""
    found = tables(BOTH, ("A ferry.", False), ("Nothing.", False))
    assert found == HitTables((), (), ())
    assert list(found.lines()) == []


@pytest.mark.parametrize(
    ("head", "groups", "text", "what"),
    [
        (BOTH, "", "A ferry.", {"place": "nothing says place"}),
        (BOTH, "", "Nothing.", {"place": "nothing says place", "ship": "nothing says ship"}),
        ('require = ["ship"]\nexclude = ["gull"]', "", "A ferry and a gull.", {"gull": "excluded by gull"}),
        ('query = "ship NOT lang:en"', "", "A ferry.", {"lang:en": "excluded by lang:en"}),
        (
            BOTH,
            '[frame.as_a_picture]\ncancels = "place"\nany = ["safe {place}"]',
            "A ferry is a safe harbour.",
            {"place": "place is only as a picture"},
        ),
        (
            BOTH,
            '[role.format]\nof = "place"\nany = ["{place} podcast"]',
            "A ferry, a quay podcast.",
            {"place": "place is only role format"},
        ),
        ('query = "ship OR place"', "", "Nothing.", {"ship OR place": "nothing says ship or place"}),
        (
            'query = "(ship NEAR/5 place) OR (ship NEAR/5 gull)"',
            "",
            "Nothing.",
            {"ship": "nothing says ship", "place OR gull": "nothing says place or gull"},
        ),
        ('query = "title:ship"', "", "A ferry.", {"": "every part is there, but not where the rule wants it"}),
        (f'{BOTH}\npublish_from = "core"', "", "A ferry at the quay.", {"": "only a substantial, which is not published"}),
    ],
)
def test_a_missed_row_says_what_it_lacks(head: str, groups: str, text: str, what: dict[str, str]) -> None:
    """A missing group, an exclusion, a negative context, a place or a grade: each is counted under its own name."""
    found = tables(head, (text, True), groups=GROUPS + groups)
    assert {one.part: one.what for one in found.missing} == what
    assert {one.rows for one in found.missing} == {1}


def test_a_person_is_shown_the_worst_terms_and_how_many_more_there_are() -> None:
    """Terms without a false hit, and those beyond a screenful, are only counted; `everything` lists them."""
    names = [f"word{n}x" for n in range(SHOWN + 2)]
    groups = f"[group.word]\nany = {names}\n".replace("'", '"')
    rows = [(f"A {name}.", n == 0) for n, name in enumerate(names)]
    found = tables('require = ["word"]', *rows, groups=groups)
    few, every = list(found.lines()), list(found.lines(everything=True))
    assert sum("“word" in line for line in few) == SHOWN
    assert few[-1] == "and 2 more: --terms lists every term that was found"
    assert sum("“word" in line for line in every) == SHOWN + 2
    assert not any("--terms" in line for line in every)


def test_the_language_of_a_term_is_named() -> None:
    """Two terms of the same letters in two languages are two lines."""
    groups = '[group.word]\nen = ["port"]\nfr = ["port"]'
    matcher = Matcher([wording('require = ["word"]', groups)])
    texts = (("en", False), ("fr", False), ("fr", True))
    found = hit_tables(
        LabelledAnswer(str(n), "", language, wanted, classify(matcher, Document("", "The port.", language))[0])
        for n, (language, wanted) in enumerate(texts)
    )
    assert [line.split("  ")[-1] for line in found.lines() if "“port”" in line] == [
        "word: “port” (English)",
        "word: “port” (French)",
    ]
