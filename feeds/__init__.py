"""Facts into judgements and published feeds: tags with evidence, Atom files; downloads nothing, can always be recomputed."""
