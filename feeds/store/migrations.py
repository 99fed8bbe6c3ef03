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
