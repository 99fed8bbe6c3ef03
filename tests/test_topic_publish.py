import pytest
from making import HARBOUR, topic

from feeds.tagging.topic.model import Content, Publishing
from ingest.errors import TopicError


def test_a_topic_is_public_unless_it_says_otherwise() -> None:
    """Without a [publish] table a topic is public, as much of it as the settings say, nothing masked."""
    assert topic().publish == Publishing(None, images=True, mask=(), private=False)


def test_a_topic_says_how_it_is_published() -> None:
    """Every key of the table is taken."""
    said = topic(f'{HARBOUR}\n[publish]\ncontent = "links"\nimages = false\nmask = ["ship", "tub"]\nprivate = true\n').publish
    assert said == Publishing(Content.LINKS, images=False, mask=("ship", "tub"), private=True)


def test_how_it_is_published_classifies_nothing_again() -> None:
    """The version names the wording that decides, and this decides nothing."""
    assert topic(f"{HARBOUR}\n[publish]\nprivate = true\n").version == topic().version


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('[publish]\ncontent = "ful"', 'harbour.toml, line 26: publish.content "ful" is not known; did you mean "full"?'),
        ("[publish]\nprivat = true", 'harbour.toml, line 26: publish: key "privat" is not known; did you mean "private"?'),
        ('[publish]\nimages = "no"', "harbour.toml, line 26: publish.images is neither true nor false; write images = true"),
        (
            '[publish]\nmask = "ship"',
            'harbour.toml, line 26: publish.mask is not a list of texts; write publish.mask = ["...", "..."]',
        ),
        (
            '[publish]\nmask = ["*"]',
            'harbour.toml, line 26: publish.mask: "*" has no letters that could match; delete it or write words',
        ),
    ],
)
def test_a_mistake_is_named_with_its_cure(words: str, told: str) -> None:
    """Each wrong value is refused with file, key and cure."""
    with pytest.raises(TopicError) as caught:
        topic(f"{HARBOUR}\n{words}\n")
    assert str(caught.value) == told


def test_a_table_of_another_kind_is_refused() -> None:
    """`publish` is a table."""
    with pytest.raises(TopicError, match="publish is not a table"):
        topic(f"publish = true\n{HARBOUR}")
