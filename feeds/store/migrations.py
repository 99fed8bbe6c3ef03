"""The tables of the classifying side and their migrations; every change of shape is a new function here, none is ever edited."""

from sqlite_utils import Database

from ingest.store.database import family

migrations = family("feeds")


@migrations()
def judgements(db: Database) -> None:
    """Make the first tables."""
    text, number = str, int
    db.table("tag").create(
        {
            "item_id": number,
            "topic": text,
            "version": text,
            "grade": text,
            "score": float,
            "why": text,
            "evidence": text,
            "tagged": text,
            "quiet": number,
        },
        pk=("item_id", "topic"),
        foreign_keys=[("item_id", "item", "id")],
        not_null={"version", "grade", "score", "why", "evidence", "tagged", "quiet"},
        strict=True,
    )
    db.table("tag").create_index(["topic"])
    _progress(db)
    _people(db)
    db.table("line").create(
        {"source": text, "line": text, "item_id": number},
        pk=("source", "line", "item_id"),
        foreign_keys=[("item_id", "item", "id")],
        strict=True,
    )


def _progress(db: Database) -> None:
    """Make the tables of how far each topic has judged, and which id an item was published under."""
    text, number = str, int
    db.table("topic").create(
        {"name": text, "version": text, "seq": number, "back": number, "until": number},
        pk="name",
        not_null={"version", "seq", "back", "until"},
        strict=True,
    )
    db.table("entry").create(
        {"item_id": number, "atom_id": text},
        pk="item_id",
        foreign_keys=[("item_id", "item", "id")],
        not_null={"atom_id"},
        strict=True,
    )
    db.table("entry").create_index(["atom_id"], unique=True)
    db.table("announced").create(
        {"item_id": number, "topic": text},
        pk=("item_id", "topic"),
        foreign_keys=[("item_id", "item", "id")],
        strict=True,
    )


def _people(db: Database) -> None:
    """Make the table of what people decided."""
    text, number = str, int
    db.table("decision").create(
        {"item_id": number, "topic": text, "verdict": text, "reason": text, "decided": text},
        pk=("item_id", "topic"),
        foreign_keys=[("item_id", "item", "id")],
        not_null={"verdict", "reason", "decided"},
        strict=True,
    )


@migrations()
def publication(db: Database) -> None:
    """Make the tables of what the feeds have said: entries, sealed pages of archives, and the files of `public/`."""
    text, number = str, int
    said = {"atom_id": text, "entered": text, "updated": text, "digest": text, "state": text, "version": text}
    left = {"archive": number, "gone": text, "reason": text, "buried": number}
    db.table("published").create(
        {"feed": text, "item_id": number, **said, **left},
        pk=("feed", "item_id"),
        foreign_keys=[("item_id", "item", "id")],
        not_null={"atom_id", "entered", "updated", "digest", "state", "version"},
        strict=True,
    )
    db.table("archive").create(
        {"feed": text, "number": number, "changed": text, "hash": text, "document": bytes},
        pk=("feed", "number"),
        not_null={"changed", "hash", "document"},
        strict=True,
    )
    db.table("document").create(
        {"path": text, "feed": text, "hash": text, "size": number, "changed": text, "gone": text},
        pk="path",
        not_null={"feed", "hash", "size", "changed"},
        strict=True,
    )
    db.table("edition").create({"feed": text, "inputs": text, "until": text}, pk="feed", not_null={"inputs"}, strict=True)


@migrations()
def subscribers(db: Database) -> None:
    """Make the tables of who may read what is private, and of what a hub was told."""
    text, number = str, int
    db.table("grant").create(
        {"hash": text, "topic": text, "name": text, "given": text, "used": text, "revoked": text},
        pk="hash",
        not_null={"topic", "name", "given"},
        strict=True,
    )
    db.table("outbox").create(
        {"path": text, "hub": text, "hash": text, "tries": number, "next": text, "error": text},
        pk="path",
        not_null={"hub", "tries"},
        strict=True,
    )


