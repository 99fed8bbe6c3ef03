import re
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from threading import Event
from urllib.parse import urlencode

import pytest
from making import HARBOUR, Cli, about, carry, home_at, write_topic
from served_site import Answer, Site, served
from support import wait_until
from test_review_page import PASSED_ON, TOKEN

from feeds.server.editor import previews, routes
from feeds.tagging.preview_pass import preview

EDIT = "/topics/harbour/edit"
TRAWLERS = HARBOUR.replace('"boat*"]', '"trawler*"]')


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command of a home with a topic and items: two hits, a near miss, and one that trawlers would gain."""
    write_topic(home)
    with home_at(home).facts() as facts:
        kinds = ["ferry in the harbour", "boat in the harbour", "trawler in the harbour", "rain"]
        carry(facts, [about(number, words) for number, words in enumerate(kinds)])
    return Cli(home)


@pytest.fixture
def site(cli: Cli) -> Iterator[Site]:
    """Serve it on this computer."""
    with served(home_at(cli.home, cli.settings, cli.clock)) as opened:
        yield opened


def fields(page: Answer) -> dict[str, str]:
    """Read the fields of the editor's form."""
    form = page.text.partition('<form class="editor"')[2].partition("</form>")[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    (text,) = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", form, re.DOTALL)
    return hidden | {"text": unescape(text)}


def send(site: Site, do: str, path: str = EDIT, **changes: str) -> Answer:
    """Open the editor, change the text, and press a button."""
    return site.post(path, fields(site.ask(path)) | {"do": do} | changes)


def part(page: Answer, name: str) -> str:
    """Return the words of an element by its id."""
    found = page.text.partition(f'id="{name}"')[2].partition(">")[2]
    return unescape(" ".join(re.sub("<[^>]*>", "", re.split("</p>|</div>\n", found)[0]).split()))


def listed(page: Answer) -> dict[str, list[str]]:
    """Return the titles of the items that a preview lists, by kind."""
    kinds = re.findall(r'<details open data-kept="([^"]*)">(.*?)</details>', page.text, re.DOTALL)
    return {
        kind: [re.sub("<[^>]*>", "", one) for one in re.findall(r'<p class="title"[^>]*>(.*?)</p>', found)] for kind, found in kinds
    }


def file(cli: Cli, name: str = "harbour") -> Path:
    """Return where a topic's file lies."""
    return cli.home / "topics" / f"{name}.toml"


# Previewing


def test_the_editor_shows_the_file(site: Site) -> None:
    """The text stands in the form as it lies in the home; no cache may keep the page, no robot list it."""
    page = site.ask(EDIT)
    assert (page.status, fields(page)["text"]) == (200, HARBOUR)
    assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store", "noindex")
    assert page.headers["referrer-policy"] == "same-origin"


def test_the_script_may_ask_the_service_alone(site: Site) -> None:
    """The editor's policy is that of all pages: a script may ask this site, and no other."""
    ours = site.ask(EDIT).headers["content-security-policy"]
    assert ours == site.ask("/review").headers["content-security-policy"]
    assert "; connect-src 'self';" in ours
    assert f'content="{ours.partition("; frame")[0]}"'.replace("'", "&#39;") in site.ask(EDIT).text


def test_a_preview_shows_what_the_text_would_find(cli: Cli, site: Site) -> None:
    """Without a script: the button shows numbers, gained, lost, hits and near misses, and keeps the text; nothing is saved."""
    page = send(site, "preview", text=TRAWLERS.replace("\n", "\r\n"))
    assert (page.status, fields(page)["text"]) == (200, TRAWLERS)
    assert part(page, "status") == (
        "2 of 4 stored items would be tagged; against the version in force 1 gained, 1 lost, 1 unchanged."
    )
    assert listed(page) == {
        "Gained": ["Story 2: trawler in the harbour"],
        "Lost": ["Story 1: boat in the harbour"],
        "Hits": ["Story 0: ferry in the harbour", "Story 2: trawler in the harbour"],
        "Near misses": ["Story 1: boat in the harbour"],
    }
    assert "<mark>trawler</mark>" in page.text
    assert "nothing says ship" in page.text
    assert file(cli).read_text("utf-8") == HARBOUR


def test_the_wording_in_force_is_named(site: Site) -> None:
    """Where what decides is unchanged there is nothing gained or lost to list."""
    page = send(site, "preview", text=HARBOUR.replace("Harbour news", "News"))
    assert part(page, "status") == "2 of 4 stored items would be tagged; this wording is in force."
    assert list(listed(page)) == ["Hits", "Near misses"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f'near = "x"\n{HARBOUR}', "1", "near is not a number of words"),
        ('title = "x"\nquery = """\nship AND\nquay"""\n[group.ship]\nany = ["<ferry>"]', "4", "is not defined"),
        ("title", "1", "Expected"),
    ],
)
def test_an_error_is_shown_at_its_line(cli: Cli, site: Site, text: str, line: str, words: str) -> None:
    """The text stays, the error names its line and shows it, and such a text is not saved."""
    for do, status in (("preview", 200), ("save", 422), ("save-anyway", 422)):
        page = send(site, do, text=text)
        assert (page.status, fields(page)["text"].strip()) == (status, text.strip())
        assert f'data-line="{line}"' in page.text
        assert words in part(page, "problem")
        assert 'aria-invalid="true"' in page.text
    assert file(cli).read_text("utf-8") == HARBOUR


