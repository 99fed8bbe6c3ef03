"""One story, all its carriers: which items are copies of one article, and why; knows no topic."""
