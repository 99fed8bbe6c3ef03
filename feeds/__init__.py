"""Facts into classifications and published feeds: tags with evidence, Atom files; downloads nothing, can always be recomputed."""
