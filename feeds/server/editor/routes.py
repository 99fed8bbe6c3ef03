"""`/topics/`: the topic files of the home, each in a form with its preview, check and save; matches nothing itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from feeds.server.context import BUSY, OWNER_HEADERS, ServiceContext, in_thread, read_form
from feeds.server.editor.files import ConflictError, OpenedTopic, open_topic, save_topic
from feeds.server.editor.previews import PreviewRunner
from feeds.site.models import EditorPage, TopicFileLine, TopicFilesPage
from feeds.site.render import POLICY, editor_page, topic_files_page
from feeds.site.views import preview_section, preview_status
from feeds.tagging.preview_pass import preview
from feeds.tagging.quality.check import errors
from feeds.tagging.quality.new_topic import new_topic, parts_of
from feeds.tagging.topic.folders import TopicFolders, topic_folders
from feeds.tagging.topic.loader import parse_topic
from feeds.tagging.topic.model import Topic
from ingest.errors import StoreError, TopicError, UsageError

_LARGEST: Final = 4_000_000  # bytes of a form: the largest shipped file has 0.2 million, and a form may take three for one
_NEWEST: Final = 10_000  # items that a preview examines
_SHOWN: Final = 10  # items of each kind
_HEADERS: Final = OWNER_HEADERS | {"content-security-policy": f"{POLICY}; frame-ancestors 'none'"}
_HTML: Final = "text/html; charset=utf-8"
_TOO_LARGE: Final = "This is more than a topic file may have: split the topic in two.\n"
_SAVED: Final = {  # what happens next, by what a save has changed
    "new": "Saved. With the next pass, which `topicwire run` makes within seconds, the stored items are classified by it.",
    "again": "Saved. With the next pass, which `topicwire run` makes within seconds, the stored items are classified again by this"
    " wording, without a download; what is old is not announced as new.",
    "same": "Saved. What decides is as it was, so nothing is classified again.",
}


@dataclass(slots=True)
class EditorRoutes:
    """The list of topic files, and the editor of each."""

    context: ServiceContext
    runner: PreviewRunner = field(default_factory=PreviewRunner)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/topics", self._lead, methods=["GET"]),
            Route("/topics/", self._list, methods=["GET"]),
            Route("/topics/new", self._new, methods=["GET"]),
            Route("/topics/{name}/edit", self._open, methods=["GET"]),
            Route("/topics/{name}/edit", self._send, methods=["POST"]),
        ]

    @property
    def _path(self) -> str:
        return f"{self.context.root}topics/"

    @property
    def _folders(self) -> TopicFolders:
        return topic_folders(self.context.home.folder, self.context.home.settings)

    # The list, and a new topic

    async def _lead(self, _request: Request) -> Response:
        return RedirectResponse(self._path, 307)

    async def _list(self, request: Request) -> Response:
        refused = self.context.gate.refused(request)
        if refused:
            return refused
        return _html(topic_files_page(await in_thread(self._files), self.context.root))

    def _files(self) -> TopicFilesPage:
        folders = self._folders
        in_force, shipped = folders.files(), folders.shipped_files()
        lines = []
        for name, path in sorted((shipped | in_force).items()):
            state = "yours" if path.parent == folders.own else "shipped" if name in in_force else "shipped, not in force"
            line = TopicFileLine(name, name, state, f"{self._path}{quote(name)}/edit")
            try:
                topic = parse_topic(open_topic(folders, name).text, name, f"{name}.toml")
            except TopicError as fault:
                lines.append(replace(line, fault=f"{fault}."))
            else:
                is_public = name in in_force and not topic.publish.private
                page = f"{self.context.root}{name}.html" if is_public else ""
                lines.append(replace(line, title=topic.title, page=page, state=_state(state, topic)))
        return TopicFilesPage(tuple(lines), f"{self._path}new")

    async def _new(self, request: Request) -> Response:
        refused = self.context.gate.refused(request)
        if refused:
            return refused
        return await in_thread(lambda: self._begun(dict(request.query_params)))

    def _begun(self, asked: Mapping[str, str]) -> Response:
        """Return the editor with the text of a new topic, which is not saved yet; the form again where that cannot be."""
        name, words = asked.get("name", "").strip(), asked.get("words", "").strip()
        languages = asked.get("languages", "en").strip()
        form = replace(self._files(), name=name, words=words, languages=languages)
        if not name:
            return _html(topic_files_page(form, self.context.root))
        try:
            opened = open_topic(self._folders, name)
            if not opened.is_new:
                return RedirectResponse(f"{self._path}{name}/edit", 303, OWNER_HEADERS)
            terms = parts_of(words) or [name.replace("-", " ")]
            text = new_topic(name, f"{name}.toml", terms, parts_of(languages), self.context.home.clock().date())
        except UsageError as fault:
            return _html(topic_files_page(replace(form, fault=f"{fault}."), self.context.root), 400)
        return self._shown(replace(self._page(opened), text=text, note="A new topic: nothing is saved yet."))

    # The editor

    async def _open(self, request: Request) -> Response:
        refused, name = self.context.gate.refused(request), request.path_params["name"]
        if refused:
            return refused
        return await in_thread(lambda: self._opened(name, request.query_params.get("saved", "")))

    async def _send(self, request: Request) -> Response:
        refused = self.context.gate.refused(request)
        if refused:
            return refused
        form = await read_form(request, _LARGEST)
        if form is None:
            return PlainTextResponse(_TOO_LARGE, 413, OWNER_HEADERS)
        forged = self.context.gate.forged(request, form.get("token", ""))
        if forged:
            return forged
        if self.runner.is_busy:
            return PlainTextResponse("Too many previews wait; try again in a moment.\n", 503, BUSY)
        return await self._done(request, request.path_params["name"], form)

    async def _done(self, request: Request, name: str, form: Mapping[str, str]) -> Response:
        text = _lines(form.get("text", ""))
        opened = OpenedTopic(name, text, form.get("opened", ""), is_shipped=name in self._folders.shipped_files())
        if form.get("do", "").startswith("save"):
            return await self.runner.run(request, lambda _: self._saved(opened, anyway=form["do"] == "save-anyway"))
        return await self.runner.run(request, lambda stopping: self._previewed(opened, stopping))

    def _opened(self, name: str, saved: str) -> Response:
        try:
            opened = open_topic(self._folders, name)
        except TopicError as fault:
            return PlainTextResponse(f"{fault}\n", 400, OWNER_HEADERS)
        if opened.is_new:
            return RedirectResponse(f"{self._path}new?{urlencode({'name': name})}", 303, OWNER_HEADERS)
        if saved not in _SAVED:
            return self._shown(self._page(opened))
        topic, message = self._in_force(name), _SAVED[saved]
        if topic is not None and topic.publish.private:
            private = f"Its feed is private: `topicwire feeds grant {name} READER` gives a reader an address."
            return self._shown(replace(self._page(opened), message=f"{message} {private}"))
        feed, page = f"{self.context.base}{name}.atom", f"{self.context.root}{name}.html"
        return self._shown(replace(self._page(opened), message=message, feed=feed, page=page))

    def _page(self, opened: OpenedTopic) -> EditorPage:
        note = ""
        if opened.is_shipped and not opened.state:
            note = "This is a shipped topic. Saving writes your own copy, which takes its place."
        elif opened.is_shipped:
            note = f"Your copy of a shipped topic. To have the shipped one again, delete topics/{opened.name}.toml."
        return EditorPage(
            name=opened.name,
            text=opened.text,
            opened=opened.state,
            token=self.context.gate.secret,
            action=f"{self._path}{quote(opened.name)}/edit",
            all=self._path,
            note=note,
        )

    def _in_force(self, name: str) -> Topic | None:
        return next((topic for topic in self.context.topics() if topic.name == name), None)

    def _shown(self, page: EditorPage, status: int = 200) -> Response:
        return _html(editor_page(page, self.context.root), status)

    # What is sent

    def _previewed(self, opened: OpenedTopic, stopping: Callable[[], bool]) -> Response:
        page = self._page(opened)
        try:
            topic = parse_topic(opened.text, opened.name, f"{opened.name}.toml")
        except TopicError as fault:
            return self._shown(_with_fault(page, fault))
        with self.context.home.stored(quiet=True) as facts:
            in_force = self._in_force(opened.name)
            found = preview(facts, topic, in_force, limit=_SHOWN, most=_NEWEST, stopping=stopping)
        return self._shown(replace(page, status=preview_status(found), preview=preview_section(found)))

    def _saved(self, opened: OpenedTopic, *, anyway: bool) -> Response:
        page, name = self._page(opened), opened.name
        try:
            topic = parse_topic(opened.text, name, f"{name}.toml")
            faults = () if anyway else errors(topic, opened.text, f"{name}.toml")
            if faults:
                return self._shown(replace(page, faults=faults, status="Not saved: the check fails."), 422)
            before = self._in_force(name)
            save_topic(self._folders, name, opened.text, opened.state)
        except ConflictError as fault:
            theirs = replace(page, opened=fault.now.state, theirs=fault.now.text, fault=f"Not saved: {fault}.")
            return self._shown(theirs, 409)
        except TopicError as fault:
            return self._shown(_with_fault(page, fault), 422)
        except (UsageError, StoreError) as fault:
            return self._shown(replace(page, fault=f"Not saved: {fault}."), 422)
        kind = "new" if before is None else "same" if before.version == topic.version else "again"
        return RedirectResponse(f"{page.action}?saved={kind}", 303, OWNER_HEADERS)


def _html(body: bytes, status: int = 200) -> Response:
    return Response(body, status, _HEADERS, _HTML)


def _state(state: str, topic: Topic) -> str:
    return f"{state}, private" if topic.publish.private else state


def _with_fault(page: EditorPage, fault: TopicError) -> EditorPage:
    """Return a page that says what is wrong with its text, and on which line."""
    lines = page.text.splitlines()
    line = fault.line if fault.line and fault.line <= len(lines) else None
    return replace(page, fault=f"{fault}.", line=line, quoted=lines[line - 1] if line else "")


def _lines(text: str) -> str:
    """Return a text as a file has it: browsers end the lines of a form by CR and LF."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return f"{plain}\n" if plain else ""
