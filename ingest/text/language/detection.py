"""Which language a text is in: what was declared, checked against a detector; loads it when first needed."""

from functools import lru_cache
from typing import Final

from ingest.text.language import function_words
from ingest.text.language.codes import DETECTED, primary

_SURE: Final = 0.9
_ENOUGH_WORDS: Final = 3
_GLANCE: Final = 400  # characters that may confirm what was declared
_SAMPLE: Final = 800  # characters: more changes hardly an answer


def detect(text: str) -> str | None:
    """Return the language of `text`, or None when there is too little of it to be sure.

    Function words of one language alone, or its script, decide for most texts; the detector reads the others.
    """
    glance = text[:_GLANCE]
    if told := function_words.language_of_words(glance, 3, times=3) or function_words.language_of_script(glance):
        return told
    sample = text[:_SAMPLE]
    if len(sample.split()) < _ENOUGH_WORDS and sample.isascii():
        return None  # a brand or a name is in no language
    return _classified(sample)


@lru_cache(maxsize=1)  # a short text is its own beginning
def _classified(sample: str) -> str | None:
    from ingest.text.language.detector import detector  # noqa: PLC0415 - its model and numpy, which few texts need

    code, probability = detector().classify(sample)
    return str(code) if probability >= _SURE else None


def decide(text: str, *declared: str | None) -> tuple[str | None, str | None]:
    """Return (language, "declared" | "detected" | None): the first declared one unless the text clearly disagrees."""
    said = next((code for tag in declared if (code := primary(tag))), None)
    if said and _shows(text[:_GLANCE], said):  # most declarations are right, and the first lines show it
        return said, "declared"
    found = detect(text)
    if said and (found is None or found == said):
        return said, "declared"
    return (found, "detected") if found else (None, None)


def _shows(text: str, said: str) -> bool:
    """Return whether the beginning of a text is in the declared language, as far as can be told."""
    return said not in DETECTED or said == function_words.language_of_words(text, 2, times=2) or said == detect(text)
