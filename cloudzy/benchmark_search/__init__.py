"""How good and how fast searches are in a library of a size to choose, measured in processes like those of the site.

The library is synthetic and has a place of its own; the real one is neither read nor written. `words` chooses what is
searched for, `library` makes the photos, `searcher` is a process that searches, `oracle` knows the right answers by
comparing every vector, and `measuring` puts the figures together.
"""
