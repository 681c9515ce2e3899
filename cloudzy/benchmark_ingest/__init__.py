"""How fast photos come in, beside what vipsthumbnail takes for their thumbnails alone, measured in one run.

The library lies in a place of its own; the real one is neither read nor written, and the photos given are only read.
`pictures` makes photos where none are at hand, `vips` is the yardstick, `ingester` is a process that takes photos in as
a worker does, and `measuring` puts the figures together.
"""
