"""The interface for programs: every answer is as its description says, pages lead on, refusals say why, secrets stay."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from answering import HERALD, STORY, TOPICS, Filled, filled
from jsonschema import Draft202012Validator, FormatChecker
from making import GAZETTE, Cli, about, home_at, item
from openapi_spec_validator import OpenAPIV31SpecValidator
from served_site import Answer, Site, served

from feeds.server.api.endpoints import ENDPOINTS
from feeds.server.api.openapi import document

TOKEN = "correct horse battery staple"  # noqa: S105 - of a test
NOBODY: dict[str, Any] = {}
OWNER: dict[str, Any] = {"authorization": f"Bearer {TOKEN}"}
DESCRIBED = document("http://feeds.example", "1")
EVERY = ["/api/", *(one.path for one in ENDPOINTS)]


@pytest.fixture
def home_(cli: Cli) -> Iterator[Filled]:
    """Return a home with stories of several topics."""
    cli.settings |= {"service.review_token": TOKEN}
    with filled(cli) as made:
        yield made


@pytest.fixture
def site(home_: Filled) -> Iterator[Site]:
    """Serve it."""
    with served(home_.home) as made:
        yield made


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a home in which nothing changes."""
    cli = Cli(tmp_path_factory.mktemp("home"))
    cli.settings |= {"service.review_token": TOKEN}
    with filled(cli) as made, served(made.home) as site:
        yield site


def schema_of(path: str, status: int) -> Any:
    """Return the schema that the description gives for an answer; None where it has no body."""
    answer = DESCRIBED["paths"][path]["get"]["responses"][str(status)]
    (content,) = answer.get("content", {"": {}}).values()
    return content.get("schema")


def checked(answer: Answer, path: str) -> Any:
    """Read an answer as JSON, after a look that it is as the description of its address says, key for key."""
    schema = schema_of(path, answer.status)
    if schema is None:
        assert answer.body == b""
        return None
    (kind,) = DESCRIBED["paths"][path]["get"]["responses"][str(answer.status)]["content"]
    assert answer.headers["content-type"] == kind
    said = json.loads(answer.body)
    strict = {name: one | {"additionalProperties": False} for name, one in DESCRIBED["components"]["schemas"].items()}
    Draft202012Validator({**schema, "components": {"schemas": strict}}, format_checker=FormatChecker()).validate(said)
    return said


def ask(site: Site, path: str, parts: Mapping[str, str] | None = None, query: str = "", **headers: Any) -> Any:
    """Ask one address of the table, check the answer, and give it."""
    answer = site.ask(path.format(**(parts or {})) + query, **headers)
    return checked(answer, path)


def test_the_description_is_sound_and_made_of_the_answers() -> None:
    """It is valid OpenAPI 3.1, and every key and parameter has its meaning."""
    OpenAPIV31SpecValidator(DESCRIBED).validate()
    for name, schema in DESCRIBED["components"]["schemas"].items():
        assert schema["description"], name
        assert set(schema["required"]) == set(schema["properties"]), name
        assert all(one["description"] for one in schema["properties"].values()), name


def test_the_description_is_served(still: Site) -> None:
    """It lies at its address, the index of programs names it, and the index of pages links to it."""
    answer = still.ask("/api/openapi.json")
    assert json.loads(answer.body)["paths"].keys() == set(EVERY)
    index = ask(still, "/api/")
    assert (index["openapi"], set(index["addresses"])) == ("/api/openapi.json", set(EVERY[1:]))
    assert 'rel="service-desc"' in still.ask("/index.html").headers["link"]


