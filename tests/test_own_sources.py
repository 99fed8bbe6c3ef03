import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from making import Cli, home_at, write_topic
from served_site import Answer, Site, served
from support import NOON, FakeWeb, rss, rss_item
from test_adding import page as page_naming
from test_review_page import PASSED_ON, TOKEN

from feeds.publication.entry import source_key
from feeds.server.owner import adding
from ingest.model import Source
from ingest.polling.owner.looking import LookAtAddress

FEED = rss(rss_item("The ferry left the harbour", "http://harbour.example/1"), rss_item("Rain", "http://harbour.example/2"))
ADD, MANAGE = "/sources/add", "/sources/manage"


@pytest.fixture
def cli(home: Path, web: FakeWeb) -> Cli:
    """Return the command, in a home with a topic and without sources that may ask the web."""
    write_topic(home)
    made = Cli(home)
    made.settings["fetch.allow"] = web.allow
    return made


@pytest.fixture
def site(cli: Cli) -> Iterator[Site]:
    """Serve it on this computer."""
    with served(home_at(cli.home, cli.settings, cli.clock)) as opened:
        yield opened


def secret(site: Site) -> str:
    """Return what the forms send back."""
    return str(re.findall(r'name="token" value="([^"]*)"', site.ask(ADD).text)[0])


def look(site: Site, address: str) -> Answer:
    """Type an address and press the button."""
    return site.post(ADD, {"token": secret(site), "address": address})


def keep(site: Site, found: Answer, number: int = 0) -> Answer:
    """Press the button below a feed that was found, and follow to where it leads."""
    form = dict(re.findall(r'name="(token|look|address)" value="([^"]*)"', found.text))
    sent = site.post(ADD, {name: unescape(value) for name, value in form.items()} | {"keep": str(number)})
    return site.ask(sent.headers["location"]) if sent.status == 303 else sent


def decide(site: Site, do: str, url: str, **more: str) -> Answer:
    """Press a button below a source, and follow to where it leads."""
    sent = site.post(MANAGE, {"token": secret(site), "source": source_key(Source(url)), "do": do} | more)
    return site.ask(sent.headers["location"]) if sent.status == 303 else sent


def words(page: Answer) -> str:
    """Return the text of a page."""
    body = page.text.partition("<main")[2].partition("</main>")[0]
    return unescape(" ".join(re.sub("<[^>]*>", " ", body).split()))


def buttons(page: Answer) -> list[str]:
    """Return what can be done with the sources of a page."""
    return re.findall(r'<button name="do" value="(\w+)"', page.text)


# Adding


def test_a_feed_is_shown_before_it_is_kept(cli: Cli, site: Site, web: FakeWeb) -> None:
    """Title, entries, languages, topics, the newest entries; nothing is stored until the second button, which asks nobody."""
    url = web.serve("/rss", FEED)
    found = look(site, url)
    assert found.status == 200
    assert "The Harbour Post 2 entries · English 1, language unknown 1 · topics: harbour 1" in words(found)
    assert "The ferry left the harbour" in words(found)
    assert cli.rows("sources", "list", "--json") == cli.rows("items", "--json") == []
    kept = keep(site, found)
    assert "Added: “The Harbour Post”. What it holds is tagged and published with the next pass." in words(kept)
    assert [row["url"] for row in cli.rows("sources", "list", "--json")] == [url]
    assert len(cli.rows("items", "--json")) == 2
    assert web.paths() == ["/rss"]


def test_of_a_site_with_several_feeds_one_is_chosen(cli: Cli, site: Site, web: FakeWeb) -> None:
    """Each feed that the page names is shown; the one that is chosen is kept, and only that."""
    url = web.serve("/", page_naming("/rss", "/news"), content_type="text/html")
    web.serve("/rss", FEED)
    news = web.serve("/news", rss(rss_item("Fog", "http://harbour.example/3")))
    found = look(site, url)
    assert "2 feeds found. Nothing is kept yet." in words(found)
    assert words(found).index("Rain") < words(found).index("Fog")
    keep(site, found, 1)
    assert [row["url"] for row in cli.rows("sources", "list", "--json")] == [news]


def test_very_many_feeds_of_a_page_are_not_all_asked(site: Site, web: FakeWeb) -> None:
    """Six are asked; the others are links to the form, which ask nothing by themselves."""
    url = web.serve("/", page_naming(*(f"/{n}" for n in range(9))), content_type="text/html")
    for number in range(9):
        web.serve(f"/{number}", FEED)
    found = look(site, url)
    assert len(web.paths()) == 7
    links = re.findall(r'href="(/sources/add\?address=[^"]*)"', found.text)
    assert len(links) == 3
    assert f'value="{web.url("/6")}"' in site.ask(links[0]).text
    assert len(web.paths()) == 7


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        (rss(), "It holds no entry at present."),
        (
            rss(rss_item("Fog", "http://h.example/1", date="Tue, 01 Mar 2022 10:00:00 GMT")),
            "Nothing is new there since 2022-03-01.",
        ),
        (rss("<item><title>Fog</title><guid>1</guid></item>"), "No entry has a date"),
    ],
)
def test_what_is_odd_is_said_before(site: Site, web: FakeWeb, body: str, warning: str) -> None:
    """An empty feed, an old one, one without dates."""
    assert warning in words(look(site, web.serve("/rss", body)))


