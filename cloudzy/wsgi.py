from __future__ import annotations

import os

# Read when numpy and faiss are first imported, which the next import does: their own threads only slow busy workers.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudzy.settings")

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from cloudzy.allocator import share_heaps, spare_what_stays
from cloudzy.content_types import made_readable

share_heaps()
application = made_readable(get_wsgi_application())
# Imports all views, which the first request would otherwise wait for.
get_resolver().url_patterns  # noqa: B018
spare_what_stays()