@migrations()
def stories(db: Database) -> None:
    """Make the tables of stories: members, likenesses, sketches, people's words, progress."""
    execute = db.conn.execute
    execute("create table story (item_id integer primary key references item (id), story_id integer not null) strict")
    execute("create index idx_story_story_id on story (story_id)")
    execute(
        """create table story_edge (a integer not null references item (id), b integer not null references item (id),
        relation text not null, strength real not null, evidence text not null, primary key (a, b)) strict, without rowid"""
    )
    execute("create index idx_story_edge_b on story_edge (b)")
    # By time first: what is new lies together, so the cost of an item does not grow with the table.
    execute(
        """create table story_band (span integer not null, key integer not null, item_id integer not null,
        primary key (span, key, item_id)) strict, without rowid"""
    )
    execute(
        """create table story_decision (a integer not null references item (id), b integer not null references item (id),
        verdict text not null, reason text not null, decided text not null, primary key (a, b)) strict, without rowid"""
    )
    execute("create table story_mark (version text primary key, seq integer not null, until integer not null) strict")


@migrations()
def state_of_what_was_published(db: Database) -> None:
    """Mend the databases of a time when `publication` kept one number of change in place of the state of all items."""
    if "seq" in db.table("published").columns_dict:
        db.table("published").add_column("state", str, not_null_default="")
        db.table("published").transform(drop={"seq"})


@migrations()
def story_edges_of_one_publisher(db: Database) -> None:
    """Tell the likenesses within one publisher from others: what a publisher repeats is a form."""
    db.conn.execute("alter table story_edge add column within integer not null default 0")


@migrations()
def tables_by_their_full_names(db: Database) -> None:
    """Name the table of published files, and that of sentences that sources repeat, by what they hold."""
    db.conn.execute("alter table document rename to published_file")
    db.conn.execute("alter table line rename to boilerplate_line")


@migrations()
def revisions(db: Database) -> None:
    """Count the changes of what publication reads: `topic:NAME` of what a topic's feed is made of, `stories` of all stories.

    Triggers raise the numbers, so that no writer can forget it and none is raised by a transaction that is taken back.
    Before this, publication compared figures of another form: everything is looked at once more.
    """
    db.conn.execute("create table revision (key text primary key, number integer not null) strict")
    db.conn.execute("insert into revision select distinct 'topic:' || topic, 0 from tag")
    db.conn.execute("insert into revision values ('stories', 0)")
    differs = " or ".join(f"old.{name} is not new.{name}" for name in "version grade score why evidence quiet".split())
    for table, when in (("tag", f"when {differs}"), ("decision", "")):
        _topic_revision(db, f"insert on {table}", "new")
        _topic_revision(db, f"delete on {table}", "old")
        _topic_revision(db, f"update on {table}", "new", when)
    for table in ("story", "story_edge", "story_decision"):
        for event in ("insert", "delete", "update"):
            _trigger(db, f"{event} on {table}", "update revision set number = number + 1 where key = 'stories';")
    _item_revision(db, "update of seq, version_id on item", "new.id")
    _item_revision(db, "insert on sighting", "new.item_id")
    _item_revision(db, "update of item_id, version_id on sighting", "new.item_id")
    _item_revision(db, "delete on sighting", "old.item_id")


def _topic_revision(db: Database, event: str, row: str, when: str = "") -> None:
    """Raise the number of the topic in a row that is written."""
    body = """insert into revision select 'topic:' || {0}.topic, 0
        where not exists (select 1 from revision where key = 'topic:' || {0}.topic);
        update revision set number = number + 1 where key = 'topic:' || {0}.topic;"""
    _trigger(db, event, body.format(row), when)


def _item_revision(db: Database, event: str, item: str) -> None:
    """Raise the numbers of all that an item belongs to; each topic that tags anything has a number by then."""
    body = """update revision set number = number + 1 where key in (select 'topic:' || topic from tag where item_id = {0});
        update revision set number = number + 1 where key = 'stories' and exists (select 1 from story where item_id = {0});"""
    _trigger(db, event, body.format(item))


