"""The addresses below `/api/`, what each may be asked and what it answers: one table for the routes and their description."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from feeds.answers.items import item
from feeds.answers.model import DayCounts, ItemDetails, SourcesList, StoriesPage, StoryDetails, TopicDetails, TopicList
from feeds.answers.reading import Reading
from feeds.answers.sources import all_sources, sources_page
from feeds.answers.stories import stories_of, stories_query, story
from feeds.answers.topics import LARGEST_PAGE, USUAL_PAGE, all_topics, counts_by_day, one_topic
from feeds.model import Grade
from ingest.planner.health import HealthState

ROOT: Final = "/api/"
DESCRIPTION: Final = "/api/openapi.json"
Asked = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ApiParameter:
    """Something that an address may be asked with."""

    name: str
    meaning: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ApiEndpoint:
    """An address, what it may be asked, and what it answers. `{...}` in its path is a part that is asked too."""

    name: str
    path: str
    meaning: str
    answer: type
    read: Callable[[Reading, Asked], Any]
    parameters: tuple[ApiParameter, ...] = ()
    path_parameters: tuple[ApiParameter, ...] = ()
    statuses: tuple[int, ...] = ()  # beside those of all

    @property
    def names(self) -> frozenset[str]:
        """What may stand in a query."""
        return frozenset(one.name for one in self.parameters)


@dataclass(frozen=True, slots=True)
class ApiIndex:
    """Where to begin: the addresses, and how new the answers are."""

    generator: str
    version: str
    as_of: str | None
    openapi: str
    addresses: tuple[str, ...]


_TEXT: Final = {"type": "string"}
_DAY: Final = {"type": "string", "format": "date"}
_ID: Final = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
_TOPIC: Final = ApiParameter("topic", "name of a topic", _TEXT)
_ITEM: Final = ApiParameter("item", "id of an item", _ID)
_SINCE: Final = ApiParameter("since", "first day (UTC)", _DAY)
_UNTIL: Final = ApiParameter("until", "last day (UTC)", _DAY)
_LANGUAGE: Final = ApiParameter("language", "language tag, or und where it is unknown", _TEXT)
_SOURCE: Final = ApiParameter("source", "key or name of the source that carried a story first", _TEXT)
_LIMIT: Final = ApiParameter(
    "limit", "how many at the most", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": USUAL_PAGE}
)
_CURSOR: Final = ApiParameter("cursor", "`next` of the page before", {"type": "string", "pattern": "^[0-9A-Za-z_-]*$"})
_WORDS: Final = ApiParameter("q", "words to find, as the search page takes them", _TEXT)
_GRADE: Final = ApiParameter("grade", "how clearly the rules apply", {"type": "string", "enum": list(map(str, Grade))})
_STANDING: Final = ApiParameter("standing", "state of the source", {"type": "string", "enum": list(map(str, HealthState))})
_NAME_PART: Final = ApiParameter("q", "words of the name or address", _TEXT)


def _stories(reading: Reading, asked: Asked) -> StoriesPage:
    return stories_of(reading, stories_query(asked["topic"], asked))


ENDPOINTS: Final = (
    ApiEndpoint("topics", "/api/topics", "The topics with their counts", TopicList, lambda reading, _: all_topics(reading)),
    ApiEndpoint(
        "topic",
        "/api/topics/{topic}",
        "A topic, what it says of itself, and its stories by language and source",
        TopicDetails,
        lambda reading, asked: one_topic(reading, asked["topic"]),
        path_parameters=(_TOPIC,),
        statuses=(404,),
    ),
    ApiEndpoint(
        "stories",
        "/api/topics/{topic}/stories",
        "The stories of a topic by page, the newest first, each once",
        StoriesPage,
        _stories,
        parameters=(_WORDS, _SINCE, _UNTIL, _LANGUAGE, _SOURCE, _GRADE, _LIMIT, _CURSOR),
        path_parameters=(_TOPIC,),
        statuses=(404,),
    ),
    ApiEndpoint(
        "story",
        "/api/stories/{item}",
        "The story of an item with all its items, and why they are one; a copy leads to the item that stands for the story",
        StoryDetails,
        lambda reading, asked: story(reading, asked["item"]),
        path_parameters=(_ITEM,),
        statuses=(307, 404, 410),
    ),
    ApiEndpoint(
        "item",
        "/api/items/{item}",
        "An item with its evidence: why it is tagged, where it came from, who carried it",
        ItemDetails,
        lambda reading, asked: item(reading, asked["item"]),
        path_parameters=(_ITEM,),
        statuses=(404, 410),
    ),
    ApiEndpoint(
        "sources",
        "/api/sources",
        "The sources by name, and how each is doing; at most a minute old",
        SourcesList,
        lambda reading, asked: sources_page(all_sources(reading), asked),
        parameters=(_NAME_PART, _STANDING, _LIMIT, _CURSOR),
    ),
    ApiEndpoint(
        "counts",
        "/api/counts",
        "How many stories each day has, of one topic or of all: of sixty days, or of up to 366 that are asked for",
        DayCounts,
        counts_by_day,
        parameters=(_TOPIC, _SINCE, _UNTIL, _LANGUAGE, _SOURCE),
        statuses=(404,),
    ),
)
