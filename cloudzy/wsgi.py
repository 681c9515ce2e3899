from __future__ import annotations

import os

# Read when numpy and faiss are first imported, which the next import does: their own threads only slow busy workers.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudzy.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