def _trigger(db: Database, event: str, body: str, when: str = "") -> None:
    words = event.split()
    db.conn.execute(f"create trigger revision_{words[-1]}_{words[0]} after {event} {when} begin {body} end")


@migrations()
def sentence_vectors(db: Database) -> None:
    """Make the table of sentence vectors: what the second opinion has encoded once."""
    db.conn.execute(
        """create table item_vector (item_id integer primary key references item (id), seq integer not null,
        encoder text not null, vector blob not null) strict"""
    )


@migrations()
def changes(db: Database) -> None:
    """Note which entries of feeds and which pages may have changed, in place of one number for all; keep what pages list.

    Triggers note it, so that no writer can forget it and nothing is noted that is taken back. `listed_story` and `page`
    are filled by the next publication, which looks at everything once more.
    """
    execute = db.conn.execute
    found = execute("select name from sqlite_master where type = 'trigger' and name like 'revision!_%' escape '!'").fetchall()
    for (name,) in found:
        execute(f"drop trigger {name}")
    execute("drop table revision")
    for made in (
        "changed_entry (topic text not null, item_id integer not null, primary key (topic, item_id)) strict, without rowid",
        "changed_page (item_id integer primary key) strict",
        # Drawn when it is due; an id that has risen meanwhile says that it is due again.
        """due_page (id integer primary key autoincrement, kind text not null, key text not null,
            unique (kind, key)) strict""",
        "page (path text primary key, fingerprint text not null, item_id integer) strict, without rowid",
    ):
        execute(f"create table {made}")
    execute("drop index if exists idx_tag_topic")
    for made in (
        "page_item_id on page (item_id) where item_id is not null",
        "tag_topic_item_id on tag (topic, item_id)",
        "published_item_id on published (item_id)",
        "published_subscribed on published (feed) where archive is null and gone is null",
        "published_gone on published (feed, gone) where gone is not null",
        "published_unburied on published (feed) where gone is not null and buried is null",
        "published_file_feed on published_file (feed, path) where gone is null",
    ):
        execute(f"create index idx_{made}")
    execute(
        """create view concerned as select topic, item_id from tag
        union all select substr(feed, instr(feed, '/') + 1), item_id from published where gone is null"""
    )
    _listed(db)
    _sources_of_topics(db)
    _changes(db)


def _listed(db: Database) -> None:
    """Make the tables of the stories that pages list, and how many there are by day, language and source."""
    execute = db.conn.execute
    execute(
        """create table listed_story (topic text not null, item_id integer not null, uid text not null, moment text not null,
        first_seen text not null, language text not null, source text not null, primary key (topic, item_id))
        strict, without rowid"""
    )
    for columns in ("topic, moment, uid", "topic, language, moment, uid", "topic, source, moment, uid", "topic, first_seen"):
        name = columns.replace(", ", "_")
        execute(f"create index idx_listed_story_{name} on listed_story ({columns})")
    execute(
        """create table listed_count (topic text not null, kind text not null, key text not null, number integer not null,
        primary key (topic, kind, key)) strict, without rowid"""
    )
    kinds = {"day": "substr({0}.moment, 1, 10)", "language": "{0}.language", "source": "{0}.source"}
    gained = lost = ""
    for kind, value in kinds.items():
        new, old = (f"topic = {row}.topic and kind = '{kind}' and key = {value.format(row)}" for row in ("new", "old"))
        gained += f"""insert into listed_count select new.topic, '{kind}', {value.format("new")}, 0
            where not exists (select 1 from listed_count where {new});
            update listed_count set number = number + 1 where {new};"""  # noqa: S608 - constants
        lost += f"""update listed_count set number = number - 1 where {old};
            delete from listed_count where number = 0 and {old};"""  # noqa: S608 - constants
    _named_trigger(db, "listed", "insert on listed_story", gained)
    _named_trigger(db, "listed", "delete on listed_story", lost)


