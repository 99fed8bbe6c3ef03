"""docs/tutorial.md, played from an empty folder: its commands, its words, its pictures; skipped where there is no browser."""

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from alert_making import MailServer, parts, running_mail_server
from newsboat import NEWSBOAT, Newsboat
from processes import ROOT, Started, comes, free_port, start
from support import FakeWeb, rss, rss_item, wait_until

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[browser]'")
image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install '.[browser]'")
CHROMIUM: Final = shutil.which("chromium")
QUIET: Final = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
PAGE: Final = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
PICTURES: Final = ROOT / "docs" / "images"
SCREEN: Final = {"width": 900, "height": 640}
LARGEST: Final = 60_000  # bytes of a picture
DIGESTS: Final = 4  # minutes from now at which the letter may come: the page has one time in the morning

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    # the browser's own pipes are closed by its process, after our test
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_TOWN: Final[dict[str, tuple[str, dict[str, str]]]] = {  # by name: title, and text by headline
    "post": (
        "The Harbour Post",
        {
            "New night ferry across the bay": "From May a ferry will sail to the island at midnight, the harbour office said.",
            "Regulator fines social network over removed posts": "It gave no reasons, as the Digital Services Act asks.",
            "Bakery opens on the old quay": "Bread, cakes and a view of the water, from six in the morning.",
            "Library stays open on Sundays": "Readers had asked for it for years, and the council has now agreed.",
            "Ferry Street closed for repairs": "Ferry Street will be closed until Friday, since its paving is renewed.",
        },
    ),
    "gazette": (
        "The Gazette",
        {
            "Ferries stay in port as the storm passes": "All ferries to the island were cancelled on Sunday evening.",
            "Court: platform must explain takedowns": "A social network has to give its reasons under the Digital Services Act.",
            "Choir looks for new voices": "Nobody has to read music, and rehearsals are on Tuesdays.",
            "Old ferry becomes a museum": "The ferry that carried three generations of islanders can be visited from June.",
        },
    ),
    "radio": (
        "Harbour Radio",
        {
            "Two ferries touch in the fog": "Nobody was hurt when two ferries touched at walking pace outside the harbour.",
            "Islanders ask for a later ferry": "They collected nine hundred names for a ferry after the last train.",
        },
    ),
}


def between(mark: str, kind: str) -> str:
    """Return the block of the page below a mark."""
    found = re.search(rf"<!-- {mark} -->\n```{kind}\n(.*?)```", PAGE, re.DOTALL)
    assert found, f"the page has no block {mark}"
    return found[1]


def shown(words: str) -> list[str]:
    """Return the lines of the block, of what a program says, that holds some words."""
    (block,) = [one for one in re.findall(r"\n\n```\n(.*?)```", PAGE, re.DOTALL) if words in one]
    return [line for line in block.splitlines() if line]


def town(web: FakeWeb) -> dict[str, str]:
    """Serve the feeds of the town; give where each lies, by its address on the page."""
    now = datetime.now(UTC)
    found = {}
    for name, (title, stories) in _TOWN.items():
        items = [
            rss_item(
                head,
                f"http://{name}.example/{n}",
                guid=f"{name}-{n}",
                text=text,
                date=format_datetime(now - timedelta(minutes=50 * n + 20)),
            )
            for n, (head, text) in enumerate(stories.items())
        ]
        feed = rss(*items, title=title, link=f"http://{name}.example/")
        found[f"https://{name}.example/feed.xml"] = web.serve(f"/{name}.xml", feed, content_type="application/rss+xml")
    return found


