"""What the database knows of photos: who may see them, and what filters and counts go by.

Operators and facets name their `Source`, `watching` has the database log what changes there, and so what was computed
once (`allowed`, `columns`) is mended where photos changed and never computed anew.
"""