def _sources_of_topics(db: Database) -> None:
    """Make the table of how often each source has carried what a topic tags."""
    db.conn.execute(
        """create table tag_source (topic text not null, source_id integer not null, number integer not null,
        primary key (topic, source_id)) strict, without rowid"""
    )
    db.conn.execute(
        """insert into tag_source select t.topic, g.source_id, count(*) from tag t
        join sighting g on g.item_id = t.item_id group by 1, 2"""
    )
    carried = "(select count(*) from sighting where item_id = {0}.item_id and source_id = tag_source.source_id)"
    among = "topic = {0}.topic and source_id in (select source_id from sighting where item_id = {0}.item_id)"
    changed = f"update tag_source set number = number {{1}} {carried} where {among};"  # noqa: S608 - constants
    gained = """insert into tag_source select distinct new.topic, source_id, 0 from sighting g where item_id = new.item_id
        and not exists (select 1 from tag_source where topic = new.topic and source_id = g.source_id);"""
    _named_trigger(db, "carrier", "insert on tag", gained + changed.format("new", "+"))
    _named_trigger(db, "carrier", "delete on tag", changed.format("old", "-"))
    seen = """insert into tag_source select topic, new.source_id, 0 from tag t where item_id = new.item_id
        and not exists (select 1 from tag_source where topic = t.topic and source_id = new.source_id);
        update tag_source set number = number + 1
        where source_id = new.source_id and topic in (select topic from tag where item_id = new.item_id);"""
    unseen = """update tag_source set number = number - 1
        where source_id = old.source_id and topic in (select topic from tag where item_id = old.item_id);"""
    _named_trigger(db, "carrier", "insert on sighting", seen)
    _named_trigger(db, "carrier", "delete on sighting", unseen)
    _named_trigger(db, "carrier", "update of item_id, source_id on sighting", unseen + seen)


def _changes(db: Database) -> None:
    differs = " or ".join(f"old.{name} is not new.{name}" for name in "version grade score why evidence quiet".split())
    for table, when in (("tag", f"when {differs}"), ("decision", "")):
        _noted(db, f"insert on {table}", "select new.item_id", "new.topic")
        _noted(db, f"delete on {table}", "select old.item_id", "old.topic")
        _noted(db, f"update on {table}", "select new.item_id", "new.topic", when)
    # Who stays behind has another story too.
    _noted(db, "insert on story", "select new.item_id")
    _noted(db, "delete on story", "select old.item_id union select item_id from story where story_id = old.story_id")
    _noted(
        db,
        "update on story",
        "select new.item_id union select item_id from story where story_id = old.story_id",
        when="when old.story_id is not new.story_id",
    )
    for table in ("story_edge", "story_decision"):
        _noted(db, f"insert on {table}", "select new.a union select new.b")
        _noted(db, f"delete on {table}", "select old.a union select old.b")
        _noted(db, f"update on {table}", "select new.a union select new.b")
    _noted(db, "update of seq, version_id on item", "select new.id")
    _noted(db, "insert on sighting", "select new.item_id")
    _noted(db, "delete on sighting", "select old.item_id")
    _noted(db, "update of item_id, version_id on sighting", "select new.item_id union select old.item_id")
    named = " or ".join(f"old.{name} is not new.{name}" for name in ("url", "title", "site_url", "feed_id"))
    _noted(db, "update on source", "select item_id from sighting where source_id = new.id", when=f"when {named}")


