"""Loaded by the fork server of the parser processes, so that what texts need is loaded once for all of them."""

from ingest.text.folding import word_pattern
from ingest.text.language.detector import detector

detector()
word_pattern()
