from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from farm import HOURS, Farm, Feed, bomb, drip, endless, growing, http_date, mute, story
from support import NOON, Clock, FakeWeb, Page, rss

from ingest.model import SourceStatus

# The specification of politeness: thirty hours of feeds that misbehave, each in its own way, polled every ten
# minutes by processes that end and start again. Time is the farm's own.


def redirect(status: int, target: str) -> Page:
    """Send a visitor elsewhere."""
    return Page(status, headers=(("Location", target),))


def cached(feed: Feed, value: str) -> Page:
    """Answer with a Cache-Control."""
    return feed.page(headers=(("Cache-Control", value),))


def plant(farm: Farm) -> None:
    """Plant all feeds."""
    to = farm.web.url
    # Validators
    farm.plant("odd-etag", lambda feed, *_: feed.page(etag="W/\"a b\", 'c'", last_modified="yesterday, I think"))
    farm.plant("new-etag", lambda feed, n, _: feed.page() if n == 0 else Page(304, etag=f'"{n}"'))
    farm.plant("bare-304", lambda feed, n, _: feed.page() if n == 0 else Page(304))
    farm.plant("unasked-304", lambda *_: Page(304))
    farm.plant(
        "stuck-etag", lambda feed, n, _: feed.page(status=200, etag=None, body=rss(story(feed.name, n)), headers=(("ETag", '"1"'),))
    )
    farm.plant("no-validators", lambda feed, *_: feed.page(etag=None))
    farm.plant("deaf", lambda feed, n, _: feed.page(etag=f'"{n}"'))
    farm.plant("known", lambda feed, *_: feed.page())
    # Asking to wait
    farm.plant("wait-seconds", lambda feed, *_: feed.fail(429, Retry_After="18000"))
    farm.plant("wait-date", lambda feed, _, now: feed.fail(503, Retry_After=http_date(now + timedelta(hours=7))))
    farm.plant("wait-20-digits", lambda feed, *_: feed.fail(429, Retry_After="9" * 20))
    farm.plant("wait-negative", lambda feed, *_: feed.fail(503, Retry_After="-5"))
    farm.plant("wait-a-century", lambda feed, *_: feed.fail(503, Retry_After="Fri, 01 Jan 2126 00:00:00 GMT"))
    farm.plant("fresh", lambda feed, *_: cached(feed, "max-age=3000"))
    farm.plant("fresh-for-ever", lambda feed, *_: cached(feed, "public, max-age=31536000, immutable"))
    farm.plant(
        "expires",
        lambda feed, _, now: feed.page(headers=(("Expires", http_date(now + timedelta(minutes=55))),)),
    )
    farm.plant(
        "skips-nights",
        lambda feed, *_: feed.page(
            body=_skipping(feed, "<skipHours>" + "".join(f"<hour>{h}</hour>" for h in range(6)) + "</skipHours>")
        ),
    )
    farm.plant("skips-tuesday", lambda feed, *_: feed.page(body=_skipping(feed, "<skipDays><day>Tuesday</day></skipDays>")))
    plant_failing(farm)
    # Leading elsewhere
    for status in (301, 308, 302, 303, 307):
        farm.plant(f"from-{status}", lambda _feed, _n, _now, status=status: redirect(status, to(f"/to-{status}")))  # type: ignore[misc]
        farm.plant(f"to-{status}", lambda feed, *_: feed.page(), polled=False)
    farm.plant("from-mixed", lambda *_: redirect(301, to("/to-mixed")))
    farm.plant("to-mixed", lambda *_: redirect(302, to("/end-mixed")), polled=False)
    farm.plant("end-mixed", lambda feed, *_: feed.page(), polled=False)
    farm.plant("to-nothing", lambda *_: redirect(301, to("/nothing")))
    farm.plant("to-inside", lambda *_: redirect(301, "http://169.254.169.254/latest/meta-data/"))
    farm.plant("to-a-file", lambda *_: redirect(302, "file:///etc/passwd"))
    farm.plant("loop", lambda *_: redirect(301, to("/loop")))
    farm.plant("twin", lambda *_: redirect(301, to("/known")))
    # Other servers
    farm.plant("cookies", lambda feed, *_: feed.page(headers=(("Set-Cookie", "id=1; Path=/"),)))
    for n in range(8):
        farm.plant(f"herd-{n}", lambda feed, *_: feed.fail(500))


