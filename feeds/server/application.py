"""The whole site of a home folder: its files and, beside them, what needs the database."""

from functools import partial
from urllib.parse import quote

from feeds.server.context import ServiceContext
from feeds.server.files import FileServer, Headers
from feeds.server.health import HealthRoutes
from feeds.server.private import Private
from feeds.server.review import Reviewing
from feeds.server.search import Searching
from feeds.server.site import SiteApplication
from feeds.site.render import gone, not_found
from ingest.http.websub import route
from ingest.polling.home import Home
from ingest.settings import Settings

_FEEDS = (".atom", ".rss", ".json")


def application(home: Home) -> SiteApplication:
    """Make the site of a home, whose folder may still be empty; nothing is made in it."""
    public = home.folder / "public"
    context = ServiceContext(home)
    notices = {404: not_found(context.root), 410: gone(context.root)}
    site = SiteApplication(FileServer(public, links=partial(feed_links, home.settings)), notices)
    site.add(HealthRoutes(home.database_path, public, home.clock, lambda: dict(site.answered), context.open_topics).routes())
    site.add(Searching(context).routes())
    site.add(Private(context, site.notice).routes())
    site.add(Reviewing(context).routes())
    site.add([route(home.database_path, home.clock)])  # where hubs find us
    return site


def feed_links(settings: Settings, name: str) -> Headers:
    """Return the Link header of a feed: its own address and, where there is one, its hub (WebSub, section 4)."""
    if not name.endswith(_FEEDS) or "/" in name:
        return ()
    hub = f', <{settings.publish.hub}>; rel="hub"' if settings.publish.hub else ""
    return (("link", f'<{settings.base_url}/{quote(name)}>; rel="self"{hub}'),)
