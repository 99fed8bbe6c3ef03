"""The world as facts: fetches, parses and stores what sources said; knows no topic and no output format."""