def _noted(db: Database, event: str, items: str, topic: str = "", when: str = "") -> None:
    """Note some items (a query) with all that is shown beside them: their stories, related items and the stories of these.

    An item is noted for the topics that tag it and for those whose feeds hold it, and in any case for `topic`.
    """
    beside = f"""{items}
        union select m.item_id from story s join story m on m.story_id = s.story_id where s.item_id in ({items})
        union select b from story_edge where a in ({items})
        union select a from story_edge where b in ({items})
        union select m.item_id from story_edge e join story s on s.item_id = e.b join story m on m.story_id = s.story_id
            where e.a in ({items})
        union select m.item_id from story_edge e join story s on s.item_id = e.a join story m on m.story_id = s.story_id
            where e.b in ({items})"""  # noqa: S608 - constants
    body = f"""insert into changed_entry select distinct topic, item_id from concerned c where item_id in ({beside})
            and not exists (select 1 from changed_entry where topic = c.topic and item_id = c.item_id);
        insert into changed_page select distinct item_id from concerned c where item_id in ({beside})
            and not exists (select 1 from changed_page where item_id = c.item_id);"""  # noqa: S608 - constants
    if topic:
        row = topic.partition(".")[0]
        body += f"""insert into changed_entry select {topic}, {row}.item_id
            where not exists (select 1 from changed_entry where topic = {topic} and item_id = {row}.item_id);
        insert into changed_page select {row}.item_id
            where not exists (select 1 from changed_page where item_id = {row}.item_id);"""  # noqa: S608 - constants
    _named_trigger(db, "changed", event, body, when)


def _named_trigger(db: Database, name: str, event: str, body: str, when: str = "") -> None:
    words = event.split()
    db.conn.execute(f"create trigger {name}_{words[-1]}_{words[0]} after {event} {when} begin {body} end")


@migrations()
def changes_by_index(db: Database) -> None:
    """Find what a change concerns by indexes alone: through the view all tags were read for every item that came."""
    execute = db.conn.execute
    found = execute("select name from sqlite_master where type = 'trigger' and name like 'changed!_%' escape '!'").fetchall()
    for (name,) in found:
        execute(f"drop trigger {name}")
    execute("drop view concerned")
    differs = " or ".join(f"old.{name} is not new.{name}" for name in "version grade score why evidence quiet".split())
    for table, when in (("tag", differs), ("decision", "1")):
        _seen(db, f"insert on {table}", "select new.item_id", "1", "new.topic")
        _seen(db, f"delete on {table}", "select old.item_id", "1", "old.topic")
        _seen(db, f"update on {table}", "select new.item_id", when, "new.topic")
    left = "union select item_id from story where story_id = old.story_id"
    _seen(db, "insert on story", "select new.item_id")
    _seen(db, "delete on story", f"select old.item_id {left}")
    _seen(db, "update on story", f"select new.item_id {left}", "old.story_id is not new.story_id")
    for table in ("story_edge", "story_decision"):
        _seen(db, f"insert on {table}", "select new.a union select new.b")
        _seen(db, f"delete on {table}", "select old.a union select old.b")
        _seen(db, f"update on {table}", "select new.a union select new.b")
    _seen(db, "update of seq, version_id on item", "select new.id", _is_shown("new.id"))
    _seen(db, "insert on sighting", "select new.item_id", _is_shown("new.item_id"))
    _seen(db, "delete on sighting", "select old.item_id", _is_shown("old.item_id"))
    moved = f"{_is_shown('new.item_id')} or {_is_shown('old.item_id')}"
    _seen(db, "update of item_id, version_id on sighting", "select new.item_id union select old.item_id", moved)
    named = " or ".join(f"old.{name} is not new.{name}" for name in ("url", "title", "site_url", "feed_id"))
    _seen(db, "update on source", "select item_id from sighting where source_id = new.id", named)


def _is_shown(item: str) -> str:
    """Return the condition that something may show an item: most that come are shown nowhere, and cost nothing more."""
    tables = (("tag", "item_id"), ("story", "item_id"), ("story_edge", "a"), ("story_edge", "b"), ("published", "item_id"))
    return " or ".join(f"exists (select 1 from {table} where {column} = {item})" for table, column in tables)  # noqa: S608


