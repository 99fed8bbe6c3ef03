"""How much of one document is taken, whatever its format; docs/parsing.md says what happens to the rest."""

from typing import Final

MOST_ENTRIES: Final = 5_000
MOST_TEXT: Final = 2_000_000  # characters of one body
MOST_NAMES: Final = 500  # authors, categories, enclosures or places of one entry
