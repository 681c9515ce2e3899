# HOST, PORT and every other setting pass through: `make run PORT=9000` > `PORT=9000 make run` > .env > default.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
SHA256 := { sha256sum 2>/dev/null || shasum -a 256; } | cut -c1-16

# install(file, what, files it includes): create the environment where it is missing or broken, and call pip only when
# the pins changed.
define install
@if ! $(PY) -c '' 2>/dev/null; then \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Cloudzy needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true)." \
			"Name another one: make PYTHON=/path/to/python3.12 $@" >&2; exit 1; }; \
	$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }; \
fi; \
stamp=$(VENV)/.$(2)-$$(cat $(3) $(1) | $(SHA256)); \
if [ ! -e "$$stamp" ]; then \
	echo "Installing $(1) into $(VENV); the first time this takes a few minutes."; \
	$(PY) -m pip install --quiet --no-input --disable-pip-version-check -r $(1) || exit 1; \
	rm -f $(VENV)/.$(2)-*; touch "$$stamp"; \
fi
endef

.PHONY: run test lint format screenshots ocr raw postgresql help
help:
	@echo "make run      start the site (settings: HOST, PORT, WEB_CONCURRENCY and the README's table)"
	@echo "make ocr      install what reads text in pictures; CLOUDZY_OCR=rapidocr switches it on"
	@echo "make raw      install what reads raw photos of cameras (CR2, CR3, NEF, ARW, RAF, RW2, DNG, ORF)"
	@echo "make postgresql   install the driver of PostgreSQL, for a DATABASE_URL that names one"
	@echo "make test     run linters, type checks and every test"
	@echo "make lint     run the linters and type checks only"
	@echo "make format   put the code into the project's format"
	@echo "make screenshots   make the README's picture anew from a running site (needs Chromium)"

run: .env
	@$(PY) manage.py migrate --verbosity 0
	@exec $(PY) manage.py serve

# The secret of this installation, made once; what else the file says stays.
.env: requirements
	@grep -qs '^SECRET_KEY=' .env || { \
		umask 077; touch .env; chmod 600 .env; \
		secret=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))'); \
		[ -z "$$(tail -c 1 .env)" ] || echo >> .env; \
		echo "SECRET_KEY=$$secret" >> .env; }

.PHONY: requirements requirements-dev
requirements:
	$(call install,requirements.txt,run)
requirements-dev:
	$(call install,requirements-dev.txt,test,requirements.txt requirements-ocr.txt requirements-raw.txt)

# The extra that reads text in pictures (CLOUDZY_OCR=rapidocr).
ocr:
	$(call install,requirements-ocr.txt,ocr,requirements.txt)

# The extra that reads raw photos.
raw:
	$(call install,requirements-raw.txt,raw,requirements.txt)

# The extra that speaks to PostgreSQL (DATABASE_URL=postgresql://...).
postgresql:
	$(call install,requirements-postgresql.txt,postgresql,requirements.txt)

test: lint
	@$(PY) -m pytest -n auto --dist worksteal $(ARGS)

lint: requirements-dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy .

format: requirements-dev
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

screenshots: requirements-dev
	@$(PY) -m tests.screenshot docs/gallery.jpg