@dataclass
class Newcomer:
    """Somebody with a terminal, a browser, a feed reader and a mailbox, who reads the page."""

    folder: Path  # where they are
    web: FakeWeb
    addresses: dict[str, str]
    mailbox: MailServer
    browser: Any
    port: int
    service: Started | None = None
    evidence: str = ""  # the address to which the letter leads
    played: int = 0  # steps

    def real(self, text: str) -> str:
        """Return words of the page with the addresses that they have here."""
        for ours, theirs in self.addresses.items():
            text = text.replace(ours, theirs)
        return text.replace("127.0.0.1:8080", f"127.0.0.1:{self.port}")

    @property
    def settings(self) -> dict[str, str]:
        """Return what is another here than on a desk: loopback addresses, and mail without a password."""
        return {
            "fetch.allow": self.web.allow,
            "service.bind": f"127.0.0.1:{self.port}",
            "topics.shipped": "true",
            "mail.host": "127.0.0.1",
            "mail.port": str(self.mailbox.port),
            "mail.security": "none",
        }

    def types(self, line: str) -> str:
        """Type a line of the page into the terminal; give what it says. `run` is left running."""
        words = shlex.split(self.real(line))
        if words[0] == "cd":
            self.folder /= words[1]
            return ""
        assert words[0] == "topicwire", line
        if words[1] == "run":
            self.service = start(self.folder, "run", settings=self.settings)
            assert comes(self.port, "/index.html", b"Topics", 60)
            return ""
        known = {f"TOPICWIRE_{key.upper().replace('.', '__')}": value for key, value in self.settings.items()}
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TOPICWIRE_")} | known
        program = [sys.executable, str(ROOT / "scheduler.py"), *words[1:]]
        done = subprocess.run(program, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{line}: {done.stderr}"
        return done.stdout + done.stderr

    def presses_ctrl_c(self) -> list[str]:
        """Stop the service; give what it said."""
        assert self.service
        code, lines = self.service.stop()
        assert code == 0
        return lines

    def leaves(self) -> None:
        """Leave nothing running behind."""
        if self.service:
            self.service.kill()

    def opens(self, path: str) -> Any:
        """Open a page of the service."""
        page = self.browser.new_page(viewport=SCREEN)
        page.set_default_timeout(60_000)
        page.goto(f"http://127.0.0.1:{self.port}/{path}")
        return page

    def subscribes(self, topic: str, folder: Path) -> set[str]:
        """Take the feed of a topic into newsboat; give the titles that it then has."""
        folder.mkdir()
        return set(Newsboat(folder, f"http://127.0.0.1:{self.port}/{topic}.atom").visit())


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    """Sit somebody down before an empty folder; all tests are about the same person."""
    with ExitStack() as stack:
        web, mailbox = stack.enter_context(FakeWeb()), stack.enter_context(running_mail_server())
        driver = stack.enter_context(playwright.sync_playwright())
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        stack.callback(browser.close)
        seated = Newcomer(tmp_path_factory.mktemp("desk"), web, town(web), mailbox, browser, free_port())
        stack.callback(seated.leaves)
        yield seated


def picture(page: Any, name: str, *, whole: bool = False) -> None:
    """Take the picture of the page that has this name; TOPICWIRE_WRITE_DOCS=1 keeps it, in few colours."""
    assert f"(images/tutorial-{name}.png)" in PAGE
    page.wait_for_load_state("networkidle")
    taken = image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB").quantize(32, dither=image.Dither.NONE)
    packed = io.BytesIO()
    taken.save(packed, "PNG", optimize=True)
    assert len(packed.getvalue()) > 3_000
    if os.environ.get("TOPICWIRE_WRITE_DOCS"):
        PICTURES.mkdir(exist_ok=True)
        (PICTURES / f"tutorial-{name}.png").write_bytes(packed.getvalue())


def begins(newcomer: Newcomer) -> None:
    """Make a home, add two sources, start the service, and look at the front page."""
    said = "".join(newcomer.types(line) for line in between("first", "sh").splitlines())
    assert [line for line in shown("The Harbour Post; ") if newcomer.real(line) not in said.splitlines()] == []
    assert comes(newcomer.port, "/platform-rules.atom", b"<entry", 60)
    front = newcomer.opens("")
    front.get_by_role("link", name="Edit topics").wait_for()
    assert front.locator("section[aria-labelledby=t-platform-rules] .headlines li").count() == 2
    picture(front, "index", whole=True)


def writes_a_topic(newcomer: Newcomer) -> None:
    """Begin a topic with a few words, see what it finds, take a false hit out, and save it."""
    page = newcomer.opens("")
    page.get_by_role("link", name="Edit topics").click()
    rows = dict(re.findall(r"^\| (\w[\w ]+) \| `(.+)` \|$", PAGE, re.MULTILINE))
    for label, words in rows.items():
        page.get_by_label(re.compile(f"^{label}")).fill(words)
    page.locator("#new").evaluate("title => title.scrollIntoView()")
    picture(page, "new-topic")
    page.get_by_role("button", name="Write it").click()
    page.locator("#status").get_by_text(re.compile("^4 of 9 stored items would be tagged")).wait_for()
    text = page.locator("textarea")
    before, after = between("before", "toml"), between("after", "toml")
    assert before in text.input_value()
    text.fill(text.input_value().replace(before, after))
    page.locator("#status").get_by_text(re.compile("^3 of 9 stored items would be tagged")).wait_for()
    assert "Ferry Street" in page.locator("details[data-kept='Near misses']").inner_text()
    page.set_viewport_size({"width": 1360, "height": 980})  # text and hits side by side
    page.evaluate("scrollTo(0, 0)")
    picture(page, "editor")
    page.set_viewport_size(SCREEN)
    page.get_by_role("button", name="Save", exact=True).click()
    assert comes(newcomer.port, "/ferries.atom", b"<entry", 60)
    page.get_by_role("link", name="ferries.html").click()
    assert page.locator("article.card").count() == 3
    picture(page, "topic")


def fills_in_the_alert(newcomer: Newcomer) -> None:
    """Edit the settings as the page says; the letter comes in one of the next minutes, not in the morning."""
    path = newcomer.folder / "topicwire.toml"
    text = path.read_text("utf-8")
    mail = text[text.index("\n[mail]\n") :]
    for line in between("mail", "toml").splitlines():
        mail, count = re.subn(rf"^# {line.partition(' ')[0]} = .*$", line, mail, count=1, flags=re.MULTILINE)
        assert count == 1, line
    alert = between("alert", "toml")
    now = datetime.now(ZoneInfo(re.findall('zone = "(.*)"', alert)[0]))
    times = ", ".join(f'"{now + timedelta(minutes=n):%H:%M}"' for n in range(1, DIGESTS + 1))
    assert [line for line in alert.splitlines() if f"# {line.partition(' ')[0]}" not in mail] == []
    mail = mail[: mail.index("# [[alert]]")] + alert.replace('"07:30"', times)
    path.write_text(text[: text.index("\n[mail]\n")] + mail, "utf-8")


def is_told(newcomer: Newcomer) -> None:
    """Be told of the stories of a new source by one letter, which leads to their evidence."""
    said = newcomer.presses_ctrl_c()
    assert [line for line in shown("subscribe to") if newcomer.real(line) not in said] == []
    fills_in_the_alert(newcomer)
    test, run, add = between("again", "sh").splitlines()
    newcomer.types(test)
    assert wait_until(lambda: len(newcomer.mailbox.letters) == 1, 60)
    newcomer.types(run)
    newcomer.types(add)
    assert comes(newcomer.port, "/ferries.atom", b"Two ferries touch in the fog", 120)  # one host, so by turns
    assert wait_until(lambda: len(newcomer.mailbox.letters) == 2, 60.0 * DIGESTS)
    letter = newcomer.mailbox.letters[1]
    text, html = parts(letter)
    assert [title for title in _TOWN["radio"][1] if title not in text] == []
    assert "New night ferry" not in text
    assert letter["to"] == re.findall('mail = \\["(.*)"\\]', between("alert", "toml"))[0]
    page = newcomer.browser.new_page(viewport={"width": 700, "height": 520})
    page.set_content(html)
    picture(page, "letter")
    newcomer.evidence = re.findall(rf"http://127\.0\.0\.1:{newcomer.port}/(item/\w+\.html)", text)[0]


def finds_out_why(newcomer: Newcomer) -> None:
    """Follow the letter to the evidence, and ask the terminal why something else is not there."""
    page = newcomer.opens(newcomer.evidence)
    assert page.locator(".quotes mark").all_inner_texts()[0].casefold() in {"ferry", "ferries"}
    picture(page, "evidence")
    search, explain = between("why", "sh").splitlines()
    item = newcomer.types(search).split()[0]
    said = newcomer.types(explain.replace("ITEM", item)).splitlines()
    assert [line for line in shown("not tagged") if line not in said] == []


_STEPS: Final = (begins, writes_a_topic, is_told, finds_out_why)  # in the order of the page


def play(newcomer: Newcomer, last: Callable[[Newcomer], None]) -> None:
    """Play the page up to a step; what an earlier test has played is not played again."""
    for step in _STEPS[newcomer.played : _STEPS.index(last) + 1]:
        step(newcomer)
        newcomer.played += 1


def test_two_sources_and_a_service_make_a_feed(newcomer: Newcomer) -> None:
    """Five commands lead from an empty folder to a page with two tagged stories."""
    play(newcomer, begins)
    assert newcomer.opens("platform-rules.html").locator("article.card").count() == 2


@pytest.mark.skipif(NEWSBOAT is None, reason="newsboat is not installed: apt-get install newsboat")
def test_a_reader_has_the_feed(newcomer: Newcomer, tmp_path: Path) -> None:
    """A feed reader of another house has the titles that the page names."""
    play(newcomer, begins)
    assert newcomer.subscribes("platform-rules", tmp_path / "reader") == set(shown("Regulator fines"))


def test_a_topic_is_written_in_the_browser(newcomer: Newcomer) -> None:
    """A few words, a look at what they find, a frame against the false hit, and its page is there."""
    play(newcomer, writes_a_topic)
    assert newcomer.opens("ferries.html").locator("article.card").count() == 3


@pytest.mark.skipif(NEWSBOAT is None, reason="newsboat is not installed: apt-get install newsboat")
def test_a_reader_has_the_new_topic(newcomer: Newcomer, tmp_path: Path) -> None:
    """The stories about ferries are in the feed, and the street is not."""
    play(newcomer, writes_a_topic)
    found = newcomer.subscribes("ferries", tmp_path / "reader")
    assert {title for name in ("post", "gazette") for title in _TOWN[name][1] if re.search("(?i)ferr", title)} - found == {
        "Ferry Street closed for repairs"
    }


def test_news_comes_by_mail(newcomer: Newcomer) -> None:
    """The stories of a new source are in one letter, and those that were there before are not."""
    play(newcomer, is_told)
    assert len(newcomer.mailbox.letters) == 2  # the trial of the settings, and the news


def test_one_finds_out_why(newcomer: Newcomer) -> None:
    """The letter leads to the evidence, and the terminal says why something else is not there."""
    play(newcomer, finds_out_why)
    assert newcomer.opens(newcomer.evidence).locator(".quotes mark").count() > 0


def test_the_page_shows_each_picture_that_is_taken() -> None:
    """Every picture lies there, is small, and belongs to the page."""
    named = set(re.findall(r"\(images/(tutorial-[\w-]+\.png)\)", PAGE))
    lying = {path.name: path.stat().st_size for path in PICTURES.glob("tutorial-*.png")}
    assert named == lying.keys()
    assert max(lying.values()) < LARGEST
