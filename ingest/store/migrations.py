"""The tables of facts and their migrations; every change of shape is a new function here, none is ever edited."""

from sqlite_utils import Database

from ingest.store.database import family
from ingest.text.urls import canonical, page_key

migrations = family("ingest")


@migrations()
def facts(db: Database) -> None:
    """Make the first tables."""
    text, number = str, int
    db.table("meta").create({"key": text, "value": text}, pk="key", not_null={"value"}, strict=True)
    db.table("source").create(
        {
            "id": number,
            "url": text,
            "kind": text,
            "title": text,
            "site_url": text,
            "feed_id": text,
            "language": text,
            "categories": text,
            "origin": text,
            "status": text,
            "added": text,
        },
        pk="id",
        not_null={"url", "kind", "title", "categories", "origin", "status", "added"},
        strict=True,
    )
    db.table("source").create_index(["url"], unique=True)
    _polls(db)
    _items(db)


def _polls(db: Database) -> None:
    text, number = str, int
    columns = {
        "source_id": number,
        "etag": text,
        "last_modified": text,
        "body_hash": text,
        "last_poll": text,
        "last_success": text,
        "http_status": number,
        "error": text,
        "failures": number,
        "next_poll": text,
    }
    db.table("poll").create(
        columns, pk="source_id", foreign_keys=[("source_id", "source", "id")], not_null={"failures"}, strict=True
    )
    db.table("poll").create_index(["next_poll"])
    db.table("file").create(
        {"source_id": number, "name": text, "hash": text, "read": text, "error": text},
        pk=("source_id", "name"),
        foreign_keys=[("source_id", "source", "id")],
        not_null={"hash", "read"},
        strict=True,
    )


def _items(db: Database) -> None:
    text, number = str, int
    db.table("item").create(
        {"id": number, "uid": text, "seq": number, "version_id": number, "first_seen": text, "changed": text},
        pk="id",
        not_null={"uid", "seq", "first_seen", "changed"},
        strict=True,
    )
    for column in ("uid", "seq"):
        db.table("item").create_index([column], unique=True)
    columns = {"id": number, "item_id": number, "source_id": number, "content_key": text, "text_key": text, "seen": text}
    said = "title summary content text cut language language_from published published_raw updated updated_raw".split()
    lists = {"authors": text, "categories": text, "enclosures": text}
    db.table("version").create(
        columns | {"title_inferred": number} | dict.fromkeys(said, text) | lists,
        pk="id",
        foreign_keys=[("item_id", "item", "id"), ("source_id", "source", "id")],
        not_null={"item_id", "source_id", "content_key", "seen", "title", "text", *lists},
        strict=True,
    )
    db.table("version").create_index(["item_id", "source_id", "content_key"], unique=True)
    db.table("version").create_index(["text_key"])
    db.table("version").enable_fts(["title", "text"], create_triggers=True, tokenize="unicode61 remove_diacritics 2")
    _sightings(db)


@migrations()
def what_was_served(db: Database) -> None:
    """Remember of each source its last document's entries and reader; until now that was feedparser."""
    db.table("served").create(
        {"source_id": int, "parser": str, "entries": str},
        pk="source_id",
        foreign_keys=[("source_id", "source", "id")],
        not_null={"parser", "entries"},
        strict=True,
    )
    read = "select distinct source_id from sighting where source_id in (select id from source where kind = 'feed')"
    db.conn.execute(f"insert into served select source_id, 'feedparser', '{{}}' from ({read})")  # noqa: S608 - constant


def _sightings(db: Database) -> None:
    text, number = str, int
    columns = {"id": number, "item_id": number, "source_id": number, "version_id": number, "guid": text, "url": text}
    keys = {"url_key": text, "fingerprint": text, "reason": text, "first_seen": text, "feed_updated": text}
    db.table("sighting").create(
        columns | keys,
        pk="id",
        foreign_keys=[("item_id", "item", "id"), ("source_id", "source", "id"), ("version_id", "version", "id")],
        not_null={"item_id", "source_id", "version_id", "fingerprint", "reason", "first_seen"},
        strict=True,
    )
    for index in (["item_id"], ["url_key"], ["source_id", "fingerprint"], ["guid", "source_id"]):
        db.table("sighting").create_index(index)


