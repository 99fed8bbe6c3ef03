from pathlib import Path

import pytest
from making import HARBOUR, topic, write_topic

from feeds.tagging.topic.folders import SHIPPED, TopicFolders
from feeds.tagging.topic.loader import parse_topic, read_topic, read_topics
from ingest.errors import SettingsError, TopicError

REQUIRE = 'require = ["ship", "place"]'


def refusal(text: str, name: str = "harbour") -> str:
    """Return the one line with which a topic file is refused."""
    with pytest.raises(TopicError) as caught:
        parse_topic(text, name, "topics/harbour.toml")
    line = str(caught.value)
    assert "\n" not in line
    assert caught.value.cure, "a refusal says what to do"
    return line.removeprefix("topics/harbour.toml").partition(": ")[2]


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        ("description", "descripton", 'key "descripton" is not known; did you mean "description"?'),
        ("[group.ship]", "[groups.ship]", 'key "groups" is not known; did you mean "group"?'),
        (REQUIRE, 'require = ["shp", "place"]', 'require: group "shp" is not known; did you mean "ship"?'),
        (REQUIRE, f'{REQUIRE}\nexclude = ["plac"]', 'exclude: group "plac" is not known; did you mean "place"?'),
        (REQUIRE, 'require = ["qqq"]', 'require: group "qqq" is not known; known are: ship, place'),
        (REQUIRE, 'require = "ship"', 'require is not a list of texts; write require = ["...", "..."]'),
        (REQUIRE, "require = [1]", 'require is not a list of texts; write require = ["...", "..."]'),
        (REQUIRE, f"{REQUIRE}\nnear = 'ten'", "near is not a number of words; write near = 25"),
        (REQUIRE, f"{REQUIRE}\nnear = -1", "near is not a number of words; write near = 25"),
        (REQUIRE, f"{REQUIRE}\nnear = true", "near is not a number of words; write near = 25"),
        (
            REQUIRE,
            f'{REQUIRE}\npublish_from = "cor"',
            'publish_from: grade "cor" is not known; did you mean "core"?',
        ),
        (REQUIRE, f'{REQUIRE}\nquery = "ship"', "query stands beside require or exclude; keep one of the two forms"),
        ("2026-01-05", '"2026-01-05"', "updated is not a date; write updated = 2026-11-22, without quotes"),
        ('"Harbour news"', "7", 'title is not text; write title = "..."'),
        ('["Misses rowing."]', '"Misses rowing."', 'limits is not a list of texts; write limits = ["...", "..."]'),
        ('any = ["harbour*"]', "any = []", 'group.place has no terms; add some: any = ["..."]'),
        (
            'any = ["harbour*"]',
            'any = "harbour*"',
            'group.place.any is not a list of texts; write group.place.any = ["...", "..."]',
        ),
        ('any = ["harbour*"]', 'english = ["harbour*"]', 'group.place: "english" is no language; use "any" or a code such as "fr"'),
        ('["harbour*"]', '["**"]', 'group.place.any: "**" has no letters that could match; delete it or write words'),
        ("[group.place]\nany", "[frame.fun]\ncancels = 'ship'\nany = ['x']\n[group]\nplace", None),
        (
            "[[example]]\ntagged = true",
            "[[example]]",
            'example 1 lacks tagged or text; write tagged = true or false and text = "..."',
        ),
        ("tagged = false\ntext", "tagged = false\ntxt", 'example 2: key "txt" is not known; did you mean "text"?'),
        ("tagged = true", 'tagged = "yes"', 'example 1 lacks tagged or text; write tagged = true or false and text = "..."'),
        ("tagged = true", "tagged = true\nlang = 1", 'example 1: lang is not text; write example 1: lang = "..."'),
        (
            "[group.ship]",
            "[frame.fun]\nany = ['x']\n[group.ship]",
            'frame.fun does not say what it cancels; write cancels = "GROUP"',
        ),
        (
            "[group.ship]",
            "[frame.fun]\ncancels = 'shop'\nany = ['x']\n[group.ship]",
            'frame.fun: group "shop" is not known; did you mean "ship"?',
        ),
        (
            "[group.ship]",
            "[frame.fun]\ncancels = 'ship'\nany = ['a {plac}']\n[group.ship]",
            'frame.fun: group "plac" is not known; did you mean "place"?',
        ),
    ],
)
def test_a_mistake_names_file_key_and_cure(written: str, instead: str, line: str | None) -> None:
    """Whatever is wrong in a topic file is said in one line: where, what, and what to write instead."""
    assert written in HARBOUR
    said = refusal(HARBOUR.replace(written, instead, 1))
    assert said == (line or "group is not a set of tables; write [group.NAME] and its terms below")


BARE = HARBOUR[: HARBOUR.index("[[example]]")]


@pytest.mark.parametrize(
    "text",
    [f"publish_from = 3\n{BARE}", f"example = 5\n{BARE}", BARE.replace("Harbour news", "Harbour \\u0001 news")],
    ids=["a grade that is a number", "an example that is a number", "a title with a control character"],
)
def test_a_value_that_no_key_can_have_is_refused(text: str) -> None:
    """A value of another kind, or one that no feed can show, is refused like any other mistake."""
    assert "; " in refusal(text)


