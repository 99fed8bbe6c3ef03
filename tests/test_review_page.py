import re
import socket
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import HARBOUR, Cli, about, carry, home_at, item, topic, write_topic
from served_site import Answer, Site, served
from support import NOON, wait_until
from wording import IDLE, far

from feeds.server.access import Access
from feeds.server.owner import queue
from feeds.store.classifications import Classifications
from feeds.store.reviews import Verdict
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.review import record_review
from feeds.tagging.review_list import uncertain_items

TOKEN = "correct horse battery staple"  # noqa: S105 - of a test
HOME = Access("127.0.0.1:8080", "", "")
HERE = {"host": "127.0.0.1:8080"}


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command of a home with a tagged item, a near miss and a mere mention."""
    write_topic(home)
    texts = {1: "", 2: far("A ferry came.\nThe harbour is old."), 3: far("A ferry came to the harbour.")}
    with home_at(home).facts() as facts:
        for number, text in texts.items():
            what = about(number) if number == 1 else about(number, f"news {number}")
            kept = item(guid=what.guid, url=what.url, title=what.title, text=text, summary="", published=None)
            carry(facts, [kept], at=NOON - timedelta(days=number))
        classify_new(facts, Classifications(facts), (topic(),), NOON)
    return Cli(home)


@pytest.fixture
def site(cli: Cli) -> Iterator[Site]:
    """Serve it on this computer."""
    with served(home_at(cli.home, cli.settings, cli.clock)) as opened:
        yield opened


def fields(page: Answer) -> dict[str, str]:
    """Read the fields of the form with the verdicts."""
    form = page.text.partition('aria-label="Your decision"')[2]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form.partition("</form>")[0]))


def press(site: Site, verdict: str, path: str = "/review", **more: str) -> Answer:
    """Open the page, press a button, and follow to where it leads."""
    sent = site.post("/review", fields(site.ask(path)) | {"verdict": verdict} | more)
    assert (sent.status, sent.headers["location"].startswith("/review?topic=harbour")) == (303, True)
    return site.ask(sent.headers["location"])


def heading(page: Answer) -> str:
    """Return the title of the item to decide on."""
    return re.sub("<[^>]*>", "", (re.findall(r"<h2[^>]*>(.*?)</h2>", page.text, re.DOTALL) or [""])[0]).strip()


def tagged(cli: Cli) -> int:
    """Return how many items are tagged."""
    return sum("harbour" in row["tags"] for row in cli.rows("items", "--json"))


# Deciding


def test_the_page_begins_where_something_waits(cli: Cli, site: Site) -> None:
    """Whoever names no topic gets the first that has a mere mention; with none anywhere the first of all."""
    write_topic(cli.home, HARBOUR.replace("harbour*", "lagoon"), "airport")
    assert "Review: Harbour news" in site.ask("/review?topic=").text
    assert "Review: Harbour news" in site.ask("/review").text
    with home_at(cli.home).facts() as facts:
        classifications = Classifications(facts)
        assert classifications.unsure() == {"harbour"}
        for stored in facts.items.all():
            record_review(facts, topic(), stored, (Verdict.REJECT, ""), NOON)
        assert classifications.unsure() == frozenset()


def test_a_home_without_topics_has_nothing_to_review(cli: Cli, site: Site) -> None:
    """The page says so, in the style of all pages, and what to do."""
    for path in (cli.home / "topics").iterdir():
        path.unlink()
    page = site.ask("/review")
    assert page.status == 404
    assert "<h1>Nothing to review</h1>" in page.text
    assert page.headers["cache-control"] == "no-store"


def test_the_page_shows_what_is_uncertain(site: Site) -> None:
    """Mere mentions and near misses, the newest first, with what the rules saw; never kept by a cache or listed by a robot."""
    page = site.ask("/review")
    assert (page.status, heading(page)) == (200, "Story 2: news 2")
    assert "2 stories" in page.text
    assert "<mark>" in page.text
    assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store", "noindex")


def test_the_page_shows_how_a_text_begins(site: Site) -> None:
    """Under the sentences that count stands the opening of the text, not one of these sentences once more."""
    opening = site.ask("/review").text.partition('<p class="opening"')[2].partition(">")[2]
    assert opening.startswith(IDLE[:60])


@pytest.mark.parametrize(("verdict", "change"), [("accept", 1), ("reject", 0)])
def test_a_verdict_is_one_press(cli: Cli, site: Site, verdict: str, change: int) -> None:
    """Accept and reject are stored with their reason, classified at once, said, and the next item is there."""
    before = tagged(cli)
    page = press(site, verdict, reason="the quay\nis near")
    assert heading(page) == "Story 3: news 3"
    assert f"{verdict.capitalize()}ed (the quay is near): “Story 2: news 2”. The next publication shows it." in page.text
    assert tagged(cli) == before + change
    assert f"{verdict}ed by hand: the quay is near" in cli("explain", "http://post.example/2").stdout


def test_a_verdict_is_taken_back(cli: Cli, site: Site) -> None:
    """Undo gives the word back to the rules, and the item waits again."""
    before = tagged(cli)
    page = press(site, "accept")
    undo = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text.partition("</form>")[0]))
    assert undo["verdict"] == "undo"
    site.post("/review", undo)
    assert tagged(cli) == before
    assert heading(site.ask("/review")) == "Story 2: news 2"


def test_what_is_put_off_comes_last(site: Site) -> None:
    """Later shows the next item and decides nothing; after the last the first is there again."""
    page = press(site, "skip")
    assert heading(page) == "Story 3: news 3"
    assert "2 stories" in page.text
    sent = site.post("/review", fields(page) | {"verdict": "skip"})
    assert heading(site.ask(sent.headers["location"])) == "Story 2: news 2"


def test_the_first_view_does_not_wait_for_the_whole_list(cli: Cli, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stored as a mere mention is there at once, and can be decided; near misses join when all was looked at."""
    go_on = Event()

    def slow(*asked: object) -> object:
        assert go_on.wait(10)
        return uncertain_items(*asked)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(queue, "uncertain_items", slow)
    monkeypatch.setattr(queue.ReviewQueue, "_wait", lambda *_: None)
    first = site.ask("/review")
    assert (heading(first), "1 story to review so far" in first.text) == ("Story 3: news 3", True)
    assert 'what is nearly tagged joins the list in a while. <a href="/review?topic=harbour">Look again</a>' in first.text
    assert "Nothing is known to wait yet" in press(site, "accept").text
    go_on.set()
    assert wait_until(lambda: "so far" not in site.ask("/review").text)
    assert heading(site.ask("/review")) == "Story 2: news 2"
    with home_at(cli.home).facts() as facts:
        carry(facts, [about(9)])
    go_on.clear()
    stale = site.ask("/review")
    assert (heading(stale), "so far" in stale.text) == ("Story 2: news 2", True)
    write_topic(cli.home, HARBOUR.replace("harbour*", "lagoon"))
    assert "Nothing is known to wait yet" in site.ask("/review").text
    go_on.set()


