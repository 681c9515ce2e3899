FROM python:3.13.9-slim-bookworm

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# requirements-ocr.txt adds what reads text in pictures, requirements-raw.txt what reads raw photos, and
# requirements-postgresql.txt what speaks to PostgreSQL; all may be named.
ARG REQUIREMENTS=requirements.txt
COPY requirements.txt requirements-ocr.txt requirements-raw.txt requirements-postgresql.txt ./
RUN for file in $REQUIREMENTS; do pip install -r "$file" || exit 1; done

COPY . .
RUN python -m compileall -q . \
    && useradd --system --uid 10001 --no-create-home cloudzy \
    && install -d -o cloudzy -g cloudzy -m 700 /data /media

ENV CLOUDZY_MODE=server \
    HOST=0.0.0.0 \
    PORT=8000 \
    CLOUDZY_DATA_DIR=/data \
    CLOUDZY_MEDIA_DIR=/media
USER cloudzy
VOLUME ["/data", "/media"]
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=4)"]

# The shell gives way to the site, which then gets the container's signals itself.
CMD ["sh", "-c", "python manage.py migrate --verbosity 0 && exec python manage.py serve"]