@pytest.mark.parametrize("headers", [NOBODY, OWNER])
def test_every_answer_is_as_the_description_says(home_: Filled, site: Site, headers: dict[str, Any]) -> None:
    """All addresses, from the list of topics down to each item and story that it leads to, for anybody and for the owner."""
    home_.store(item(guid="u:a", url="http://post.example/a", title="The ferry leaves the harbour today", text=STORY))
    home_.store(item(guid="u:b", url="http://gazette.example/b", title="The ferry leaves the harbour", text=STORY), source=GAZETTE)
    ask(site, "/api/", **headers)
    ask(site, "/api/sources", **headers)
    ask(site, "/api/counts", **headers)
    seen = 0
    for topic in ask(site, "/api/topics", **headers)["topics"]:
        name = {"topic": topic["name"]}
        ask(site, "/api/topics/{topic}", name, **headers)
        for found in ask(site, "/api/topics/{topic}/stories", name, "?limit=100", **headers)["stories"]:
            told = ask(site, "/api/items/{item}", {"item": found["item"]}, **headers)
            assert told["title"] == found["title"]
            assert ask(site, "/api/stories/{item}", {"item": found["item"]}, **headers)["lead"] == found["item"]
            seen += 1
    assert seen == (11 if headers else 10)


def test_pages_lead_on_by_their_link(still: Site) -> None:
    """The Link header leads to the next page with the same filters, and the last page has none."""
    path, titles = "/api/topics/harbour/stories?limit=3&language=en", list[str]()
    while path:
        answer = still.ask(path)
        titles += [one["title"] for one in json.loads(answer.body)["stories"]]
        path = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert titles == [f"Story {number}: ferry in the harbour" for number in range(7)]


def test_a_copy_leads_to_the_item_that_stands_for_the_story(home_: Filled, site: Site) -> None:
    """The address of a merged story leads on, for now: people may split it again."""
    home_.store(item(guid="u:a", url="http://post.example/a", title="The ferry leaves the harbour today", text=STORY))
    home_.store(item(guid="u:b", url="http://gazette.example/b", title="The ferry leaves the harbour", text=STORY), source=GAZETTE)
    lead, copy = home_.uid("The ferry leaves the harbour today"), home_.uid("The ferry leaves the harbour")
    answer = site.ask(f"/api/stories/{copy}")
    assert (answer.status, answer.headers["location"], answer.body) == (307, f"/api/stories/{lead}", b"")
    assert [one["id"] for one in ask(site, "/api/stories/{item}", {"item": lead})["members"]] == [lead, copy]


def test_what_is_private_is_for_the_owner_alone(home_: Filled, site: Site) -> None:
    """Without the token nothing of a private topic is in any answer or refusal; with it all is, and no cache may keep it."""
    uid, untagged = home_.uid("The ledger of the desk"), home_.uid("Nothing to see")
    for path in (
        "/api/topics/quiet",
        "/api/topics/quiet/stories",
        "/api/counts?topic=quiet",
        f"/api/items/{uid}",
        f"/api/stories/{uid}",
    ):
        answer = site.ask(path)
        assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
        assert "ledger" not in answer.text
        assert "Quiet" not in answer.text
        assert "known are: harbour, links, pole, tavern" in answer.text or uid in answer.text
        wrong = site.ask(path, authorization="Bearer wrong")
        assert (wrong.status, wrong.body) == (404, answer.body)
        owners = site.ask(path, **OWNER)
        assert (owners.status, owners.headers["cache-control"]) == (200, "private, no-store")
    assert site.ask(f"/api/items/{untagged}").status == 404
    assert site.ask(f"/api/items/{untagged}", **OWNER).status == 200
    assert "quiet" not in site.ask("/api/topics").text
    assert "quiet" in site.ask("/api/topics", **OWNER).text


def test_no_answer_has_a_masked_word_or_a_secret(home_: Filled, site: Site) -> None:
    """A masked word and a password in a source's address are in no answer, neither for anybody nor for the owner."""
    uid = home_.uid("A scoundrel in the tavern")
    paths = (
        "/api/topics",
        "/api/topics/tavern",
        "/api/topics/tavern/stories",
        f"/api/items/{uid}",
        f"/api/stories/{uid}",
        "/api/sources",
    )
    for path in paths:
        for headers in (NOBODY, OWNER):
            text = site.ask(path, **headers).text
            assert "scoundrel" not in text
            assert "s3cr3t" not in text
    assert HERALD.title in site.ask("/api/sources").text