def _seen(db: Database, event: str, items: str, when: str = "1", topic: str = "") -> None:
    """Note some items (a query) with all that is shown beside them: their stories, related items and the stories of these.

    An item is noted for the topics that tag it and for those whose feeds hold it, and in any case for `topic`. Most items
    stand alone: for one of them, with a trigger of its own, nothing is looked for.
    """
    beside = f"""{items}
        union select m.item_id from story s join story m on m.story_id = s.story_id where s.item_id in ({items})
        union select b from story_edge where a in ({items})
        union select a from story_edge where b in ({items})
        union select m.item_id from story_edge e join story s on s.item_id = e.b join story m on m.story_id = s.story_id
            where e.a in ({items})
        union select m.item_id from story_edge e join story s on s.item_id = e.a join story m on m.story_id = s.story_id
            where e.b in ({items})"""  # noqa: S608 - constants
    one = items.removeprefix("select ")
    if one in {"new.item_id", "old.item_id", "new.id"}:
        related = " or ".join(
            f"exists (select 1 from {table} where {column} = {one})"  # noqa: S608 - constants
            for table, column in (("story", "item_id"), ("story_edge", "a"), ("story_edge", "b"))
        )
        _named_trigger(db, "changed_alone", event, _notes(items, topic), f"when ({when}) and not ({related})")
        when = f"({when}) and ({related})"
    _named_trigger(db, "changed", event, _notes(beside, topic), f"when {when}")


def _notes(items: str, topic: str) -> str:
    """Return the statements that note items (a query)."""
    held = "substr(c.feed, instr(c.feed, '/') + 1)"
    known = "select 1 from changed_entry where topic = {0} and item_id = c.item_id"
    body = f"""insert into changed_entry select topic, item_id from tag c where item_id in ({items})
            and not exists ({known.format("c.topic")});
        insert into changed_entry select distinct {held}, item_id from published c where item_id in ({items})
            and gone is null and not exists ({known.format(held)});
        insert into changed_page select item_id from (select item_id from tag where item_id in ({items})
            union select item_id from published where item_id in ({items}) and gone is null) c
            where not exists (select 1 from changed_page where item_id = c.item_id);"""  # noqa: S608 - constants
    if not topic:
        return body
    row = topic.partition(".")[0]
    return f"""{body} insert into changed_entry select {topic}, {row}.item_id
            where not exists (select 1 from changed_entry where topic = {topic} and item_id = {row}.item_id);
        insert into changed_page select {row}.item_id
            where not exists (select 1 from changed_page where item_id = {row}.item_id);"""  # noqa: S608 - constants


@migrations()
def judgement_counts(db: Database) -> None:
    """Keep the numbers of tags of each topic and of stories of several items, which a monitor would have to count."""
    execute = db.conn.execute
    execute("create table judgement_count (key text primary key, number integer not null) strict, without rowid")
    execute("insert into judgement_count select 'tags ' || topic, count(*) from tag group by 1")
    execute("insert into judgement_count select 'stories', count(*) from story where item_id = story_id")
    gained = """insert into judgement_count select 'tags ' || new.topic, 0
            where not exists (select 1 from judgement_count where key = 'tags ' || new.topic);
        update judgement_count set number = number + 1 where key = 'tags ' || new.topic;"""
    lost = "update judgement_count set number = number - 1 where key = 'tags ' || old.topic;"
    _named_trigger(db, "counted", "insert on tag", gained)
    _named_trigger(db, "counted", "delete on tag", lost)
    for event, row, step in (("insert on story", "new", "+ 1"), ("delete on story", "old", "- 1")):
        body = f"update judgement_count set number = number {step} where key = 'stories';"  # noqa: S608 - constants
        _named_trigger(db, "counted", event, body, f"when {row}.item_id = {row}.story_id")


