from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wording import GROUPS, wording

from feeds.model import Document
from feeds.tagging.classifier import MatchedDocument
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.segments import segments
from feeds.tagging.quality.check import TopicFindings, check
from feeds.tagging.quality.overlaps import idle_terms
from feeds.tagging.quality.reductions import reductions
from feeds.tagging.topic import query
from feeds.tagging.topic.loader import parse_topic
from feeds.tagging.topic.model import Group, Term, Topic

YES = '\n[[example]]\ntagged = true\ntext = "{}"\n'
NO = '\n[[example]]\ntagged = false\ntext = "{}"\n'


def findings(head: str, groups: str = GROUPS, *examples: str) -> TopicFindings:
    """Check a topic of so many words."""
    return check(wording(head, groups + "".join(examples)))


def warned(groups: str) -> list[str]:
    """Return the warnings about the terms of a group `word`, without what they begin with."""
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


def test_an_example_is_classified_with_its_title_and_language() -> None:
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
        ('any = ["ferry", "Ferry"]', "any: “Ferry” is looked for exactly as “ferry” is: delete “Ferry” and keep “ferry”"),
        ('fr = ["l\'été", "l’ete"]', "fr: “l’ete” is looked for exactly as “l'été” is: delete “l’ete” and keep “l'été”"),
        ('he = ["שלום", "שָׁלוֹם"]', "he: “שָׁלוֹם” is looked for exactly as “שלום” is: delete “שָׁלוֹם” and keep “שלום”"),
        *(
            (
                f"{language} = [{words}]",
                f"{place}: “{goes}” can find nothing that “{stays}”{of} does not: delete “{goes}” and keep “{stays}”{of}",
            )
            for language, words, place, goes, stays, of in (
                ("any", '"*boat*", "lifeboat*"', "any", "lifeboat*", "*boat*", ""),
                ("any", '"*boat*"]\nen = ["small boats"', "en", "small boats", "*boat*", " of any"),
                ("any", '"ferr*", "ferry"', "any", "ferry", "ferr*", ""),
                ("any", '"ferry", "ferr*"', "any", "ferry", "ferr*", ""),
                ("any", '"ferr*", "ferry*"', "any", "ferry*", "ferr*", ""),
                ("any", '"*boat", "lifeboat"', "any", "lifeboat", "*boat", ""),
                ("any", '"*boat", "*lifeboat"', "any", "*lifeboat", "*boat", ""),
                ("any", '"anti-slip", "anti slip"', "any", "anti slip", "anti-slip", ""),
                ("any", '"anti-slip*", "antislip*"', "any", "antislip*", "anti-slip*", ""),
                ("any", '"ferry"]\nen = ["ferry"', "en", "ferry", "ferry", " of any"),
                ("de", '"fähr*", "fährhaus*"', "de", "fährhaus*", "fähr*", ""),
            )
        ),
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
        'any = ["hafen"]\nde = ["hafen"]',
        'any = ["שלום*"]\nhe = ["שלומית*"]',
        'de = ["*hafen", "seehafen"]',
        'any = ["*boat", "lifeboat*"]',
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
        'any = ["small*", "too-small"]',
        'any = ["small boat*", "small boats at sea"]',
    ],
)
def test_a_term_that_finds_something_of_its_own_is_not(terms: str) -> None:
    """Stems, compounds, particles, stars inside a phrase and other languages find what the other term does not."""
    assert warned(terms) == []


@pytest.mark.parametrize(
    ("terms", "kept"),
    [
        ('any = ["ferry*", "Ferry*"]', ["ferry*"]),
        ('any = ["*boat*", "*Boat*", "*BOAT*"]', ["*boat*"]),
        ('any = ["ferry", "ferry*", "Ferr*", "ferr*", "ferries"]', ["Ferr*"]),
        ('any = ["lifeboats", "lifeboat*", "*boat*"]', ["*boat*"]),
    ],
)
def test_of_terms_that_find_the_same_one_is_kept(terms: str, kept: list[str]) -> None:
    """No pair is told to go together, and what each message says to keep is not told to go by another."""
    topic = wording('require = ["word"]', f"[group.word]\n{terms}")
    found = list(idle_terms(topic.groups))
    gone = [one.term.text for one in found]
    assert [term.text for term in topic.groups[0].terms if term.text not in gone] == kept
    assert all(f"and keep “{kept[0]}”" in one.what for one in found)


