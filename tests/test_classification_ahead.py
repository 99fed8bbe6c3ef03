"""Classifying ahead: helping processes tag what is waiting, and what is stored is the same without them."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from making import GAZETTE, HARBOUR, POST, about, carry, home_at, topic
from support import NOON

from feeds.store.classifications import Classifications
from feeds.tagging import classification_ahead, classification_pass
from feeds.tagging.classification_ahead import Helpers
from feeds.tagging.classification_pass import classify_new, classifying_ahead
from ingest.model import Item
from ingest.polling.workers.pool import WorkerPool, helpers_beside
from ingest.store.facts import Facts

MARKET: Final = topic(HARBOUR.replace('"boat*"]', '"boat*", "market"]'), "market")
TOPICS: Final = (topic(), MARKET)
_STORED: Final = ("select * from tag order by 1, 2", "select * from boilerplate_line order by 1, 2, 3")
FURNITURE: Final = "Read more about the harbour on our pages."  # what a source repeats tags nothing in the end


class FakeHelpers:
    """Helpers in this process: each part is answered at once, as `answer` has it, and counted."""

    processes = 1

    def __init__(self, answer: Callable[["Future[Any]", Callable[[], Any]], None]) -> None:
        self._answer, self.asked = answer, 0

    @contextmanager
    def started(self, begin: Callable[..., None], *told: Any) -> Iterator[Callable[..., "Future[Any]"]]:
        """Begin in this process."""
        begin(*told)
        yield self._submit

    def _submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        self.asked += 1
        future: Future[Any] = Future()
        self._answer(future, lambda: function(*arguments))
        return future


def answered(future: "Future[Any]", work: Callable[[], Any]) -> None:
    """Answer as a process does."""
    future.set_result(work())


def died(future: "Future[Any]", _work: Callable[[], Any]) -> None:
    """Fail as a process that was killed does."""
    future.set_exception(RuntimeError("killed"))


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few items be worth a process, in parts and transactions of a few."""
    monkeypatch.setattr(classification_pass, "LEAST", 2)
    monkeypatch.setattr(classification_pass, "_BATCH", 5)
    monkeypatch.setattr(classification_ahead, "_PART", 3)
    monkeypatch.setattr(classification_ahead, "_MOST", 9)


def stories() -> list[Item]:
    """Return items that the topics tag and do not tag, half of them under a sentence that their source repeats."""
    words = ("ferry in the harbour", "an old ferry sails", "nothing at all", "market by the harbour")
    items = [about(number, words[number % 4]) for number in range(24)]
    return [replace(one, text=f"{one.text}\n{FURNITURE}") if number % 2 else one for number, one in enumerate(items)]


def classified(folder: Path, helpers: Helpers | None, meanwhile: Callable[[Facts], None] = lambda _: None) -> list[Any]:
    """Classify the stories in a new home, twice, the second time by another wording; return every row of what was stored."""
    folder.mkdir()
    with home_at(folder).facts() as facts:
        classifications = Classifications(facts)
        carry(facts, stories()[:16])
        carry(facts, stories()[16:], GAZETTE)
        given = 0
        wider = topic(HARBOUR.replace('"boat*"]', '"boat*", "nothing"]'))
        for topics in (TOPICS, (wider, MARKET)):
            with classifying_ahead(facts, classifications, topics, helpers or WorkerPool(0)) as ahead:
                meanwhile(facts)
                given += classify_new(facts, classifications, topics, NOON, ahead=ahead)
        stored = [facts.database.execute(rows).fetchall() for rows in _STORED]
        return [given, *stored, classifications.progress()]


def test_the_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    """Alone, with one helping process and with two, the same rows are stored: tags, evidence, repeated sentences and marks."""
    alone = classified(tmp_path / "alone", None)
    assert alone[1]
    assert alone[2]
    for processes in (1, 2):
        assert classified(tmp_path / f"with-{processes}", WorkerPool(processes)) == alone


def test_helpers_tag_what_is_waiting(tmp_path: Path) -> None:
    """Every part is given to a helper that answers at once, and its answers are those that are stored."""
    helpers = FakeHelpers(answered)
    assert classified(tmp_path / "helped", helpers) == classified(tmp_path / "alone", None)
    assert helpers.asked >= 2 * len(stories()) / 3


def test_a_process_that_dies_costs_nothing_but_time(tmp_path: Path) -> None:
    """What a helper does not answer is tagged by the coordinator."""
    helpers = FakeHelpers(died)
    assert classified(tmp_path / "helped", helpers) == classified(tmp_path / "alone", None)
    assert helpers.asked


def test_the_coordinator_makes_the_last_parts_while_it_waits(tmp_path: Path) -> None:
    """A slow helper has the first parts; the others are made meanwhile, and are stored in their order."""
    held: list[tuple[Future[Any], Callable[[], Any]]] = []
    made: list[int] = []

    def later(future: "Future[Any]", work: Callable[[], Any]) -> None:
        held.append((future, work))

    helpers = FakeHelpers(later)
    alone = classified(tmp_path / "alone", None)
    with pytest.MonkeyPatch.context() as patch:

        def wait(futures: list["Future[Any]"]) -> None:
            for future, work in [one for one in held if one[0] in futures]:
                made.append(len(held))
                future.set_result(work())

        patch.setattr(classification_ahead, "wait", wait)
        assert classified(tmp_path / "helped", helpers) == alone
    assert made
    assert helpers.asked < 2 * len(stories()) / 3


def test_an_item_that_changes_meanwhile_is_classified_as_it_is(tmp_path: Path) -> None:
    """A tagging that was made of another text, or without a sentence that has turned out to be repeated, is not taken."""

    def meanwhile(facts: Facts) -> None:
        carry(facts, [about(number, "nothing of the kind") for number in range(0, 8, 4)])

    helped = classified(tmp_path / "helped", FakeHelpers(answered), meanwhile)
    assert helped == classified(tmp_path / "alone", None, meanwhile)
    assert helped[0] != classified(tmp_path / "unchanged", None)[0]


def test_a_few_items_start_no_process(facts: Facts, classifications: Classifications, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where little is waiting, or this computer has one processor, nobody is asked to help."""
    monkeypatch.setattr(classification_pass, "LEAST", 4)
    helpers = FakeHelpers(answered)
    carry(facts, [about(number) for number in range(3)], POST)
    with classifying_ahead(facts, classifications, TOPICS, helpers) as ahead:
        assert ahead is None
    carry(facts, [about(3)], POST)
    with classifying_ahead(facts, classifications, TOPICS, helpers) as ahead:
        assert ahead is not None
    with classifying_ahead(facts, classifications, TOPICS, WorkerPool(0)) as ahead:
        assert ahead is None


@pytest.mark.parametrize(("processes", "helpers"), [(1, 0), (2, 1), (4, 3)])
def test_the_coordinator_is_one_of_the_processes(processes: int, helpers: int) -> None:
    """With `local:1` there is no helper: so many processes work at once as the setting says."""
    assert helpers_beside(processes) == helpers