@pytest.mark.parametrize(("status", "said"), [(404, "this will not pass by itself"), (503, "this may pass by itself")])
def test_what_cannot_be_read_is_kept_only_on_purpose(cli: Cli, site: Site, web: FakeWeb, status: int, said: str) -> None:
    """The cause stands beside the button, which says "all the same"."""
    url = web.fail("/rss", status)
    found = look(site, url)
    assert (said in words(found), "Keep it all the same" in words(found)) == (True, True)
    keep(site, found)
    assert [row["standing"] for row in cli.rows("sources", "status", "--json")] == ["failing"]


@pytest.mark.parametrize("address", ["", "   ", "no address", "file:///etc/passwd", "javascript:alert(1)", "<b>x</b>", "x" * 9_000])
def test_what_is_no_address_is_said_in_a_line(site: Site, web: FakeWeb, address: str) -> None:
    """One clear line, the text stays in the field, and nobody is asked."""
    answer = look(site, address)
    assert answer.status == 422
    (fault,) = re.findall(r'<p class="fault" id="fault" role="alert">([^<]*)</p>', answer.text)
    assert "Traceback" not in fault
    assert len(unescape(fault)) < 320
    assert "<b>x" not in answer.text
    assert web.paths() == []


def test_a_private_address_is_not_asked(cli: Cli, web: FakeWeb) -> None:
    """The guard of every request holds here too: what is not in `fetch.allow` is refused, and the page says so."""
    del cli.settings["fetch.allow"]
    url = web.serve("/rss", FEED)
    with served(home_at(cli.home, cli.settings, cli.clock)) as site:
        assert "fetch.allow" in words(look(site, url))
    assert web.paths() == []


def test_a_source_that_is_there_is_not_asked_again(cli: Cli, site: Site, web: FakeWeb) -> None:
    """Whether it was there before, or is added twice from one page."""
    url = web.serve("/rss", FEED)
    found = look(site, url)
    keep(site, found)
    assert "“The Harbour Post” is polled already." in words(keep(site, found))
    assert f"{url}: polled already" in words(look(site, url))
    assert web.paths() == ["/rss"]
    assert len(cli.rows("sources", "list", "--json")) == 1


def test_what_was_found_long_ago_is_looked_at_again(cli: Cli, site: Site, web: FakeWeb) -> None:
    """After a quarter of an hour, and after eight other looks, nothing is kept of it."""
    found = look(site, web.serve("/rss", FEED))
    cli.clock.forward(minutes=16)
    late = keep(site, found)
    assert (late.status, "What was found is no longer remembered: look again." in words(late)) == (409, True)
    looks, made = adding.RecentLooks(), LookAtAddress("http://a.example/", ())
    keys = [looks.remember(made, NOON) for _ in range(9)]
    assert [looks.get(key, NOON) is None for key in keys] == [True, *[False] * 8]
    assert looks.get(keys[8], NOON - timedelta(seconds=1)) is None


def test_what_a_feed_says_stays_text(site: Site, web: FakeWeb) -> None:
    """A hostile title, and an address that is a script, do nothing."""
    bad = rss(rss_item("<![CDATA[<script>alert(1)</script>]]>", "javascript:alert(1)"), title="&lt;img src=x onerror=alert(1)>")
    page = look(site, web.serve("/rss", bad)).text
    assert ("<script>alert" in page, "<img" in page, 'href="javascript' in page) == (False, False, False)


# What is there


def test_the_list_says_how_each_is_and_what_can_be_done(cli: Cli, site: Site, web: FakeWeb) -> None:
    """Those that need attention first; each with what makes sense for it."""
    bad, good = web.fail("/bad", 404), web.serve("/good", FEED)
    cli("sources", "add", good)
    cli("sources", "add", "--anyway", bad)
    page = site.ask(MANAGE)
    assert (page.status, page.headers["cache-control"], page.headers["x-robots-tag"]) == (200, "no-store", "noindex")
    assert words(page).index("failing /bad"[:7]) < words(page).index("The Harbour Post ok")
    assert buttons(page) == ["poll", "pause", "remove"] * 2