def test_a_file_that_is_no_toml_is_refused_with_its_line() -> None:
    """A slip in the TOML is named with its place."""
    said = refusal(HARBOUR.replace("require = [", "require = [[", 1))
    assert "line" in said
    assert said.endswith("; mend the TOML at that place")


@pytest.mark.parametrize("name", ["Harbour", "harbour news", "", "-harbour", "härbour", "a" * 65, "a/b", "."])
def test_a_file_name_that_cannot_be_an_address_is_refused(name: str) -> None:
    """The file name is the feed's address: small letters, digits and hyphens."""
    assert refusal(HARBOUR, name) == f"a topic cannot be called {name!r}; use lower-case letters, digits and hyphens"


@pytest.mark.parametrize("name", ["index", "item", "search", "sources", "static", "review", "private"])
def test_a_topic_cannot_take_the_place_of_a_page(home: Path, name: str) -> None:
    """A topic's pages would overwrite the site's own: such a name is refused, and the file named."""
    with pytest.raises(TopicError, match=f"a topic cannot be called '{name}': a page of the site is; give the file another name"):
        read_topic(write_topic(home, HARBOUR, name))


def test_a_file_that_is_not_utf_8_is_refused(home: Path) -> None:
    """A file in another encoding is refused by name."""
    path = write_topic(home)
    path.write_bytes(HARBOUR.encode("utf-16"))
    with pytest.raises(TopicError, match=r"harbour\.toml: .*; check the file's rights and that it is UTF-8"):
        read_topic(path)


def test_a_file_that_is_not_there_is_refused(home: Path) -> None:
    """A name that leads to no file is refused by name."""
    with pytest.raises(TopicError, match=r"none\.toml: .*No such file"):
        read_topic(home / "none.toml")


def names(home: Path, chosen: bool | tuple[str, ...]) -> list[str]:  # noqa: FBT001 - as the setting has it
    """Return the names of the topics in force in a home."""
    return [found.name for found in read_topics(TopicFolders(home / "topics", SHIPPED, chosen).files().values())]


def test_own_topics_stand_beside_the_shipped_ones(home: Path) -> None:
    """The first own topic takes no other away; other files are not read; they come in the order of their names."""
    shipped = names(home, True)
    for name in ("market", "harbour"):
        write_topic(home, name=name)
    (home / "topics" / "README.md").write_text("not a topic", encoding="utf-8")
    assert "antisemitism-online" in shipped
    assert names(home, True) == sorted([*shipped, "harbour", "market"])
    assert names(home, False) == ["harbour", "market"]
    assert names(home, ("platform-rules",)) == ["harbour", "market", "platform-rules"]


def test_the_topic_of_everything_is_in_force_where_it_is_named(home: Path) -> None:
    """It repeats every source, so nobody has it who did not ask for it."""
    assert "planet-of-everything" not in names(home, True)
    assert names(home, ("planet-of-everything",)) == ["planet-of-everything"]


def test_an_unknown_shipped_topic_is_refused(home: Path) -> None:
    """A slip in the setting is said with the name that was meant."""
    with pytest.raises(SettingsError, match='no shipped topic is called "platform-rule"; did you mean "platform-rules"'):
        names(home, ("platform-rule",))


def test_the_version_names_the_wording_that_decides() -> None:
    """What decides changes the version; what describes does not, nor do examples, nor the file's name."""
    version = topic().version
    for written, instead in (
        ("Harbour news", "x"),
        ("What happens", "x"),
        ("Misses rowing.", "x"),
        ("2026-01-05", "2026-01-06"),
        ("The ferry is old.", "x"),
    ):
        assert topic(HARBOUR.replace(written, instead)).version == version
    assert topic(name="other").version == version
    for written, instead in (('"ferry"', '"fery"'), ('["ship", "place"]', '["ship"]'), ('any = ["harbour*"]', 'en = ["harbour*"]')):
        assert topic(HARBOUR.replace(written, instead)).version != version
    assert topic(HARBOUR.replace(REQUIRE, f"near = 3\n{REQUIRE}")).version != version


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('title = "x"\ntitel = "y"', 2),
        ('title = "x"\n\n[grup.ship]\nany = ["ferry"]', 3),
        ('require = ["ship"]\n[group.ship]\nany = ["ferry",\n  "*"]', 4),
        ('require = ["ship"]\n[group.ship]\nEN = ["ferry"]', 3),
        ('require = ["shop"]\n[group.ship]\nany = ["ferry"]', 1),
        ('[[example]]\ntagged = true\ntext = "x"\n[[example]]\ntaged = true\ntext = "y"', 5),
        ('near = "x"', 1),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int) -> None:
    """Whoever wrote it finds it at once."""
    with pytest.raises(TopicError, match=rf"^harbour\.toml, line {line}: "):
        topic(text)