def plant_failing(farm: Farm) -> None:
    """Plant the feeds that fail."""
    farm.plant("slow-down", lambda feed, *_: feed.fail(429))
    farm.plant("busy", lambda feed, *_: feed.fail(503))
    farm.plant("lost", lambda feed, *_: feed.fail(404))
    farm.plant("secret", lambda feed, *_: feed.fail(403))
    farm.plant("broken", lambda feed, *_: feed.fail(500))
    farm.plant("recovers", lambda feed, n, _: feed.fail(500) if n in {1, 2} else feed.page())
    farm.plant("hiccup-first", lambda feed, n, _: feed.fail(503, Retry_After="120") if n == 0 else feed.page())
    farm.plant("hiccup-later", lambda feed, n, _: feed.fail(503, Retry_After="120") if n == 1 else feed.page())
    farm.plant("gone", lambda feed, n, _: feed.page() if n == 0 else feed.fail(410))
    farm.plant("mute", lambda *_: mute())
    farm.plant("drips", lambda *_: drip())
    farm.plant("bomb", lambda feed, *_: bomb(feed))
    farm.plant("endless", lambda *_: endless())
    farm.plant("strange-packing", lambda *_: Page(body=b"\x28\xb5\x2f\xfd", headers=(("Content-Encoding", "zstd"),)))
    farm.plant("cut-off", lambda feed, *_: feed.page(headers=(("Content-Length", "100000"),)))
    farm.plant("two-lengths", lambda feed, *_: feed.page(headers=(("Content-Length", "10"), ("Content-Length", "20"))))
    farm.plant("long-header", lambda feed, *_: feed.page(headers=(("X-Long", "x" * 100_000),)))
    farm.plant("empty", lambda feed, n, _: feed.page() if n == 0 else Page(body=b""))
    farm.plant("portal", lambda feed, n, _: feed.page() if n == 0 else Page(body=b"<html><body>Log in</body></html>"))


def _skipping(feed: Feed, extra: str) -> bytes:
    return rss(story(feed.name), extra=extra)


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    """Yield the farm after its thirty hours."""
    home: Path = tmp_path_factory.mktemp("farm")
    clock = Clock()
    with FakeWeb(clock=clock) as web:
        made = Farm(web, home, clock)
        plant(made)
        made.live(HOURS)
        yield made


# Validators


def test_validators_go_back_as_they_came(farm: Farm) -> None:
    """However odd, ETag and Last-Modified are sent back byte for byte."""
    feed = farm.feeds["odd-etag"]
    assert len(feed.visits) > 10
    assert set(feed.sent("if-none-match")[1:]) == {"W/\"a b\", 'c'"}
    assert set(feed.sent("if-modified-since")[1:]) == {"yesterday, I think"}


def test_the_first_question_names_no_version(farm: Farm) -> None:
    """No validator is ever invented."""
    assert {
        (feed.sent("if-none-match")[0], feed.sent("if-modified-since")[0])
        for name, feed in farm.feeds.items()
        if feed.visits and name != "known" and not name.startswith(("to-", "end-"))
    } == {(None, None)}


def test_the_new_etag_of_a_304_is_taken(farm: Farm) -> None:
    """The next question names the version that the last 304 named."""
    sent = farm.feeds["new-etag"].sent("if-none-match")
    assert sent[1:] == ['"new-etag"', *(f'"{n}"' for n in range(1, len(sent) - 1))]