def test_a_source_is_paused_resumed_and_removed(cli: Cli, site: Site, web: FakeWeb) -> None:
    """Each press is said in words, shown in the list, and the same as the command's."""
    url = web.serve("/rss", FEED)
    cli("sources", "add", url)
    paused = decide(site, "pause", url)
    assert "Paused: “The Harbour Post” is left alone until you resume it. What it carried stays." in words(paused)
    assert (buttons(paused), cli.rows("sources", "status", "--json")[0]["standing"]) == (["resume", "remove"], "paused")
    assert "Resumed: “The Harbour Post”" in words(decide(site, "resume", url))
    removed = decide(site, "remove", url)
    assert "Removed: “The Harbour Post”" in words(removed)
    assert (buttons(removed), "Add again" in words(removed)) == ([], True)
    again = look(site, url)
    assert "It was removed once: keeping it has it polled again." in words(again)
    keep(site, again)
    assert cli.rows("sources", "status", "--json")[0]["standing"] == "ok"


def test_a_source_is_polled_with_the_next_pass(cli: Cli, site: Site, web: FakeWeb) -> None:
    """The page asks nobody itself: it makes the source due."""
    url = web.serve("/rss", FEED)
    cli("sources", "add", url)
    early = decide(site, "poll", url)
    assert (early.status, "polled less than a minute ago" in words(early)) == (409, True)
    cli.clock.forward(minutes=2)
    assert "Due now: “The Harbour Post” is polled with the next pass." in words(decide(site, "poll", url))
    assert web.paths() == ["/rss"]
    cli("poll")
    assert web.paths() == ["/rss", "/rss"]


def test_what_sources_opml_lists_is_removed_there(cli: Cli, site: Site, web: FakeWeb) -> None:
    """The page offers no button for it, says where, and refuses one that is sent all the same."""
    url = web.serve("/rss", FEED)
    cli.poll(url)
    cli("poll")
    page = site.ask(MANAGE)
    assert (buttons(page), "removed in that file" in words(page)) == (["poll", "pause"], True)
    refused = decide(site, "remove", url)
    assert (refused.status, "listed in sources.opml; take it out of that file, or pause it" in words(refused)) == (409, True)


def test_sources_are_found_and_stay_found(cli: Cli, site: Site) -> None:
    """By name, standing and order; a decision leads back to the same list."""
    with home_at(cli.home).facts() as facts:
        facts.sources.add([Source(f"http://s{n}.example/feed", title=f"Paper {9 - n}") for n in range(9)], NOON)
    page = site.ask(f"{MANAGE}?q=paper&order=name")
    assert re.findall(r"<bdi[^>]*>(?:<a[^>]*>)?(Paper \d)", page.text) == [f"Paper {n}" for n in range(1, 10)]
    after = decide(site, "pause", "http://s3.example/feed", q="s3.", standing="", order="name")
    assert "1 source found." in words(after)
    assert 'name="q" type="search" value="s3."' in after.text


def test_a_source_that_is_not_there_is_said(site: Site) -> None:
    """It may have moved meanwhile; and what is no decision is refused."""
    gone = decide(site, "pause", "http://nowhere.example/")
    assert (gone.status, "choose it again" in words(gone)) == (409, True)
    assert decide(site, "explode", "http://nowhere.example/").status == 400


# Who may


@pytest.mark.parametrize("path", [ADD, MANAGE])
def test_nobody_else_sees_or_changes_sources(site: Site, web: FakeWeb, path: str) -> None:
    """What a proxy passed on is refused, to read and to send."""
    url = web.serve("/rss", FEED)
    form = {"token": secret(site), "address": url, "source": source_key(Source(url)), "do": "pause"}
    for passed in ({name: "192.0.2.1"} for name in PASSED_ON[::4]):
        statuses = site.ask(path, "GET", None, **passed).status, site.post(path, form, **passed).status
        assert (passed, *statuses) == (passed, 403, 403)
    assert web.paths() == []


@pytest.mark.parametrize("path", [ADD, MANAGE])
def test_another_page_cannot_send_the_forms(site: Site, web: FakeWeb, path: str) -> None:
    """A wrong secret, another origin, another site: nothing is asked and nothing changed. A link does nothing either."""
    url = web.serve("/rss", FEED)
    form = {"token": secret(site), "address": url, "source": source_key(Source(url)), "do": "pause"}
    assert site.post(path, form | {"token": "guess"}).status == 403
    assert site.post(path, form, origin="http://evil.example").status == 403
    assert site.post(path, form, sec_fetch_site="cross-site").status == 403
    assert site.ask(f"{path}?address={url}&do=pause").status == 200
    assert web.paths() == []


def test_the_token_opens_the_pages_elsewhere(cli: Cli) -> None:
    """With a token it is needed everywhere, and a program that sends it needs no secret of a form."""
    cli.settings["service.review_token"] = TOKEN
    with home_at(cli.home).facts() as facts:
        facts.sources.add([Source("http://a.example/feed")], NOON)
    with served(home_at(cli.home, cli.settings, cli.clock)) as site:
        assert (site.ask(MANAGE).status, site.ask(ADD).status) == (401, 401)
        form = {"source": source_key(Source("http://a.example/feed")), "do": "pause"}
        assert site.post(MANAGE, form, authorization=f"Bearer {TOKEN}").status == 303
    assert cli.rows("sources", "status", "--json")[0]["standing"] == "paused"