_POOL = (
    "boat",
    "Boat",
    "boat*",
    "*boat",
    "*boat*",
    "lifeboat",
    "lifeboat*",
    "small boat",
    "small boat*",
    "small-boat",
    "small-boat*",
    "smallboat*",
    "boote",
    "boote*",
)


_TEXTS = (
    "boat",
    "boats",
    "a lifeboat",
    "lifeboats",
    "small boat",
    "small boats",
    "small-boat",
    "smallboat",
    "bootehaus",
    "seeboote",
    "הboat",
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["any", "en", "de", "he"]), st.sampled_from(_POOL)), min_size=2, max_size=6))
def test_without_all_the_terms_that_may_go_the_group_finds_the_same(terms: list[tuple[str, str]]) -> None:
    """Whoever deletes every term that a warning says to delete loses no word of any text."""
    group = Group("word", tuple(Term(text, None if language == "any" else language) for language, text in terms))
    idle = {id(one.term) for one in idle_terms([group])}
    topic = wording('require = ["word"]', '[group.word]\nany = ["x"]')
    before = replace(topic, groups=(group,))
    after = replace(topic, groups=(Group("word", tuple(term for term in group.terms if id(term) not in idle)),))
    matcher = Matcher([before, after])
    texts = segments("", "\n".join(_TEXTS))
    for language in (None, "en", "de", "he", "fr"):
        found = matcher.find(texts, language)
        first, second = ({hit.segment for hit in found[n].hits} if n in found else set() for n in (0, 1))
        assert first == second, language


def test_terms_are_compared_within_their_group() -> None:
    """The same word may stand in two groups."""
    groups = '[group.word]\nany = ["ferry"]\n[group.other]\nany = ["ferry", "ferr*"]'
    (line,) = findings('require = ["word", "other"]', groups).warnings
    assert "can find nothing" in line


def test_terms_that_no_example_uses_are_counted() -> None:
    """A term is tested when some example hits it, also inside a frame."""
    groups = '[group.place]\nany = ["harbour", "quay", "pier"]\n[frame.fun]\ncancels = "place"\nany = ["safe harbour"]'
    found = findings('require = ["place"]', groups, NO.format("A safe harbour."), YES.format("A quay."))
    assert found.untested == ("group place, any: “pier”",)


# Parts


FRAMES = f'{GROUPS}\n[frame.fun]\ncancels = "place"\nany = ["safe {{place}}"]\n'


def unneeded(head: str, groups: str, *examples: str) -> list[str]:
    """Return the parts that no example needs."""
    found = findings(head, groups, *examples)
    assert found.errors == ()
    assert not [line for line in found.warnings if "decides nothing" not in line], "what no example needs is counted in one line"
    return list(found.unneeded)


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


def test_a_part_is_left_out_with_the_negative_contexts_in_force() -> None:
    """Without a required group the frames still take words away: an example that they decide does not need the group."""
    groups = f'{GROUPS}\n[frame.toy]\ncancels = "ship"\nany = ["toy {{ship}}"]\n'
    examples = (YES.format("A ferry at the quay."), NO.format("A quay."), NO.format("A toy ferry at the quay."))
    assert unneeded('require = ["ship", "place"]', groups, *examples, NO.format("A toy ferry.")) == ["“place” in the query"]


_DEFINE = '\n[define]\nboat = "ship AND place OR title:gull"\nrest = "\\"fog\\" NOT gull"\n'