def test_a_304_is_a_success_with_nothing_new(farm: Farm) -> None:
    """One without validators keeps those that it confirmed, and nothing is lost."""
    assert set(farm.feeds["bare-304"].sent("if-none-match")[1:]) == {'"bare-304"'}
    assert (len(farm.items("bare-304")), farm.error("bare-304")) == (1, "")


def test_a_304_to_no_question_is_a_failure(farm: Farm) -> None:
    """A server that says "unchanged" to a first visit has given nothing, and that is said."""
    assert "no version was named" in farm.error("unasked-304")
    assert growing(farm.feeds["unasked-304"])


def test_a_lying_etag_is_found_out(farm: Farm) -> None:
    """When the document changes under one ETag it is sent no more, and every story is stored."""
    feed = farm.feeds["stuck-etag"]
    assert feed.sent("if-none-match") == [None, '"1"', *[None] * (len(feed.visits) - 2)]
    assert len(farm.items("stuck-etag")) == len(feed.visits) > 5


@pytest.mark.parametrize("name", ["no-validators", "deaf", "stuck-etag"])
def test_useless_validators_mean_an_hour_at_least(farm: Farm, name: str) -> None:
    """Where a visit costs the whole document there is an hour between two, once that is known."""
    assert min(farm.feeds[name].waits[4:]) >= 0.99


# Waiting when asked


def test_retry_after_in_seconds_is_kept(farm: Farm) -> None:
    """Five hours are five hours."""
    assert min(farm.feeds["wait-seconds"].waits) >= 5


def test_retry_after_as_a_date_is_kept(farm: Farm) -> None:
    """A moment is kept as well as a number."""
    assert min(farm.feeds["wait-date"].waits) >= 7


@pytest.mark.parametrize("name", ["wait-20-digits", "wait-a-century"])
def test_an_absurd_wait_is_a_day(farm: Farm, name: str) -> None:
    """Twenty digits or a date in the next century break nothing and last a day."""
    assert len(farm.feeds[name].visits) == 2
    assert 24 <= farm.feeds[name].waits[0] < 24.5


def test_a_negative_wait_is_none(farm: Farm) -> None:
    """A wait that cannot be is as good as none: later each time."""
    assert growing(farm.feeds["wait-negative"])


def test_a_fresh_answer_is_not_asked_for_again(farm: Farm) -> None:
    """max-age is a lower bound."""
    assert min(farm.feeds["fresh"].waits) >= 3_000 / 3_600


def test_freshness_is_believed_up_to_the_longest_interval(farm: Farm) -> None:
    """A year of max-age does not silence a feed."""
    assert min(farm.feeds["fresh-for-ever"].waits) >= 12
    assert len(farm.feeds["fresh-for-ever"].visits) == 3


def test_expires_counts_like_max_age(farm: Farm) -> None:
    """Older servers say it with a date."""
    assert min(farm.feeds["expires"].waits) >= 55 / 60


def test_hours_to_skip_are_skipped(farm: Farm) -> None:
    """A feed that names quiet hours is left alone in them, a tick at midnight aside."""
    feed = farm.feeds["skips-nights"]
    assert len(feed.visits) > 5
    assert not {visit.at.hour for visit in feed.visits} & set(range(1, 6))


def test_days_to_skip_are_skipped(farm: Farm) -> None:
    """So are quiet days: the farm's second day is a Tuesday."""
    assert {visit.at.strftime("%A") for visit in farm.feeds["skips-tuesday"].visits} == {"Monday"}