def test_what_is_typed_is_escaped(site: Site) -> None:
    """No text of a topic file becomes part of the page."""
    page = send(site, "preview", text='title = "</textarea><script>alert(1)</script>"')
    assert "<script>alert" not in page.text
    assert "</textarea><script>" in fields(page)["text"]


def test_a_preview_is_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the newest items are examined, and the result says so."""
    monkeypatch.setattr(routes, "_NEWEST", 2)
    assert "of 2 stored items would be tagged (the newest alone were examined)" in part(send(site, "preview"), "status")


def test_a_preview_ends_when_its_time_is_over(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time limit it shows what it has."""
    stopped = Event()

    def slow(*asked: object, stopping: Callable[[], bool], **more: object) -> object:
        assert wait_until(stopping)
        stopped.set()
        return preview(*asked, stopping=stopping, **more)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(routes, "preview", slow)
    monkeypatch.setattr(previews.PreviewRunner.__init__, "__defaults__", (0.05,))
    with served(home_at(cli.home)) as site:
        assert part(send(site, "preview"), "status").startswith("0 of 0 stored items would be tagged (the newest alone")
    assert stopped.is_set()


def test_one_preview_runs_at_a_time_and_ends_with_its_asker(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others wait their turn, one too many is refused, and whoever leaves ends the work."""
    began, running, most = [], [0], [0]
    runners: list[previews.PreviewRunner] = []
    begin = previews.PreviewRunner.__init__

    def noted(runner: previews.PreviewRunner, *seconds: float) -> None:
        begin(runner, *seconds)
        runners.append(runner)

    def slow(*asked: object, stopping: Callable[[], bool], **more: object) -> object:
        began.append(1)
        running[0] += 1
        most[0] = max(most[0], running[0])
        assert wait_until(stopping)
        running[0] -= 1
        return preview(*asked, stopping=stopping, **more)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(routes, "preview", slow)
    monkeypatch.setattr(previews, "_MOST_WAITING", 1)
    monkeypatch.setattr(previews.PreviewRunner, "__init__", noted)
    with served(home_at(cli.home)) as site:
        form = urlencode(fields(site.ask(EDIT)) | {"do": "preview"}).encode()
        head = f"POST {EDIT} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        request = f"{head}Content-Length: {len(form)}\r\n\r\n".encode() + form
        with ExitStack() as stack:
            clients = [stack.enter_context(site.connect()) for _ in range(2)]
            clients[0].sendall(request)
            assert wait_until(lambda: len(began) == 1)
            clients[1].sendall(request)
            assert wait_until(lambda: runners[0].is_busy)
            assert send(site, "preview").status == 503
            assert len(began) == 1
            clients[0].close()
            assert wait_until(lambda: len(began) == 2)
        assert wait_until(lambda: running[0] == 0)
    assert most[0] == 1


# Saving


def test_a_save_writes_the_file_and_says_what_happens_next(cli: Cli, site: Site) -> None:
    """The file is replaced, and the page names the feed and that everything is classified again."""
    sent = send(site, "save", text=TRAWLERS.replace("\n", "\r\n"))
    assert (sent.status, sent.headers["location"]) == (303, f"{EDIT}?saved=again")
    assert file(cli).read_text("utf-8") == TRAWLERS
    page = site.ask(sent.headers["location"])
    assert fields(page)["text"] == TRAWLERS
    assert "classified again by this wording" in page.text
    assert re.findall(r'<a href="([^"]*)">harbour.html</a>, its feed <a href="([^"]*)">', page.text) == [
        ("/harbour.html", "http://127.0.0.1:8080/harbour.atom")
    ]
    assert list((cli.home / "topics").iterdir()) == [file(cli)]


def test_what_decides_nothing_classifies_nothing(site: Site) -> None:
    """A change of the title alone is saved, and said to classify nothing again."""
    sent = send(site, "save", text=HARBOUR.replace("Harbour news", "News"))
    assert "nothing is classified again" in site.ask(sent.headers["location"]).text


def test_a_private_topic_has_no_feed_to_name(site: Site) -> None:
    """What is saved as private is said to be read at granted addresses."""
    sent = send(site, "save", text=f"{HARBOUR}\n[publish]\nprivate = true\n")
    page = site.ask(sent.headers["location"])
    assert "topicwire feeds grant harbour READER" in page.text
    assert "harbour.atom" not in page.text


def test_a_failing_example_is_saved_only_on_purpose(cli: Cli, site: Site) -> None:
    """The examples are run: where one fails, nothing is written until the second button is pressed."""
    text = HARBOUR.replace("The ferry is old", "The ferry in the harbour is old")
    page = send(site, "save", text=text)
    assert (page.status, part(page, "status")) == (422, "Not saved: the check fails.")
    assert "harbour.toml, line 21: example 2 should be not tagged and is" in unescape(page.text)
    assert 'value="save-anyway"' in page.text
    assert file(cli).read_text("utf-8") == HARBOUR
    assert site.post(EDIT, fields(page) | {"do": "save-anyway"}).status == 303
    assert file(cli).read_text("utf-8") == text


@pytest.mark.parametrize("theirs", [HARBOUR.replace("Harbour news", "Theirs"), None])
def test_a_file_that_changed_meanwhile_is_not_overwritten(cli: Cli, site: Site, theirs: str | None) -> None:
    """Both texts are shown, ours in the form; a second save replaces the file knowingly."""
    form = fields(site.ask(EDIT)) | {"text": TRAWLERS, "do": "save"}
    if theirs is None:
        file(cli).unlink()
    else:
        file(cli).write_text(theirs, encoding="utf-8")
    page = site.post(EDIT, form)
    assert (page.status, fields(page)["text"]) == (409, TRAWLERS)
    assert ("was removed" if theirs is None else "was changed") in part(page, "problem")
    if theirs is not None:
        assert "Theirs" in page.text
        assert file(cli).read_text("utf-8") == theirs
    assert site.post(EDIT, fields(page) | {"do": "save"}).status == 303
    assert file(cli).read_text("utf-8") == TRAWLERS


def test_rights_of_a_file_are_kept(cli: Cli, site: Site) -> None:
    """A file that only its owner may read stays so."""
    file(cli).chmod(0o600)
    assert send(site, "save", text=TRAWLERS).status == 303
    assert stat.S_IMODE(file(cli).stat().st_mode) == 0o600


def test_a_link_to_another_place_is_not_followed(cli: Cli, site: Site, tmp_path: Path) -> None:
    """A file that is only linked into the home is edited where it is; the text is kept in the form."""
    (tmp_path / "elsewhere.toml").write_text(HARBOUR, encoding="utf-8")
    file(cli).unlink()
    file(cli).symlink_to(tmp_path / "elsewhere.toml")
    page = send(site, "save", text=TRAWLERS)
    assert (page.status, fields(page)["text"]) == (422, TRAWLERS)
    assert "is a link to another place" in part(page, "problem")
    assert (tmp_path / "elsewhere.toml").read_text("utf-8") == HARBOUR


def test_a_name_leads_nowhere_else(cli: Cli, site: Site) -> None:
    """Only the names of topics are opened or saved: no path out of the folder, no page of the site."""
    before = sorted(cli.home.rglob("*"))
    form = fields(site.ask(EDIT)) | {"do": "save", "text": HARBOUR, "opened": ""}
    for name in ("..%2Fevil", "%2e%2e", "Harbour", "a.b", "search", "topics", "x%00", "%C3%A4", "-x", "x" * 65):
        assert site.ask(f"/topics/{name}/edit").status in {400, 404}
        assert site.post(f"/topics/{name}/edit", form).status in {404, 422}
    assert sorted(cli.home.rglob("*")) == before


def test_a_file_that_is_no_text_is_not_opened(cli: Cli, site: Site) -> None:
    """What is not UTF-8 would be damaged by an editor: it is refused with the cure."""
    file(cli).write_bytes(b"title = '\xff'")
    page = site.ask(EDIT)
    assert (page.status, "save the file as UTF-8" in page.text) == (400, True)


def test_a_form_that_is_too_large_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than any topic file has is not read."""
    monkeypatch.setattr(routes, "_LARGEST", 1_000)
    assert site.post(EDIT, {"text": "x" * 2_000}).status == 413


# Other files


def test_all_topic_files_are_listed(cli: Cli) -> None:
    """Yours, shipped ones and those not in force, with what is wrong with a broken one."""
    write_topic(cli.home, "title = ", "broken")
    write_topic(cli.home, f"{HARBOUR}\n[publish]\nprivate = true\n", "quiet")
    with served(home_at(cli.home, {"topics.shipped": "platform-rules"})) as site:
        page = site.ask("/topics/").text
        assert site.ask("/topics").headers["location"] == "/topics/"
    lines = [unescape(" ".join(re.sub("<[^>]*>", " ", one).split())) for one in re.findall("<li>\n<h2>(.*?)</li>", page, re.DOTALL)]
    assert "broken yours topics/broken.toml broken.toml: Invalid value (at end of document); mend the TOML at that place." in lines
    assert "Harbour news yours topics/harbour.toml · its page" in lines
    assert "Harbour news yours, private topics/quiet.toml" in lines
    assert "Platform rules shipped topics/platform-rules.toml · its page" in lines
    assert "Planet of everything shipped, not in force topics/planet-of-everything.toml" in lines


def test_a_shipped_topic_is_edited_as_a_copy(cli: Cli) -> None:
    """It opens with the shipped text, says that saving makes a copy, and the shipped file is not touched."""
    path = "/topics/platform-rules/edit"
    with served(home_at(cli.home, {"topics.shipped": "platform-rules"})) as site:
        page = site.ask(path)
        assert "Saving writes your own copy" in page.text
        text = fields(page)["text"] + "# mine\n"
        sent = site.post(path, fields(page) | {"text": text, "do": "save"})
        assert file(cli, "platform-rules").read_text("utf-8") == text
        assert "To have the shipped one again, delete topics/platform-rules.toml." in site.ask(sent.headers["location"]).text


def test_a_new_topic_is_begun_previewed_and_saved(cli: Cli, site: Site) -> None:
    """A name and words make a text that passes its check; it is in the home only when it is saved."""
    page = site.ask("/topics/new?name=trawlers&words=trawler*&languages=en,fr")
    form = fields(page)
    assert ('any = ["trawler*"]' in form["text"], "nothing is saved yet" in page.text) == (True, True)
    found = site.post("/topics/trawlers/edit", form | {"do": "preview"})
    assert part(found, "status") == "1 of 4 stored items would be tagged; no topic of this name is in force."
    assert not file(cli, "trawlers").exists()
    sent = site.post("/topics/trawlers/edit", form | {"do": "save"})
    assert "the stored items are classified by it." in site.ask(sent.headers["location"]).text
    assert cli("topics", "check", "trawlers").exit_code == 0


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ("", 200, "A new topic"),
        ("?name=Not+a+name", 400, "use lower-case letters, digits and hyphens"),
        ("?name=search", 400, "a page of the site is"),
        ("?name=x&languages=jp", 400, "did you mean"),
        ("?name=harbour", 303, ""),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_the_form(site: Site, asked: str, status: int, words: str) -> None:
    """What was typed stays in the form; a name that is there already leads to its file."""
    page = site.ask(f"/topics/new{asked}")
    assert page.status == status
    assert words in unescape(page.text)


def test_a_topic_that_is_not_there_is_begun(site: Site) -> None:
    """The editor of an unknown name leads to a new topic."""
    assert site.ask("/topics/gulls/edit").headers["location"] == "/topics/new?name=gulls"


def test_the_pages_of_the_owner_lead_to_each_other(site: Site, cli: Cli) -> None:
    """The review page leads to the topic and to the list, and these to the review; `topics new` names the editor."""
    assert f'href="{EDIT}"' in site.ask("/review").text
    for path in ("/topics/", EDIT):
        assert 'href="/review"' in site.ask(path).text
    assert "http://127.0.0.1:8080/topics/gulls/edit" in cli("topics", "new", "gulls").stderr


# Nobody else


PATHS = ("/topics/", "/topics/new", "/topics/new?name=x", EDIT, "/topics/platform-rules/edit", f"{EDIT}?saved=again")


@pytest.mark.parametrize("settings", [{"service.base_url": "https://feeds.example"}, {"service.bind": "0.0.0.0:8080"}])
def test_a_public_service_shows_no_topic_file(cli: Cli, settings: dict[str, str]) -> None:
    """Where the service is reached from elsewhere and has no token, nobody opens the editor."""
    with served(home_at(cli.home, settings)) as site:
        assert [site.ask(path).status for path in PATHS] == [403] * len(PATHS)


def test_nobody_else_sees_a_topic_file(site: Site) -> None:
    """Through a proxy, or under another name of this computer: refused, and without a word of the file."""
    for path in PATHS:
        for header in ({"host": "evil.example"}, {"x_forwarded_for": "127.0.0.1"}, {"via": "1.1 proxy"}):
            refused = site.ask(path, "GET", None, **header)
            assert (refused.status, "Harbour" in refused.text) == (403, False)


def test_a_request_that_was_passed_on_saves_nothing(site: Site, cli: Cli) -> None:
    """Whatever header a proxy adds, the form is refused before it is read."""
    form = fields(site.ask(EDIT)) | {"do": "save", "text": TRAWLERS}
    for name in PASSED_ON:
        assert site.post(EDIT, form, **{name: "127.0.0.1"}).status == 403
    assert file(cli).read_text("utf-8") == HARBOUR


@pytest.mark.parametrize(
    "forged",
    [{"token": ""}, {"token": "guessed"}, {"origin": "http://evil.example"}, {"origin": "null"}, {"sec_fetch_site": "cross-site"}],
)
def test_another_page_cannot_send_the_form(cli: Cli, site: Site, forged: dict[str, str]) -> None:
    """A form on a page elsewhere neither saves nor makes the service work."""
    form = fields(site.ask(EDIT)) | {"text": TRAWLERS} | {k: v for k, v in forged.items() if k == "token"}
    headers = {k: v for k, v in forged.items() if k != "token"}
    assert [site.post(EDIT, form | {"do": do}, **headers).status for do in ("save", "preview")] == [403, 403]
    assert file(cli).read_text("utf-8") == HARBOUR


def test_a_link_saves_nothing(cli: Cli, site: Site) -> None:
    """GET changes no file, whatever is in the address, and other methods are refused."""
    form = fields(site.ask(EDIT)) | {"do": "save", "text": TRAWLERS}
    assert site.ask(f"{EDIT}?{urlencode(form)}").status == 200
    assert site.ask(EDIT, "DELETE").status == 405
    assert file(cli).read_text("utf-8") == HARBOUR


def test_the_token_opens_the_editor_from_anywhere(cli: Cli) -> None:
    """With a token nothing else opens it; a program needs no secret of the page."""
    with served(home_at(cli.home, {"service.review_token": TOKEN})) as site:
        assert site.ask(EDIT).status == 401
        site.always = {"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "192.0.2.1", "host": "feeds.example"}
        form = fields(site.ask(EDIT)) | {"token": "", "do": "save", "text": TRAWLERS}
        assert site.post(EDIT, form).status == 303
    assert file(cli).read_text("utf-8") == TRAWLERS
