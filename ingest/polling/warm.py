"""Loaded by the fork server of the parser processes, so that the language model is read once for all of them."""

from ingest.text.language.detection import detect

detect("The first text takes as long as the model needs to be read.")