@migrations()
def alerts(db: Database) -> None:
    """Make the tables of the news of feeds, and of what alerts have told and have still to tell.

    A trigger writes the news in the transaction in which a feed first has an entry: an entry that a feed has had before,
    or that was old when it was tagged, is none.
    """
    topic = "substr(new.feed, instr(new.feed, '/') + 1)"
    for made in (
        """alert_news (id integer primary key autoincrement, topic text not null,
            item_id integer not null references item (id), entered text not null) strict""",
        "alert (name text primary key, since text not null, cursor integer not null, composed text) strict, without rowid",
        """alert_message (id integer primary key autoincrement, key text not null unique, alert text not null,
            kind text not null, composed text not null, notices text not null) strict""",
        """alert_story (message_id integer not null references alert_message (id), topic text not null,
            item_id integer not null references item (id), primary key (message_id, topic, item_id)) strict, without rowid""",
        """alert_delivery (message_id integer not null references alert_message (id), target text not null, state text not null,
            tries integer not null, next text, changed text not null, error text, primary key (message_id, target))
            strict, without rowid""",
        """alert_condition (alert text not null, key text not null, since text not null, gone text,
            primary key (alert, key)) strict, without rowid""",
    ):
        db.conn.execute(f"create table {made}")
    db.conn.execute("create index idx_alert_news_item_id on alert_news (item_id)")
    db.conn.execute("create index idx_alert_story_item_id on alert_story (item_id)")
    db.conn.execute("create index idx_alert_delivery_waiting on alert_delivery (next) where state in ('waiting', 'begun')")
    db.conn.execute(
        f"""create trigger alert_news_entered before insert on published when new.gone is null
            and exists (select 1 from announced where item_id = new.item_id and topic = {topic})
            and not exists (select 1 from published where item_id = new.item_id and substr(feed, instr(feed, '/') + 1) = {topic})
        begin insert into alert_news (topic, item_id, entered) values ({topic}, new.item_id, new.entered); end"""  # noqa: S608
    )


@migrations()
def tables_of_early_databases(db: Database) -> None:
    """Mend the databases of a time when two tables had fewer columns; what a hub was told is then told once more."""
    if "until" not in db.table("story_mark").columns_dict:
        db.conn.execute(
            "create table story_mark_new (version text primary key, seq integer not null, until integer not null) strict"
        )
        db.conn.execute("insert into story_mark_new select version, seq, 0 from story_mark")
        db.conn.execute("drop table story_mark")
        db.conn.execute("alter table story_mark_new rename to story_mark")
    if "path" not in db.table("outbox").columns_dict:
        db.conn.execute("drop table outbox")
        db.conn.execute(
            """create table outbox (path text primary key, hub text not null, hash text, tries integer not null,
            next text, error text) strict"""
        )


@migrations()
def sentences_once(db: Database) -> None:
    """Store each repeated sentence once, not in an index again; find those of an item, and mere mentions, without a scan."""
    db.conn.execute(
        """create table sentence (source text not null, line text not null, item_id integer not null references item (id),
        primary key (source, line, item_id)) strict, without rowid"""
    )
    db.conn.execute("insert into sentence select source, line, item_id from boilerplate_line")
    db.conn.execute("drop table boilerplate_line")
    db.conn.execute("alter table sentence rename to boilerplate_line")
    db.conn.execute("create index idx_boilerplate_line_item_id on boilerplate_line (item_id)")
    db.conn.execute("create index idx_tag_mention on tag (topic, item_id) where grade = 'mention'")


@migrations()
def evidence_of_each_group(db: Database) -> None:
    """Have the items classified again whose evidence was cut: a group that decided may be missing there."""
    db.conn.execute(
        """with cut as (select t.topic, min(i.seq) - 1 as earliest, max(i.seq) as latest from tag t join item i on i.id = t.item_id
            where json_array_length(t.evidence, '$.hits') >= 12 group by t.topic)
        update topic set
            back = min(iif(back < until, back, cut.earliest), cut.earliest),
            until = max(iif(back < until, until, cut.latest), cut.latest)
        from cut where cut.topic = topic.name"""
    )