@pytest.mark.parametrize(
    "asked",
    [
        "ship AND place NOT gull",
        'ship NOT (gull AND place OR "fog")',
        'boat AND "fog" OR rest NEAR/3 ship',
        "ship NOT boat OR title:(place AND rest)",
        'ship NEAR/2 place OR gull NOT ("fog" OR lang:en) OR raw:"Pier" AND ship',
        "title:boat OR (ship OR place OR gull) AND (rest OR lang:de AND gull)",
    ],
)
def test_a_part_left_out_changes_no_text_in_which_it_cannot_hold(asked: str) -> None:
    """The texts that a check leaves out for a part come out with it as without it; and it leaves out some, and not all."""
    topic = wording(f"query = '{asked}'\nnear_lead = 4\npublish_from = \"mention\"", GROUPS + _DEFINE)
    matcher, words = Matcher([topic]), ("A ferry", "a quay", "a gull", "the fog", "Pier 9")
    said = [[word for word, there in zip(words, row, strict=True) if there] for row in product((False, True), repeat=5)]
    texts = [Document(" ".join(some[:cut]), ". ".join(some[cut:]), "en") for some in said for cut in (0, 1, 2)]
    matched = [MatchedDocument(matcher, text) for text in texts]
    expression, skipped, asked_of = topic.expression, 0, 0
    assert expression is not None
    for one in reductions(expression):
        changed = replace(topic, expression=one.expression)
        for text in matched:
            if query.possible(one.touched, text.groups):
                asked_of += text.tagged_by(changed) != text.tagged_by(topic)
            else:
                skipped += 1
                assert text.tagged_by(changed) == text.tagged_by(topic), (one.part, text)
    assert skipped
    assert asked_of


def test_a_failing_topic_is_not_mutated() -> None:
    """While an example fails, what the others need says little: only the failure is shown."""
    found = findings('require = ["ship", "place"]', FRAMES, YES.format("A ferry."))
    assert len(found.errors) == 1
    assert found.unneeded == ()


@pytest.mark.parametrize("head", ["", 'require = ["ship"]', "query = 'ship NEAR/3 place'"])
def test_what_cannot_be_made_smaller_is_left_alone(head: str) -> None:
    """A topic of one part has none to leave out."""
    assert findings(head, GROUPS, YES.format("A ferry at the quay.")).unneeded == ()


def test_checking_changes_nothing() -> None:
    """A topic is the same after its check."""
    by: Topic = wording('require = ["ship"]', FRAMES + YES.format("A ferry."))
    version = by.version
    assert check(by) == check(by)
    assert by.version == version


# Slips


def slipped(text: str) -> tuple[list[str], list[str]]:
    """Check the text of a file; give (errors, warnings)."""
    found = check(parse_topic(text, "new", "new.toml"), text, "new.toml")
    return list(found.errors), list(found.warnings)


def of_terms(terms: str) -> tuple[list[str], list[str]]:
    """Check the terms of a group, which begin in line 3."""
    return slipped(f'require = ["word"]\n[group.word]\n{terms}\n')


@pytest.mark.parametrize(
    "term",
    ["anti.*semit", r"\\bferry\\b", "colou?r", "[Ff]erry", "ferry|boat", "(ferry|boat)", "^ferry", "ferry$", "/ferry/i"],
)
def test_a_regular_expression_is_an_error(term: str) -> None:
    """Terms are words: what looks like an expression finds something else or nothing, so the check fails and says what to write."""
    (error,), _ = of_terms(f'any = ["boat",\n  "{term}"]')
    assert error.startswith("new.toml, line 4: “")
    assert "is a regular expression, and terms are words; write the words" in error


@pytest.mark.parametrize(
    "term", ["ferry", "ferr*", "*boat*", "anti-noise", "l'été", "U.S. Steel", "St. Louis", "Yahoo!", "quai", "渡*"]
)
def test_a_word_is_no_slip(term: str) -> None:
    """Stars, hyphens, apostrophes, abbreviations and short words of scripts without spaces are what terms are made of."""
    assert of_terms(f'any = ["{term}"]') == ([], [])


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("C++", '“C++” is looked for as “c”: + is not compared; in a query raw:"C++" finds the signs as written'),
        ("C#", "“C#” is looked for as “c”: # is not compared"),
        ("@x", "“@x” is looked for as “x”: @ is not compared"),
    ],
)
def test_a_term_that_lives_by_its_signs_is_an_error(term: str, said: str) -> None:
    """What folding leaves of `C++` is every c."""
    (error,), _ = of_terms(f'any = ["{term}"]')
    assert said in error


