"""The errors of the program; knows nothing but text.

TopicwireError              one line: what happened, to what, and the cure
├── UsageError              the user's command or files need a change (exit 2)
│   ├── SettingsError       topicwire.toml or the environment
│   ├── TopicError          a topic file
│   └── SourceListError     an OPML file
├── FetchError              a server or the network would not give the document
│   └── GuardError          an address that may not be contacted
├── ParseError              bytes that are not what they should be
│   └── ExtraMissingError   a document that only an extra can read
└── StoreError              the database or a file could not be written
"""


class TopicwireError(Exception):
    """The root: `str()` is one line that says what happened, to what, and what to do."""

    exit_code = 1

    def __init__(self, what: str, cure: str = "") -> None:
        """Keep the two halves apart, so that a table can show the cause alone."""
        super().__init__(what, cure)  # both, so that the error survives a journey between processes
        self.what = what
        self.cure = cure

    def __str__(self) -> str:
        """Give the one line."""
        return f"{self.what}; {self.cure}" if self.cure else self.what


class UsageError(TopicwireError):
    """The user's command, settings or files need a change."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting is unknown or of the wrong kind."""


class TopicError(UsageError):
    """A topic file is not usable."""


class SourceListError(UsageError):
    """A list of sources is not usable."""


class FetchError(TopicwireError):
    """The document could not be had; `status` is the server's, `wait` the seconds it asked for."""

    def __init__(self, what: str, cure: str = "", *, status: int | None = None, wait: float | None = None) -> None:
        """Add what the planner wants to know."""
        super().__init__(what, cure)
        self.status = status
        self.wait = wait


class GuardError(FetchError):
    """The address may not be contacted (rules S1, S2)."""


class ParseError(TopicwireError):
    """The bytes are not a feed or a document that can be read.

    `feeds` are those that a page names, None for what is no page; `elsewhere` are addresses, the best first, of what
    may be read in its place: where a page sends its readers, or what an index of sitemaps lists.
    """

    def __init__(self, what: str, cure: str = "", *, feeds: tuple[str, ...] | None = None, elsewhere: tuple[str, ...] = ()) -> None:
        """Add what finding the feed wants to know."""
        super().__init__(what, cure)
        self.feeds = feeds
        self.elsewhere = elsewhere


class ExtraMissingError(ParseError):
    """The document can be read as soon as an extra is installed."""


class StoreError(TopicwireError):
    """The database or a published file could not be written."""
