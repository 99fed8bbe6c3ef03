"""One story, all its carriers: which items are copies of one article, and why; the parts are pure but for store, judging, commands."""