@pytest.mark.parametrize("term", ["#metoo", ".NET", "AT&T", "R&D*"])
def test_a_term_that_loses_signs_is_a_warning(term: str) -> None:
    """The words that are left are still words."""
    errors, warnings = of_terms(f'any = ["{term}"]')
    assert not [line for line in errors if "R&D" not in line]
    assert any("is not compared" in line for line in (*errors, *warnings))


@pytest.mark.parametrize("term", ["a*", "an*", "*an", "*an*", "ür*"])
def test_a_beginning_of_fewer_than_three_letters_is_a_warning(term: str) -> None:
    """It finds a great many words."""
    errors, (warning,) = of_terms(f'any = ["{term}"]')
    assert errors == []
    assert warning.endswith("; give three letters or more, or list the words")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("eng", 'no item has the language “eng”: English is “en”; write "en"'),
        ("nb", 'no item has the language “nb”: Norwegian is “no”; write "no"'),
        ("iw", 'no item has the language “iw”: Hebrew is “he”; write "he"'),
        ("ge", '“ge” is no language, so no item has it; did you mean "de" (German)?'),
        ("jp", '“jp” is no language, so no item has it; did you mean "ja" (Japanese)?'),
        ("gr", '“gr” is no language, so no item has it; did you mean "el" (Greek)?'),
        ("cz", '“cz” is no language, so no item has it; did you mean "cs" (Czech)?'),
        ("ua", '“ua” is no language, so no item has it; did you mean "uk" (Ukrainian)?'),
        ("xx", '“xx” is no language, so no item has it; use "any" or a code such as "fr"'),
    ],
)
def test_a_key_that_only_looks_like_a_language_is_an_error(code: str, said: str) -> None:
    """No item has it, so its terms would never be looked for; also in examples and queries."""
    assert of_terms(f'any = ["ferry"]\n{code} = ["boat"]')[0] == [f"new.toml, line 4: {said}"]
    assert slipped(f'query = "\\"ferry\\" AND lang:{code}"')[0] == [f"new.toml, line 1: {said}"]
    example = f'[[example]]\ntagged = true\ntext = "ferry"\nlang = "{code}"'
    assert f"new.toml, line 7: {said}" in of_terms(f'any = ["ferry"]\n{example}')[0]


@pytest.mark.parametrize("code", ["kr", "se", "br", "ckb"])
def test_a_code_that_may_be_a_slip_is_a_warning(code: str) -> None:
    """Some countries' codes are rare languages: whoever means them may go on."""
    errors, warnings = of_terms(f'{code} = ["ferry"]')
    assert (errors, len(warnings)) == ([], 1)


def test_groups_without_rules_are_an_error() -> None:
    """A file with words that nothing requires takes everything, which is not what its writer means."""
    (error,), _ = slipped('[group.ship]\nany = ["ferry"]')
    assert error == 'new.toml: it has no rules, so every item is tagged whatever its groups say; write require = ["ship"]'


def test_a_file_without_rules_is_a_warning() -> None:
    """Where everything is meant, an example says so."""
    errors, (warning,) = slipped('title = "All"')
    assert errors == []
    assert warning.startswith("new.toml: it has no rules, so every item is tagged; write [group.NAME] with words")
    assert slipped('title = "All"\n[[example]]\ntagged = true\ntext = "x"') == ([], [])


def test_a_group_that_decides_nothing_is_a_warning() -> None:
    """A group that is used for a mask, a frame or a review is used."""
    head = 'require = ["ship"]\nreview = "quay"\n[publish]\nmask = ["slur"]\n'
    groups = "".join(f'[group.{name}]\nany = ["{name}s"]\n' for name in ("ship", "quay", "slur", "idle"))
    _, (warning,) = slipped(head + groups)
    assert warning == "new.toml, line 11: group idle decides nothing; name it in require or query"


def test_a_new_file_is_asked_for_no_example_of_each_part() -> None:
    """What is missing in examples is counted, not demanded one by one."""
    found = check(parse_topic('require = ["a", "b"]\n[group.a]\nany = ["ferry"]\n[group.b]\nany = ["quay"]', "new", "new.toml"))
    assert (found.errors, found.warnings, len(found.unneeded), len(found.untested)) == ((), (), 2, 2)