# Failing


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("slow-down", "asks us to slow down (429)"),
        ("busy", "has trouble of its own (503)"),
        ("lost", "has nothing there (404)"),
        ("secret", "refuses us (403)"),
        ("broken", "has trouble of its own (500)"),
        ("mute", "no complete answer within 1 s"),
        ("drips", "no complete answer within 1 s"),
        ("bomb", "larger than 1 MB after decompression"),
        ("endless", "larger than 1 MB after decompression"),
        ("strange-packing", "packed in a way that was not asked for (zstd)"),
        ("cut-off", "no answer"),
        ("two-lengths", "no answer"),
        ("long-header", "no answer"),
        ("portal", "an HTML page, not a feed"),
        ("empty", "the document is empty"),
        ("loop", "more than 10 redirects"),
        ("to-inside", "the private address 169.254.169.254 may not be contacted"),
        ("to-a-file", "leads to file:///etc/passwd"),
        ("to-nothing", "has nothing there (404)"),
    ],
)
def test_what_fails_is_asked_less_and_less(farm: Farm, name: str, cause: str) -> None:
    """Whatever the failure, the wait grows each time, the feed is never given up, and the cause is on record."""
    feed = farm.feeds[name]
    once = {visit.at for visit in feed.visits}  # a loop is entered several times at one moment
    feed = Feed(name, [next(v for v in feed.visits if v.at == at) for at in sorted(once)])
    feed = Feed(name, feed.visits[1:]) if name in {"portal", "empty"} else feed
    assert growing(feed)
    assert cause in farm.error(name)
    assert farm.state(name)[0].status is SourceStatus.ACTIVE


def test_a_success_forgets_the_failures(farm: Farm) -> None:
    """A feed that fails is retried within the hour, later each time; after a good answer it is back at its own publishing rate."""
    waits = farm.feeds["recovers"].waits
    assert waits[1] < 1
    assert waits[2] > waits[1]
    assert farm.error("recovers") == ""
    assert farm.state("recovers")[1].failures == 0


def test_a_retry_after_of_two_minutes_is_two_minutes(farm: Farm) -> None:
    """Neither a new feed nor a healthy one is silenced for hours by one hiccup."""
    assert farm.feeds["hiccup-first"].waits[0] < 0.25
    assert farm.feeds["hiccup-later"].waits[1] < 0.25
    assert farm.error("hiccup-first") == farm.error("hiccup-later") == ""


@pytest.mark.parametrize("name", ["slow-down", "secret"])
def test_who_is_told_to_hold_back_waits_longer_than_after_any_failure(farm: Farm, name: str) -> None:
    """A server that refuses us is not asked again within the quarter of an hour."""
    assert min(farm.feeds[name].waits) >= 0.25
    assert farm.feeds["broken"].waits[0] < 0.25


def test_gone_is_gone(farm: Farm) -> None:
    """After a 410 nobody asks again; the items stay and the status says so."""
    assert len(farm.feeds["gone"].visits) == 2
    assert farm.state("gone")[0].status is SourceStatus.GONE
    assert "(410)" in farm.error("gone")
    assert len(farm.items("gone")) == 1


@pytest.mark.parametrize("name", ["empty", "portal", "gone"])
def test_a_failure_removes_nothing(farm: Farm, name: str) -> None:
    """What was served once stays, whatever comes after."""
    assert len(farm.items(name)) == 1


def test_what_failed_together_does_not_come_back_together(farm: Farm) -> None:
    """Eight feeds that fail at one moment are asked again at different ones, so no burst feeds itself."""
    sixth = {farm.feeds[f"herd-{n}"].visits[5].at for n in range(8)}
    assert len({farm.feeds[f"herd-{n}"].visits[0].at for n in range(8)}) == 1
    assert len(sixth) >= 4


# Leading elsewhere


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_moves_a_feed(farm: Farm, status: int) -> None:
    """The old address is asked once and never again; it still names the source."""
    assert len(farm.feeds[f"from-{status}"].visits) == 1
    assert len(farm.feeds[f"to-{status}"].visits) > 10
    assert farm.state(f"from-{status}")[0].url == farm.web.url(f"/to-{status}")
    assert len(farm.items(f"to-{status}")) == 1


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_passing_redirect_moves_nothing(farm: Farm, status: int) -> None:
    """The old address is asked each time."""
    assert len(farm.feeds[f"from-{status}"].visits) == len(farm.feeds[f"to-{status}"].visits) > 10
    assert farm.state(f"from-{status}")[0].url == farm.web.url(f"/from-{status}")


