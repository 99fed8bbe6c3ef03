"""The pages that people read: `Site` gives the static ones, the other functions those that the server answers with."""

from feeds.pages.asking import ReviewCase, ReviewPage, SearchPage
from feeds.pages.models import Card, Link
from feeds.pages.render import POLICY, gone, not_found, review_page, search_page
from feeds.pages.site import File, Site
from feeds.pages.state import as_of, is_clean, state
from feeds.pages.views import card, reason

__all__ = [
    "POLICY",
    "Card",
    "File",
    "Link",
    "ReviewCase",
    "ReviewPage",
    "SearchPage",
    "Site",
    "as_of",
    "card",
    "gone",
    "is_clean",
    "not_found",
    "reason",
    "review_page",
    "search_page",
    "state",
]