@migrations()
def words_of_documents(db: Database) -> None:
    """Let the text of a document, without the furniture around it, be recognised in a feed."""
    db.table("version").add_column("bare_key", str)
    db.conn.execute("create index idx_version_bare_key on version (bare_key) where bare_key is not null")


@migrations()
def addresses_seen_through(db: Database) -> None:
    """Make the keys of addresses anew: AMP and mobile twins and plain redirectors lead to the page itself."""
    rows = db.conn.execute("select id, url, url_key from sighting where url_key is not null and url is not null").fetchall()
    changed = [(key, row) for row, url, old in rows if (key := canonical(url)) != old]
    db.conn.executemany("update sighting set url_key = ? where id = ?", changed)


@migrations()
def rhythms(db: Database) -> None:
    """Keep what the planner knows of each source, and the reason for its next poll."""
    text, number, real = str, int, float
    for name in ("polls", "not_modified", "wasted", "gaps"):
        db.table("poll").add_column(name, number, not_null_default=0)
    db.table("poll").add_column("why", text, not_null_default="")
    db.table("poll").add_column("last_gap", text)
    columns = {"source_id": number, "at": text, "items": real, "seconds": real, "burst": real, "window": number, "hours": bytes}
    columns |= {"shape": bytes, "shaped_at": text, "shaped_items": real, "names": bytes, "tight": real, "hints": text, "news": text}
    db.table("rhythm").create(
        columns,
        pk="source_id",
        foreign_keys=[("source_id", "source", "id")],
        not_null={"at", "items", "seconds", "burst", "window", "hours", "shape", "shaped_items", "names", "hints"},
        strict=True,
    )


@migrations()
def manners(db: Database) -> None:
    """Keep where sources lived before, what their owner says about asking them, and what is known of their validators."""
    text, number = str, int
    db.table("source").add_column("settings", text, not_null_default="{}")
    db.table("poll").add_column("unchanged_since", text)
    db.table("poll").add_column("distrusted", text)
    db.table("moved").create(
        {"url": text, "source_id": number, "at": text},
        pk="url",
        foreign_keys=[("source_id", "source", "id")],
        not_null={"source_id", "at"},
        strict=True,
    )
    db.table("subscription").create(
        {
            "source_id": number,
            "token": text,
            "hub": text,
            "topic": text,
            "secret": text,
            "asked": text,
            "expires": text,
            "pinged": text,
            "failures": number,
        },
        pk="source_id",
        foreign_keys=[("source_id", "source", "id")],
        not_null={"token", "hub", "topic", "secret", "asked", "failures"},
        strict=True,
    )
    db.table("subscription").create_index(["token"], unique=True)


@migrations()
def sightings_by_version(db: Database) -> None:
    """Find the sightings of a text without reading all of them."""
    db.table("sighting").create_index(["version_id"])


@migrations()
def words_beside_versions(db: Database) -> None:
    """Let whoever stores texts index them together: for a trigger the index is written out before each of them."""
    db.conn.execute("drop trigger version_ai")


@migrations()
def places(db: Database) -> None:
    """Keep where the subject of an item lies."""
    db.table("version").add_column("places", str, not_null_default="[]")


@migrations()
def polls_without_order(db: Database) -> None:
    """Drop an index that no question uses and every poll writes: what is due is found by looking at all."""
    db.conn.execute("drop index if exists idx_poll_next_poll")


@migrations()
def corrections_and_former_names(db: Database) -> None:
    """Count the corrections of an item, keep the names that sources gave it before, and find what a source dated alike."""
    db.table("item").add_column("corrections", int, not_null_default=0)
    db.table("former_name").create(
        {"id": int, "sighting_id": int, "guid": str, "url": str, "url_key": str},
        pk="id",
        foreign_keys=[("sighting_id", "sighting", "id")],
        not_null={"sighting_id"},
        strict=True,
    )
    for index in (["sighting_id"], ["url_key"], ["guid"]):
        db.table("former_name").create_index(index)
    db.conn.execute("create index idx_version_source_published on version (source_id, published) where published is not null")
    # A correction leaves title and text alone; the trigger would write the index again for every one.
    db.conn.execute("drop trigger version_au")