def test_when_all_is_decided_the_page_says_so(cli: Cli, site: Site) -> None:
    """Nothing waits any more; and a changed topic or a new item is looked at anew."""
    press(site, "accept")
    assert "Nothing is waiting" in press(site, "reject").text
    with home_at(cli.home).facts() as facts:
        carry(
            facts, [item(guid="urn:n", url="http://post.example/n", title="News", text=far("A ferry came.\nThe harbour is old."))]
        )
    assert heading(site.ask("/review")) == "News"
    write_topic(cli.home, HARBOUR.replace('"harbour*"', '"quay"'))
    assert "Nothing is waiting" in site.ask("/review?topic=harbour").text


@pytest.mark.parametrize(
    "wrong", [{"topic": "none"}, {"item": "none"}, {"item": ""}, {"verdict": "maybe"}, {"item": "x" * 20_000}, {"verdict": ""}]
)
def test_what_is_no_decision_is_refused(cli: Cli, site: Site, wrong: dict[str, str]) -> None:
    """A form that names no topic, no stored item or no verdict changes nothing."""
    before = cli.rows("items", "--json")
    answer = site.post("/review", fields(site.ask("/review")) | {"verdict": "accept"} | wrong)
    assert answer.status in {400, 403}
    assert cli.rows("items", "--json") == before


