"""The benchmark reads NEWS-COPY in its published form, and measures as its paper does; the texts are our own."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from story_making import BODY

from benchmarks.newscopy import Agreement, Reprint, agreement, cleaned, features, published, synthetic

WRECK = (
    "PORT DORVAL, Jan. 15 (AP) — The steamer Veldrin ran upon the rocks below the light in a heavy fog tonight, and forty pas-\n"
    "sengers were taken off in boats by the men of the station. No life was lost. Captain Harmon said that he had heard no\n"
    "bell. The ship carried coal and flour from the lake ports, and is thought to be beyond help. A tug is on its way."
)
MISREAD = WRECK.replace("steamer", "stearner").replace("Captain Harmon", "Captain Harm0n").replace(" A tug is on its way.", "")
NAME = "1-norwick-post-Jan-{day}-1930-{number}-1"


def article(day: int, number: int, text: str, headline: str = "", byline: str = "") -> dict[str, Any]:
    """Return an article in the form of the set."""
    return {"id": NAME.format(day=day, number=number), "headline": headline, "byline": byline, "article": text}


ARTICLES = {
    str(one["id"]): one
    for one in (
        article(15, 1, WRECK, "STEAMER LOST", "By ANNA DORVAL"),
        article(15, 2, MISREAD, "Forty Saved from Rocks"),
        article(15, 3, BODY),
        article(16, 4, "The choir of the old town sang before a full house on Friday, and gave all that it took to the poor. " * 2),
    )
}
PAIRS = [[NAME.format(day=15, number=1), NAME.format(day=15, number=2)]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a set of four articles, of which two are one."""
    (tmp_path / "test_inf_data.json").write_text(json.dumps(ARTICLES), "utf-8")
    (tmp_path / "full_test_gt.json").write_text(json.dumps(PAIRS), "utf-8")
    return tmp_path


def test_the_set_is_read_and_measured(folder: Path) -> None:
    """A misread and cut copy is one article with its original, and the others are articles of their own."""
    labelled = published(folder)
    assert (len(labelled.articles), labelled.pairs) == (4, (tuple(PAIRS[0]),))
    assert agreement(labelled) == Agreement(1.0, 1.0, 1.0, 1.0)


def test_texts_are_cleaned_as_in_the_paper() -> None:
    """Line breaks, hyphens at their ends, punctuation and all but ASCII go; the byline stays, and no headline counts."""
    assert cleaned("pas-\nsengers, “saved”\nat 5.30") == "passengers saved at 530"
    found = features(published_articles())[0]
    assert (found.head, found.body[:3], found.moment.isoformat()[:10]) == ((), ("by", "anna", "dorval"), "1930-01-15")


def published_articles() -> list[Reprint]:
    """Return the articles as the benchmark holds them."""
    return [Reprint(**one) for one in ARTICLES.values()]


def test_the_archive_is_read_as_it_was_downloaded(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The files may still lie in their archive, in whatever folder."""
    there = tmp_path_factory.mktemp("archive")
    with ZipFile(there / "test_sets.zip", "w") as packed:
        for name in ("test_inf_data.json", "full_test_gt.json"):
            packed.write(folder / name, f"test sets/{name}")
    assert published(there) == published(folder)


def test_what_cannot_be_read_is_told(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A missing file, another form and a label without an article end with one line."""
    with pytest.raises(SystemExit, match="nothing to read; put "):
        published(tmp_path_factory.mktemp("empty"))
    (folder / "full_test_gt.json").write_text('[["x", "y"]]', "utf-8")
    with pytest.raises(SystemExit, match="2 labelled ids are no article, for example x"):
        published(folder)
    (folder / "test_inf_data.json").write_text("[]", "utf-8")
    with pytest.raises(SystemExit, match="not in the form of NEWS-COPY"):
        published(folder)


def test_made_up_reprints_are_the_same_every_time() -> None:
    """The stand-in is made of invented words, is noisy, and depends on its seed alone."""
    one, two = synthetic(4, 0.02), synthetic(4, 0.02)
    assert one == two
    assert len(one.pairs) == 4 * 10
    assert one.articles != synthetic(4, 0.0).articles
    assert agreement(synthetic(4, 0.0)).precision == 1.0