@migrations()
def publishers_feed_parameters(db: Database) -> None:
    """Make the keys of addresses anew: parameters that only say which feed a reader came by are no part of them."""
    rows = db.conn.execute("select id, url, url_key from sighting where url_key is not null and instr(url, '?') > 0").fetchall()
    changed = [(key, row) for row, url, old in rows if (key := page_key(url)) != old]
    db.conn.executemany("update sighting set url_key = ? where id = ?", changed)


@migrations()
def views(db: Database) -> None:
    """Publish what is read beside the judgements: other rooms join these views, and no table of facts.

    The outer joins always find their row: a table of which no column is asked for is then left out of the plan.
    """
    # `moment` is what a reader calls the day of an item: the publisher's date, unless that is after it was first seen.
    db.conn.execute(
        """create view current_item as
        select i.id, i.uid, i.seq, i.first_seen, i.changed, v.title, v.language, v.published,
            iif(v.published <= i.first_seen, v.published, i.first_seen) as moment
        from item i left join version v on v.id = i.version_id"""
    )
    db.conn.execute(
        """create view carrier as
        select g.id, g.item_id, g.version_id, g.first_seen, s.url as source_url, s.title as source_title, s.kind as source_kind
        from sighting g left join source s on s.id = g.source_id"""
    )
    db.conn.execute("create view item_version as select id, item_id, source_id, seen from version")
    db.conn.execute(
        """create view indexed_text as
        select v.item_id, version_fts.version_fts as words from version_fts left join version v on v.id = version_fts.rowid"""
    )


@migrations()
def ingested_files(db: Database) -> None:
    """Name the table of files that were read as documents by what it holds."""
    db.conn.execute("alter table file rename to ingested_file")


@migrations()
def forgotten_names(db: Database) -> None:
    """Keep keyed hashes of the names of what was erased, so that it is not stored again."""
    db.table("forgotten").create({"hash": str, "at": str}, pk="hash", not_null={"at"}, strict=True)


@migrations()
def counters(db: Database) -> None:
    """Keep what readers would have to add up over whole tables: the newest time, counts of items, numbers of change of sources.

    Triggers keep them, so that no writer can forget it and nothing is counted that is taken back.
    """
    execute = db.conn.execute
    execute("create table counter (key text primary key, number integer not null) strict")
    execute("insert into counter values ('sources', 0), ('source names', 0)")
    execute("create table latest (at text) strict")
    execute(
        """insert into latest select max(at) from
        (select max(last_poll) at from poll union all select max(first_seen) from sighting)"""
    )
    execute("create table source_count (source_id integer primary key, number integer not null) strict")
    execute("insert into source_count select source_id, count(*) from sighting group by 1")
    execute("create table language_count (language text primary key, number integer not null) strict")
    execute(
        """insert into language_count select v.language, count(*) from item i join version v on v.id = i.version_id
        where v.language is not null group by 1"""
    )
    execute("create index idx_item_first_seen on item (first_seen)")
    execute("create view known_source as select id, url, title, kind from source")
    _times(db)
    _numbers_of_change(db)
    _counts_of_sources(db)
    _counts_of_languages(db)


def _times(db: Database) -> None:
    for event, at in (
        ("insert on sighting", "first_seen"),
        ("insert on poll", "last_poll"),
        ("update of last_poll on poll", "last_poll"),
    ):
        body = f"update latest set at = new.{at} where at is null or at < new.{at};"  # noqa: S608 - constants
        _trigger(db, "latest", event, body, f"when new.{at} is not null")


def _numbers_of_change(db: Database) -> None:
    """Raise `sources` with all that the page of sources lists at once, and `source names` with another name or address."""
    named = " or ".join(f"old.{name} is not new.{name}" for name in ("url", "title", "site_url", "feed_id"))
    state = "old.error is not new.error or old.gaps is not new.gaps or (old.last_success is null) != (new.last_success is null)"
    for event, when in (
        ("insert on source", ""),
        ("delete on source", ""),
        ("update on source", f"when {named} or old.status is not new.status"),
        ("insert on poll", ""),
        ("update on poll", f"when {state}"),
    ):
        _trigger(db, "sources", event, "update counter set number = number + 1 where key = 'sources';", when)
    body = "update counter set number = number + 1 where key = 'source names';"
    _trigger(db, "names", "update on source", body, f"when {named}")