def test_what_has_left_the_feeds_is_gone(home_: Filled, site: Site) -> None:
    """An item that a person rejected answers 410, and its story too."""
    uid = home_.reject("Story 3: ferry in the harbour")
    home_.publish()
    for path in ("/api/items/{item}", "/api/stories/{item}"):
        answer = site.ask(path.format(item=uid))
        assert answer.status == 410
        assert checked(answer, path)["title"] == "Gone"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/topics?page=2", "not known here: page; known are: none"),
        ("/api/topics/harbour/stories?grad=core&limt=3", "not known here: grad, limt"),
        ("/api/topics/harbour/stories?limit=3&limit=4", "given twice"),
        ("/api/topics/harbour/stories?limit=100000", "is not a number from 1 to 100"),
        ("/api/topics/harbour/stories?limit=-1", "is not a number"),
        ("/api/topics/harbour/stories?since=today", 'since: "today" is not a day'),
        ("/api/topics/harbour/stories?cursor=abc", "is no cursor of this list"),
        ("/api/topics/harbour/stories?cursor=%F0%9F%9B%A5%00", "is no cursor of this list"),
        ("/api/topics/harbour/stories?grade=", ""),
        ("/api/topics/harbour/stories?q=%22open", "quotation mark has no partner"),
        ("/api/topics/harbour/stories?source=nobody", "no source of this topic"),
        ("/api/counts?since=2020-01-01&until=2026-01-01", "ask for a year at a time"),
        ("/api/counts?q=x", "not known here: q"),
        ("/api/sources?standing=ill", "is no state"),
        ("/api/topics?" + "x" * 5_000, "longer than 4000 characters"),
    ],
)
def test_what_cannot_be_asked_is_a_400_that_says_why(still: Site, path: str, said: str) -> None:
    """Wrong values, unknown and doubled parameters are refused as problem details; an empty value narrows nothing."""
    answer = still.ask(path)
    if not said:
        assert answer.status == 200
        return
    problem = json.loads(answer.body)
    assert (answer.status, problem["status"], problem["title"], problem["type"]) == (400, 400, "Bad Request", "about:blank")
    assert said in problem["detail"]
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/problem+json", "no-store")


@pytest.mark.parametrize(
    "path", ["/api", "/api/nothing", "/api/topics/", "/api/topics/%2e%2e", "/api/items/x%00y", "/api/topics/北"]
)
def test_an_address_that_is_none_is_a_404(still: Site, path: str) -> None:
    """Whatever stands below /api/, the answer is a problem and never a page."""
    answer = still.ask(quote(path, safe="/%"))
    assert answer.status == 404
    assert json.loads(answer.body)["title"] == "Not Found"


def test_it_can_only_be_read(still: Site) -> None:
    """Other methods are refused as a problem that names those that are known; HEAD has no body and the same headers."""
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = still.ask("/api/topics", method)
        assert (answer.status, answer.headers["allow"], json.loads(answer.body)["status"]) == (405, "GET, HEAD", 405)
    for path in ("/api/", "/api/topics", "/api/topics/harbour/stories?limit=2", "/api/nothing", "/api/openapi.json"):
        full, head = still.ask(path), still.ask(path, "HEAD")
        assert (head.status, head.body) == (full.status, b"")
        assert {key: value for key, value in head.headers.items() if key != "date"} == {
            key: value for key, value in full.headers.items() if key != "date"
        }