def test_a_feed_moves_as_far_as_the_move_is_permanent(farm: Farm) -> None:
    """Behind a permanent redirect that leads to a passing one, the passing one is asked each time."""
    visits = {name: len(farm.feeds[f"{name}-mixed"].visits) for name in ("from", "to", "end")}
    assert visits["from"] == 1
    assert visits["to"] == visits["end"] > 10


@pytest.mark.parametrize("name", ["to-nothing", "to-inside", "loop"])
def test_a_feed_does_not_move_to_where_it_is_not(farm: Farm, name: str) -> None:
    """Only success at the target moves a source: no dead end, no private address, no loop."""
    assert farm.state(name)[0].url == farm.web.url(f"/{name}")


def test_a_loop_costs_eleven_requests(farm: Farm) -> None:
    """The number of hops is bounded at each visit."""
    feed = farm.feeds["loop"]
    assert 11 < len(feed.visits) <= 11 * len({visit.at for visit in feed.visits})


def test_a_feed_that_moves_to_a_known_one_becomes_it(farm: Farm) -> None:
    """Two addresses of one feed are asked as one from then on."""
    assert len(farm.feeds["twin"].visits) == 1
    assert farm.state("twin")[0].url == farm.web.url("/known")


# Manners


def test_cookies_are_forgotten(farm: Farm) -> None:
    """No server is handed its cookie back."""
    assert {header for feed in farm.feeds.values() for header in feed.sent("cookie")} == {None}


def test_every_request_says_who_asks(farm: Farm) -> None:
    """One product name with an address, the feed types, and only packings that can be bounded."""
    agents = {agent for feed in farm.feeds.values() for agent in feed.sent("user-agent")}
    assert len(agents) == 1
    assert str(agents.pop()).startswith("topicwire/")
    assert {str(value).split(",")[0] for feed in farm.feeds.values() for value in feed.sent("accept")} == {"application/atom+xml"}


def test_a_host_is_asked_one_thing_at_a_time(farm: Farm) -> None:
    """All these feeds are one host's: no two requests of thirty hours overlapped."""
    assert farm.web.most_at_once == 1


def test_a_feed_is_asked_once_when_it_is_added_and_not_at_a_restart(farm: Farm) -> None:
    """The processes start anew every few hours, and no feed notices."""
    well = [feed for name, feed in farm.feeds.items() if name in {"odd-etag", "new-etag", "cookies", "to-301", "fresh"}]
    assert all(feed.visits[0].at == NOON for feed in well)
    assert min(wait for feed in well for wait in feed.waits) >= 0.25


def test_nobody_is_asked_more_often_than_every_quarter_of_an_hour(farm: Farm) -> None:
    """Thirty hours, every feed that was read: the shortest wait after a good answer."""
    quick = {name for name, feed in farm.feeds.items() if feed.waits and min(feed.waits) < 0.25 and farm.was_read(name)}
    assert quick <= {"known", "hiccup-first", "hiccup-later"}  # the twin's only visit led there too; a server's own wish


def test_what_was_never_read_is_tried_a_few_times_soon_and_then_seldom(farm: Farm) -> None:
    """After 1, 5, 15 and 60 minutes, and from then on ever later: a dead feed costs a server ten requests in thirty hours."""
    for name in ("broken", "lost", "busy", "mute"):
        visits = farm.feeds[name].visits
        assert sum(visit.at - visits[0].at <= timedelta(hours=3) for visit in visits) <= 6
        assert 7 <= len(visits) <= 10


def test_the_farm_is_large(farm: Farm) -> None:
    """At least thirty feeds misbehave, each in a way of its own."""
    assert len(farm.feeds) >= 30
