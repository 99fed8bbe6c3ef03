"""Publishing what was noted as changed gives the same bytes as looking at everything, whatever was written in between."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from making import GAZETTE, HARBOUR, POST, carry, home_at, item, topic
from story_making import BODY
from support import NOON

from feeds.cli.home import target_of
from feeds.publication.publish import Published
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from feeds.store.reviews import Reviews, Verdict
from feeds.stories.grouping_pass import GroupingPass, group_new
from feeds.tagging.classification_pass import classify_new, classify_one
from feeds.tagging.topic.model import Topic
from ingest.model import Source
from ingest.settings import Publish, Settings

SOURCES: Final = (POST, GAZETTE, Source("http://herald.example/feed", title="The Herald"))
WORDS: Final = ("ferry in the harbour", "boat in the harbour", "market in the harbour", "nothing else")
EVERYTHING: Final = 'title = "All"\nmeans = ["All."]\ndoes_not_mean = ["None."]\nlimits = ["None."]\ncontact = "a@b.example"\n'
TOPICS: Final = (
    topic(),
    topic(HARBOUR.replace("ferry", "market"), "market"),
    topic(HARBOUR.replace("boat*", "market").replace("[group.ship]", "[publish]\nprivate = true\n\n[group.ship]"), "hidden"),
    topic(EVERYTHING + "updated = 2026-01-05\n", "all"),
)
LEDGER: Final = "select * from published order by feed, item_id"
LISTED: Final = ("select * from listed_story order by 1, 2", "select * from listed_count order by 1, 2, 3")


class Publishing(RuleBasedStateMachine):
    """Everything writes in any order; what is noted is published, and then everything."""

    def __init__(self) -> None:
        """Open an empty home."""
        super().__init__()
        self.folder = TemporaryDirectory()
        self.home = home_at(Path(self.folder.name))
        self.facts = self.home.facts()
        self.classifications, self.reviews = Classifications(self.facts), Reviews(self.facts)
        self.grouping, self.now = GroupingPass(self.facts), NOON
        self.topics: tuple[Topic, ...] = TOPICS
        self.settings = Settings(publish=Publish(entries=3, days=20, item_pages=4))

    def rows(self) -> list[int]:
        """Return all items."""
        return [one.row for one in self.facts.items.all()]

    @rule(
        number=st.integers(1, 9),
        words=st.sampled_from(WORDS),
        source=st.sampled_from(SOURCES),
        copy=st.booleans(),
        language=st.sampled_from(("en", "fr")),
    )
    def carry(self, number: int, words: str, source: Source, language: str, *, copy: bool) -> None:
        """Carry one of a few articles in one of a few states, some of them copies of each other."""
        text = f"{BODY} {words}." if copy else f"Report {number} is about: {words}."
        what = item(
            guid=f"urn:{number}",
            url=f"http://{source.url[7:11]}.example/{number}",
            title=f"{words} {number}",
            text=text,
            language=language,
            published=NOON - timedelta(days=9 * number),
        )
        carry(self.facts, [what], source, at=self.now)

    @rule()
    def group(self) -> None:
        """Group what is new."""
        group_new(self.facts, self.now)

    @rule()
    def classify(self) -> None:
        """Classify what is new."""
        classify_new(self.facts, self.classifications, self.topics, self.now)

    @precondition(lambda self: self.rows())
    @rule(data=st.data(), by=st.sampled_from(TOPICS[:3]), verdict=st.sampled_from((None, *Verdict)))
    def review(self, data: st.DataObject, by: Topic, verdict: Verdict | None) -> None:
        """Accept, reject, or take it back."""
        (stored,) = self.facts.items.by_rows([data.draw(st.sampled_from(self.rows()))])
        if verdict:
            self.reviews.put(stored.row, by.name, verdict, "said so", self.now)
        else:
            self.reviews.take_back(stored.row, by.name)
        classify_one(self.facts, self.classifications, by, stored, self.now)

    @precondition(lambda self: len(self.rows()) > 1)
    @rule(data=st.data(), apart=st.booleans())
    def decide(self, data: st.DataObject, *, apart: bool) -> None:
        """Split or join items."""
        one, two, *_ = data.draw(st.permutations(self.rows()))
        if apart:
            self.grouping.split(one, "", self.now)
        else:
            self.grouping.join(one, two, "", self.now)

    @rule(source=st.sampled_from(SOURCES), name=st.sampled_from(("Another name", "A third name")))
    def rename(self, source: Source, name: str) -> None:
        """Give a source another name."""
        self.facts.sources.add([replace(source, title=name)], self.now)

    @rule(days=st.sampled_from((0, 1, 25, 70)))
    def wait(self, days: int) -> None:
        """Let time pass."""
        self.now += timedelta(days=days, hours=1)

    @rule(some=st.sampled_from((TOPICS, TOPICS[:2], (replace(TOPICS[0], title="Another title"), *TOPICS[1:]))))
    def choose(self, some: tuple[Topic, ...]) -> None:
        """Change which topics there are, or what one says of itself."""
        self.topics = some

    def publish(self, **how: Any) -> Published:
        """Publish."""
        target = replace(target_of(self.home, self.facts), settings=self.settings, now=self.now)
        return publish(self.facts, self.classifications, self.topics, target, **how)

    @invariant()
    def nothing_is_missed(self) -> None:
        """Publish what was noted; then everything, which finds nothing to do."""
        self.publish()
        execute = self.facts.database.execute
        before = [execute(one).fetchall() for one in (LEDGER, *LISTED)]
        done = self.publish(everything=True)
        assert [path.name for path in done.written if not path.name.startswith("sources")] == []  # which may be minutes old
        assert done.removed == ()
        assert [execute(one).fetchall() for one in (LEDGER, *LISTED)] == before
        assert self.publish() == Published((), ())

    def teardown(self) -> None:
        """Close the database."""
        self.facts.close()
        self.folder.cleanup()


TestPublishing = Publishing.TestCase
TestPublishing.settings = settings(max_examples=3, stateful_step_count=10, deadline=None, derandomize=True)