def test_a_home_without_topics_with_words_has_nothing_to_review(home: Path) -> None:
    """A topic that takes everything is sure of everything."""
    write_topic(home, 'title = "All"', "all")
    with served(home_at(home)) as opened:
        assert opened.ask("/review").status == 404
        assert "Nothing is waiting" in opened.ask("/review?topic=all").text


# Nobody else


@pytest.mark.parametrize(
    "forged",
    [
        {"token": ""},
        {"token": "guessed"},
        {"header": {"origin": "http://evil.example"}},
        {"header": {"origin": "null"}},
        {"header": {"sec_fetch_site": "cross-site"}},
        {"header": {"sec_fetch_site": "same-site"}},
    ],
)
def test_another_page_cannot_decide(cli: Cli, site: Site, forged: dict[str, object]) -> None:
    """A form on a page elsewhere that a browser is made to send is refused, and changes nothing."""
    before = tagged(cli)
    form = fields(site.ask("/review")) | {"verdict": "accept"} | {k: str(v) for k, v in forged.items() if k == "token"}
    header = forged.get("header", {})
    assert isinstance(header, dict)
    assert site.post("/review", form, **header).status == 403
    assert tagged(cli) == before


def test_our_own_page_can_decide_in_a_browser(site: Site) -> None:
    """What a browser sends along from our page is good; and the page lets it say where a form comes from."""
    page = site.ask("/review")
    assert page.headers["referrer-policy"] == "same-origin"
    form = fields(page) | {"verdict": "accept"}
    assert site.post("/review", form, origin=f"http://127.0.0.1:{site.port}", sec_fetch_site="same-origin").status == 303


def test_nothing_is_decided_by_a_link(cli: Cli, site: Site) -> None:
    """GET decides nothing, whatever is in the address; other methods are refused."""
    before = tagged(cli)
    form = fields(site.ask("/review"))
    site.ask(f"/review?verdict=accept&topic=harbour&item={form['item']}&token={form['token']}")
    assert tagged(cli) == before
    assert site.ask("/review", "DELETE").status == 405


def test_another_name_for_this_computer_is_refused(site: Site) -> None:
    """A page whose name was made to lead here cannot read or decide: only this computer's own names are good."""
    for host in ("evil.example", "127.0.0.1.evil.example", "evil.example@127.0.0.1", "", "localhost.evil.example"):
        assert site.ask("/review", host=host).status == 403
    assert site.ask("/review", host="localhost").status == 200


@pytest.mark.parametrize(
    ("access", "headers", "client", "good"),
    [
        (HOME, HERE, "127.0.0.1", True),
        (HOME, {"host": "[::1]:8080"}, "::1", True),
        (HOME, HERE, "192.0.2.1", False),
        (HOME, {}, "127.0.0.1", False),
        (Access("0.0.0.0:80", "", ""), HERE, "127.0.0.1", False),
        (Access("127.0.0.1:80", "https://feeds.example", ""), HERE, "127.0.0.1", False),
        (Access("127.0.0.1:80", "http://localhost:80", ""), HERE, "127.0.0.1", True),
    ],
)
def test_without_a_token_everything_is_of_this_computer(
    access: Access, headers: dict[str, str], client: str, *, good: bool
) -> None:
    """Where it listens, the address it is told to have, the asker and the name asked for: one that is not refuses."""
    assert (access.refusal(headers, client) is None) is good


PASSED_ON = (
    "Forwarded X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Forwarded-Port X-Forwarded-Server X-Forwarded Via X-Real-IP"
    " CF-Connecting-IP CF-Ray True-Client-IP Fastly-Client-IP X-Client-IP X-Cluster-Client-IP Client-IP Fly-Client-IP CDN-Loop"
    " X-Original-Forwarded-For X-Original-Host X-Envoy-External-Address X-Azure-ClientIP X-ARR-SSL X-Amzn-Trace-Id X-Varnish"
    " X-Remote-Addr X-ProxyUser-Ip WL-Proxy-Client-IP Proxy-Client-IP X-Originating-IP X-Host X-Request-ID"
).split()


