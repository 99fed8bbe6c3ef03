"""The published pages in a real browser; skipped, with the reason, where there is none."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest

from feeds.pages import index
from feeds.serve import Server, application, listen
from feeds.topic import parse_topic

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[browser]'")
CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    # the browser's own pipes are closed by its process, after our test
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Serve an index page of two topics."""
    topics = tuple(parse_topic(f'title = "{name} & more"\ndescription = "About {name}."', name, "t") for name in ("one", "two"))
    (tmp_path / "index.html").write_bytes(index(topics, {"one": 1, "two": 12}))
    for topic in topics:
        (tmp_path / f"{topic.name}.atom").write_bytes(b"<feed/>")
    listening = listen("127.0.0.1:0")
    server = Server(application(tmp_path, lambda: True))
    thread = Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_index_shows_every_topic_without_a_fault(site: str, width: int) -> None:
    """At phone and desktop width the index names each topic, links its feed, and breaks none of the page's rules."""
    faults: list[str] = []
    with ExitStack() as stack:
        driver = stack.enter_context(playwright.sync_playwright())
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        stack.callback(browser.close)
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.on("console", lambda message: faults.append(message.text))
        page.on("requestfailed", lambda request: faults.append(request.url))
        page.goto(site)
        assert page.get_by_role("heading", level=2).all_inner_texts() == ["one & more", "two & more"]
        assert page.get_by_text("12 entries").is_visible()
        feeds = page.locator("link[rel=alternate]").evaluate_all("links => links.map(link => link.href)")
        assert feeds == [f"{site}/one.atom", f"{site}/two.atom"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.request.get(feeds[0]).headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert faults == []