def _counts_of_sources(db: Database) -> None:
    gained = """insert into source_count select new.source_id, 0
        where not exists (select 1 from source_count where source_id = new.source_id);
        update source_count set number = number + 1 where source_id = new.source_id;"""
    lost = "update source_count set number = number - 1 where source_id = old.source_id;"
    _trigger(db, "count", "insert on sighting", gained)
    _trigger(db, "count", "delete on sighting", lost)
    _trigger(db, "count", "update of source_id on sighting", lost + gained)


def _counts_of_languages(db: Database) -> None:
    """Count items by the language of their present version."""
    gained = """insert into language_count select v.language, 0 from version v
        where v.id = new.version_id and v.language is not null
            and not exists (select 1 from language_count where language = v.language);
        update language_count set number = number + 1 where language = (select language from version where id = new.version_id);"""
    lost = (
        "update language_count set number = number - 1 where language = (select language from version where id = old.version_id);"
    )
    _trigger(db, "language", "update of version_id on item", lost + gained, "when old.version_id is not new.version_id")
    _trigger(db, "language", "insert on item", gained, "when new.version_id is not null")
    _trigger(db, "language", "delete on item", lost, "when old.version_id is not null")
    changed = """update language_count set number = number - 1 where language = old.language;
        insert into language_count select new.language, 0
        where new.language is not null and not exists (select 1 from language_count where language = new.language);
        update language_count set number = number + 1 where language = new.language;"""
    present = "exists (select 1 from item where id = new.item_id and version_id = new.id)"
    _trigger(db, "language", "update of language on version", changed, f"when old.language is not new.language and {present}")


def _trigger(db: Database, name: str, event: str, body: str, when: str = "") -> None:
    words = event.split()
    db.conn.execute(f"create trigger {name}_{words[-1]}_{words[0]} after {event} {when} begin {body} end")


@migrations()
def matches_by_number(db: Database) -> None:
    """Let a search read the texts that it finds from the newest on, and stop where it has enough."""
    db.conn.execute(
        """create view text_match as
        select version_fts.rowid as id, v.item_id, version_fts.version_fts as words
        from version_fts left join version v on v.id = version_fts.rowid"""
    )
    db.conn.execute("create view known_language as select language, number from language_count")
    db.conn.execute(
        """create view carrying_source as select s.id, s.url, s.title, c.number
        from source_count c join source s on s.id = c.source_id where c.number > 0"""
    )


@migrations()
def addresses_without_a_key(db: Database) -> None:
    """Find an item by an address that has no key, such as that of a whole site; any other address is found by its key."""
    for table in ("sighting", "former_name"):
        db.conn.execute(f"create index idx_{table}_url_without_key on {table} (url) where url_key is null")


@migrations()
def figures(db: Database) -> None:
    """Keep the kind of each failure, the number of items, and sums that only rise, for whoever watches the service."""
    db.table("poll").add_column("failure", str)
    execute = db.conn.execute
    execute(
        """create table tally (name text not null, labels text not null, number real not null, primary key (name, labels))
        strict, without rowid"""
    )
    execute("insert into counter select 'items', count(*) from item")
    for event, step in (("insert on item", "+ 1"), ("delete on item", "- 1")):
        _trigger(db, "counted", event, f"update counter set number = number {step} where key = 'items';")  # noqa: S608 - constants


@migrations()
def carriers_by_source(db: Database) -> None:
    """Let whoever joins the view of carriers ask by a source's number: by its address every sighting was read."""
    db.conn.execute("drop view carrier")
    db.conn.execute(
        """create view carrier as
        select g.id, g.item_id, g.source_id, g.version_id, g.first_seen,
            s.url as source_url, s.title as source_title, s.kind as source_kind
        from sighting g left join source s on s.id = g.source_id"""
    )


@migrations()
def words_once(db: Database) -> None:
    """Keep summary and markup of a version as what they have beyond its text; those that are stored plainly are packed later."""
    db.table("version").add_column("markup", bytes)
    db.conn.execute("create index idx_version_plain on version (id) where summary is not null or content is not null")
