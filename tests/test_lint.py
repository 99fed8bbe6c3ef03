import pytest
from wording import GROUPS, wording

from feeds.lint import Findings, check
from feeds.topic import Topic

YES = '\n[[example]]\ntagged = true\ntext = "{}"\n'
NO = '\n[[example]]\ntagged = false\ntext = "{}"\n'


def findings(head: str, groups: str = GROUPS, *examples: str) -> Findings:
    """Check a topic of so many words."""
    return check(wording(head, groups + "".join(examples)))


def warned(groups: str) -> list[str]:
    """Give the warnings about the terms of a group `word`, without what they begin with."""
    found = findings('require = ["word"]', f"[group.word]\n{groups}")
    return [line.removeprefix("harbour: group word, ") for line in found.warnings if "group word" in line]


# Examples


def test_examples_as_declared_are_no_errors() -> None:
    """A topic whose examples come out as declared passes."""
    found = findings('require = ["ship"]', GROUPS, YES.format("A ferry."), NO.format("A gull."))
    assert found.errors == ()


def test_an_example_that_comes_out_otherwise_is_an_error() -> None:
    """What should be tagged and is not, or the other way round, is named with number, reason and text."""
    found = findings('require = ["ship", "place"]', GROUPS, YES.format("A ferry leaves."), NO.format("A ferry at the quay."))
    assert found.errors == (
        "harbour: example 1 should be tagged and is not (nothing says place): A ferry leaves.",
        "harbour: example 2 should be not tagged and is (ship: “ferry”; place: “quay”): A ferry at the quay.",
    )


def test_an_example_is_judged_with_its_title_and_language() -> None:
    """Title and language of an example count as those of an item would."""
    groups = '[group.ship]\nfr = ["bac"]\n[group.place]\nany = ["harbour"]'
    example = '\n[[example]]\ntagged = {}\nlang = "{}"\ntitle = "Le bac"\ntext = "Harbour."\n'
    found = findings('require = ["ship", "place"]', groups, example.format("true", "fr"), example.format("false", "en"))
    assert found.errors == ()


def test_a_long_example_is_shortened_in_the_error() -> None:
    """The error stays one readable line."""
    (line,) = findings('require = ["ship"]', GROUPS, YES.format("nothing at all " * 30)).errors
    assert len(line) < 200


# Terms


@pytest.mark.parametrize(
    ("terms", "warning"),
    [
        ('any = ["ferry", "Ferry"]', "any: “Ferry” is the same as “ferry”: delete one"),
        ('fr = ["l\'été", "l’ete"]', "fr: “l’ete” is the same as “l'été”: delete one"),
        ('he = ["שלום", "שָׁלוֹם"]', "he: “שָׁלוֹם” is the same as “שלום”: delete one"),
        ('any = ["*boat*", "lifeboat*"]', "any: “lifeboat*” can find nothing that “*boat*” does not: delete it"),
        ('any = ["*boat*"]\nen = ["small boats"]', "en: “small boats” can find nothing that “*boat*” does not: delete it"),
        ('any = ["ferr*", "ferry"]', "any: “ferry” can find nothing that “ferr*” does not: delete it"),
        ('any = ["ferr*", "ferry*"]', "any: “ferry*” can find nothing that “ferr*” does not: delete it"),
        ('de = ["fähr*", "fährhaus*"]', "de: “fährhaus*” can find nothing that “fähr*” does not: delete it"),
        ('any = ["red"]', "any: “red” is a common word in en, es, nl: bind it to its language"),
    ],
)
def test_a_term_that_does_nothing_of_its_own_is_reported(terms: str, warning: str) -> None:
    """A duplicate, a term that a wider one shadows, a term for all languages that is an everyday word in some."""
    assert warned(terms) == [warning]


@pytest.mark.parametrize(
    "terms",
    [
        'any = ["ferry", "ferries"]',
        'en = ["ferry"]\nfr = ["ferry"]',
        'any = ["small boat", "small* boat", "small .. boat", "small boat*"]',
        'en = ["ferry", "ferry~"]',
        'en = ["ferry*", "ferry~"]',
        'any = ["boat*", "*boat"]',
        'en = ["boat*"]\nany = ["boats"]',
        'de = ["boot*", "bootsfahrt"]',
        'he = ["שלום*", "שלומית"]',
        'any = ["boat*"]\nde = ["boaterei"]',
        'es = ["red"]',
        'any = ["red*"]',
        'any = ["red herring"]',
        'any = ["anti-slip*", "antislip*"]',
        'any = ["small*", "too-small"]',
        'any = ["small boat*", "small boats at sea"]',
    ],
)
def test_a_term_that_finds_something_of_its_own_is_not(terms: str) -> None:
    """Stems, compounds, particles, stars inside a phrase and other languages find what the other term does not."""
    assert warned(terms) == []


