"""Loaded by the fork server of the parser processes, so that what texts need is loaded once for all of them."""

import gc

import ingest.documents.document
import ingest.formats.feed  # noqa: F401 - the readers
from ingest.polling.workers.memory import give_back, share_one_arena
from ingest.text.folding import word_pattern
from ingest.text.language.detector import detector

share_one_arena()
detector()
word_pattern()
gc.collect()
gc.freeze()  # the search for cycles would write to every object, and give each process its own copy of the page
give_back()