@pytest.mark.parametrize("value", ["192.0.2.1", "127.0.0.1", ""])
def test_a_request_that_was_passed_on_is_not_of_this_computer(cli: Cli, site: Site, value: str) -> None:
    """A proxy on this computer carries the world in, under whatever name: without a token it neither sees nor decides."""
    before, form = tagged(cli), fields(site.ask("/review")) | {"verdict": "accept"}
    said = "this came through a proxy: set service.review_token to open it from elsewhere\n"
    for passed in ({name: value} for name in PASSED_ON):
        refused = site.post("/review", form, **passed)
        assert (passed, site.ask("/review", "GET", None, **passed).status, refused.status, refused.text) == (passed, 403, 403, said)
    assert tagged(cli) == before


def test_a_proxy_that_says_nothing_is_known_by_its_http(site: Site) -> None:
    """A proxy that adds no header speaks HTTP 1.0 by default, which no browser does."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as client:
        client.sendall(f"GET /review HTTP/1.0\r\nHost: 127.0.0.1:{site.port}\r\n\r\n".encode())
        assert client.recv(100).startswith(b"HTTP/1.1 403 ")


def test_a_browser_of_this_computer_sends_nothing_of_that_kind(site: Site) -> None:
    """What browsers do send refuses nobody."""
    sent = "Accept Accept-Language Cache-Control DNT Pragma Priority Sec-CH-UA Sec-Fetch-Mode Sec-GPC Upgrade-Insecure-Requests"
    assert site.ask("/review", "GET", None, **dict.fromkeys((*sent.split(), "Cookie", "User-Agent", "TE"), "x")).status == 200


@pytest.mark.parametrize(
    ("access", "words"),
    [
        (HOME, " at http://127.0.0.1:8080/topics/ and review at http://127.0.0.1:8080/review: this computer alone"),
        (Access("127.0.0.1:8080", "https://feeds.example", ""), " and review: nobody"),
        (Access("0.0.0.0:8080", "", ""), " and review: nobody"),
        (Access("0.0.0.0:8080", "", TOKEN), " at /topics/ and review at /review: whoever has service.review_token"),
    ],
)
def test_a_service_says_who_may_review(access: Access, words: str) -> None:
    """One line at the start names who may, and never the token."""
    assert access.summary().startswith(f"write topics{words}")
    assert TOKEN not in access.summary()


def test_a_token_opens_it_from_anywhere(cli: Cli) -> None:
    """With a token set nothing else opens it, here neither: as the password of a browser, or from a program."""
    cli.settings["service.review_token"] = TOKEN
    with served(home_at(cli.home, cli.settings, cli.clock)) as site:
        asked = site.ask("/review")
        assert (asked.status, asked.headers["www-authenticate"]) == (401, 'Basic realm="review", charset="UTF-8"')
        for wrong in (f"Bearer {TOKEN}x", "Bearer", "Basic !", f"Basic {b64encode(b'no colon').decode()}", f"Digest {TOKEN}"):
            assert site.ask("/review", authorization=wrong).status == 401
        site.always = {"authorization": f"Basic {b64encode(f'anybody:{TOKEN}'.encode()).decode()}", "host": "feeds.example"}
        site.always["x-forwarded-for"] = "192.0.2.1"
        assert heading(press(site, "accept")) == "Story 3: news 3"
        form = fields(site.ask("/review")) | {"verdict": "accept", "token": ""}
        assert site.post("/review", form).status == 403
        assert site.post("/review", form, authorization=f"Bearer {TOKEN}").status == 303


@given(header=st.text(max_size=80), host=st.text(max_size=40))
def test_no_header_breaks_the_rule(header: str, host: str) -> None:
    """Whatever a header holds is refused or good, never a fault."""
    assert Access("127.0.0.1:80", "", TOKEN).refusal({"authorization": header}, "") is not None
    HOME.refusal({"host": host}, "127.0.0.1")
    HOME.forgery({"origin": header, "host": host}, "secret", header)