def test_terms_are_compared_within_their_group() -> None:
    """The same word may stand in two groups."""
    groups = '[group.word]\nany = ["ferry"]\n[group.other]\nany = ["ferry", "ferr*"]'
    assert len(findings('require = ["word", "other"]', groups).warnings) == 3  # two parts untested, one term shadowed


def test_terms_that_no_example_uses_are_counted() -> None:
    """A term is tested when some example hits it, also inside a frame."""
    groups = '[group.place]\nany = ["harbour", "quay", "pier"]\n[frame.fun]\ncancels = "place"\nany = ["safe harbour"]'
    found = findings('require = ["place"]', groups, NO.format("A safe harbour."), YES.format("A quay."))
    assert found.untested == ("group place, any: “pier”",)


# Parts


FRAMES = f'{GROUPS}\n[frame.fun]\ncancels = "place"\nany = ["safe {{place}}"]\n'


def unneeded(head: str, groups: str, *examples: str) -> list[str]:
    """Give the parts that no example needs."""
    found = findings(head, groups, *examples)
    assert found.errors == ()
    assert all(line.endswith(": add one that fails without it, or delete it") for line in found.warnings)
    return [line.removeprefix("harbour: no example needs ").partition(": add")[0] for line in found.warnings]


def test_a_part_that_no_example_needs_is_found_by_leaving_it_out() -> None:
    """Each group, exclusion, alternative and frame is deleted in turn; if every example comes out as before, it is untested."""
    head = 'require = ["ship", "place"]\nexclude = ["gull"]'
    both, ship, gull = YES.format("A ferry at the quay."), NO.format("A ferry."), NO.format("A ferry, a gull, a quay.")
    assert unneeded(head, FRAMES, both) == [
        "the frame fun",
        "“ship” in the query",
        "“place” in the query",
        "“NOT gull” in the query",
    ]
    assert unneeded(head, FRAMES, both, ship) == ["the frame fun", "“ship” in the query", "“NOT gull” in the query"]
    place, frame = NO.format("A quay."), NO.format("A ferry is a safe harbour.")
    assert unneeded(head, FRAMES, both, ship, place, gull, frame) == []


def test_alternatives_inside_a_query_are_left_out_one_by_one() -> None:
    """Deep inside brackets every part is put to the test too."""
    head = "query = 'ship AND (place OR (gull NOT \"rubber\"))'"
    yes, alone = YES.format("A ferry at the quay."), NO.format("A ferry.")
    assert unneeded(head, GROUPS, yes, alone) == [
        "“ship” in the query",
        '“gull AND NOT "rubber"” in the query',
        '“NOT "rubber"” in the query',
    ]
    more = (NO.format("A quay."), YES.format("A ferry, a gull."), NO.format("A ferry, a rubber gull."))
    assert unneeded(head, GROUPS, yes, alone, *more) == []


def test_a_part_is_left_out_with_the_frames_in_force() -> None:
    """Without a required group the frames still take words away: an example that they decide does not need the group."""
    groups = f'{GROUPS}\n[frame.toy]\ncancels = "ship"\nany = ["toy {{ship}}"]\n'
    examples = (YES.format("A ferry at the quay."), NO.format("A quay."), NO.format("A toy ferry at the quay."))
    assert unneeded('require = ["ship", "place"]', groups, *examples, NO.format("A toy ferry.")) == ["“place” in the query"]


def test_a_failing_topic_is_not_mutated() -> None:
    """While an example fails, what the others need says little: only the failure is shown."""
    found = findings('require = ["ship", "place"]', FRAMES, YES.format("A ferry."))
    assert len(found.errors) == 1
    assert found.warnings == ()


@pytest.mark.parametrize("head", ["", 'require = ["ship"]', "query = 'ship NEAR/3 place'"])
def test_what_cannot_be_made_smaller_is_left_alone(head: str) -> None:
    """A topic of one part has none to leave out."""
    assert findings(head, GROUPS, YES.format("A ferry at the quay.")).warnings == ()


def test_checking_changes_nothing() -> None:
    """A topic is the same after its check."""
    by: Topic = wording('require = ["ship"]', FRAMES + YES.format("A ferry."))
    version = by.version
    assert check(by) == check(by)
    assert by.version == version