def test_an_answer_that_is_known_is_not_sent_again(home_: Filled, site: Site) -> None:
    """With the entity tag an answer is a 304 until it changes; what the owner sees has a tag of its own and is not kept."""
    for path in ("/api/", "/api/topics", "/api/topics/harbour", "/api/topics/harbour/stories", "/api/sources", "/api/counts"):
        answer = site.ask(path)
        assert answer.headers["cache-control"] == "public, max-age=60"
        again = site.ask(path, if_none_match=answer.headers["etag"])
        assert (again.status, again.body, again.headers["vary"]) == (304, b"", "authorization")
    before = site.ask("/api/topics").headers["etag"]
    assert site.ask("/api/topics", if_none_match=before, **OWNER).status == 200
    home_.store(about(77))
    assert site.ask("/api/topics", if_none_match=before).status == 200


def test_no_other_page_may_read_it(still: Site) -> None:
    """A page from elsewhere gets no leave: a service may stand in a network that only its readers reach."""
    answer = still.ask("/api/topics", origin="http://elsewhere.example")
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_answers_hold_together_while_others_write(home_: Filled, site: Site) -> None:
    """While stories come and go, each answer is one state of the database: none fails, and each page fits its description."""

    def read(number: int) -> int:
        path = EVERY[number % 5]
        parts = {"topic": "harbour", "item": home_uid}
        answer = site.ask(path.format(**parts))
        checked(answer, path)
        return answer.status

    home_uid = home_.uid("Story 1: ferry in the harbour")
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(read, range(60))
        for number in range(100, 104):
            home_.store(about(number))
        home_.facts.items.find(home_uid)
        assert set(found) <= {200, 410}


def test_the_owner_can_close_it(cli: Cli) -> None:
    """With service.api = false every address is refused; with the search closed, only words are."""
    cli.settings |= {"service.search": "false"}
    with filled(cli) as home_, served(home_.home) as site:
        answer = site.ask("/api/topics/harbour/stories?q=ferry")
        assert (answer.status, "closed the search" in answer.text) == (400, True)
        assert site.ask("/api/topics/harbour/stories").status == 200
    cli.settings |= {"service.api": "false"}
    with served(home_at(cli.home, cli.settings, cli.clock)) as site:
        for path in ("/api/", "/api/topics", "/api/openapi.json"):
            assert "the owner has closed this interface" in site.ask(path).text
        assert "link" not in site.ask("/index.html").headers


def test_a_home_without_anything_answers(cli: Cli) -> None:
    """Before the first poll there are topics with no story, and no sources."""
    made = home_at(cli.home, cli.settings, cli.clock)
    with served(made) as site:
        assert ask(site, "/api/topics")["topics"] == []
        assert ask(site, "/api/sources") == {"sources": [], "next": None}
        assert ask(site, "/api/")["as_of"] is None
        assert checked(site.ask("/api/items/" + "0" * 16), "/api/items/{item}")["status"] == 404
    assert not made.database_path.exists()


def test_all_topics_of_the_tests_are_named(still: Site) -> None:
    """The list of topics is whole for the owner: each topic file is one."""
    assert [one["name"] for one in ask(still, "/api/topics", **OWNER)["topics"]] == sorted(TOPICS)


EXAMPLE = re.compile(r"(<!-- example -->\n```\nGET (\S+)\n```\n```json\n)(.*?)(```\n)", re.DOTALL)


def test_the_examples_of_the_docs_are_what_is_answered(still: Site, home_: Filled) -> None:
    """Each example of docs/api.md is the answer of a home with these stories; TOPICWIRE_WRITE_DOCS=1 writes them."""
    path = Path(__file__).parents[1] / "docs" / "api.md"
    names = {"ITEM": home_.uid("Story 3: ferry in the harbour")}

    def answered(found: re.Match[str]) -> str:
        address = found[2]
        for name, uid in names.items():
            address = address.replace(name, uid)
        said = json.loads(still.ask(address).body)
        return f"{found[1]}{json.dumps(said, ensure_ascii=False, indent=2)}\n{found[4]}"

    written = path.read_text("utf-8")
    made, count = EXAMPLE.subn(answered, written)
    assert count == 5
    if os.environ.get("TOPICWIRE_WRITE_DOCS"):
        path.write_text(made, "utf-8")
    assert path.read_text("utf-8") == made
