"""The whole site of a home folder: its files and, beside them, what needs the database."""

from functools import partial
from urllib.parse import quote

from feeds.pages import gone, not_found
from feeds.serve.desk import Desk
from feeds.serve.files import Files, Headers
from feeds.serve.health import Health
from feeds.serve.private import Private
from feeds.serve.reviewing import Reviewing
from feeds.serve.searching import Searching
from feeds.serve.site import Site
from ingest.console import App
from ingest.settings import Settings
from ingest.websub import route

_FEEDS = (".atom", ".rss", ".json")


def application(app: App) -> Site:
    """Make the site of a home, whose folder may still be empty; nothing is made in it."""
    public = app.home / "public"
    desk = Desk(app)
    notices = {404: not_found(desk.root), 410: gone(desk.root)}
    site = Site(Files(public, links=partial(feed_links, app.settings)), notices)
    site.add(Health(app.database, public, app.clock, lambda: dict(site.answered), desk.open_topics).routes())
    site.add(Searching(desk).routes())
    site.add(Private(desk, site.notice).routes())
    site.add(Reviewing(desk).routes())
    site.add([route(app.database, app.clock)])  # where hubs find us
    return site


def feed_links(settings: Settings, name: str) -> Headers:
    """Give the Link header of a feed: its own address and, where there is one, its hub (WebSub, section 4)."""
    if not name.endswith(_FEEDS) or "/" in name:
        return ()
    hub = f', <{settings.publish.hub}>; rel="hub"' if settings.publish.hub else ""
    return (("link", f'<{settings.base_url}/{quote(name)}>; rel="self"{hub}'),)
