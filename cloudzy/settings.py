"""Every setting, read once; `environment` refuses wrong values, `checks` refuses combinations that are not safe."""

from __future__ import annotations

from typing import Any

from cloudzy import cors
from cloudzy import environment as env

BASE_DIR = env.BASE_DIR
env.read_file(BASE_DIR / ".env")

# --- What people set: the table in the README lists these -----------------------------------------------------------
CLOUDZY_MODE = env.choice("CLOUDZY_MODE", "local", ["local", "server"])
CLOUDZY_DATA_DIR = env.folder("CLOUDZY_DATA_DIR", BASE_DIR / "data")
MEDIA_ROOT = env.folder("CLOUDZY_MEDIA_DIR", BASE_DIR / "media")
CLOUDZY_URL = env.site_url("CLOUDZY_URL")
CLOUDZY_TRUSTED_PROXIES = env.networks("CLOUDZY_TRUSTED_PROXIES")
CORS_ALLOWED_ORIGINS = env.origins("CLOUDZY_CORS_ORIGINS")
# Empty until `make run` writes one: checks and linters need none, and Django refuses to sign anything without it.
SECRET_KEY = env.text("SECRET_KEY")
DEBUG = env.yes_or_no("DEBUG", False)
DATABASES = {"default": env.database("DATABASE_URL", CLOUDZY_DATA_DIR / "photos.db")}

HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, 1, 65535)
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", 2, 1, 64)
CLOUDZY_WORKERS = env.number("CLOUDZY_WORKERS", 1, 1, 64)

CLOUDZY_MAX_UPLOAD_MB = env.number("CLOUDZY_MAX_UPLOAD_MB", 100, 1, 10_000)
CLOUDZY_MAX_ARCHIVE_MB = env.number("CLOUDZY_MAX_ARCHIVE_MB", 10_000, 1, 1_000_000)
CLOUDZY_MAX_PIXELS = env.number("CLOUDZY_MAX_MEGAPIXELS", 100, 1, 1_000) * 1_000_000
CLOUDZY_QUOTA_MB = env.number("CLOUDZY_QUOTA_MB", 0, 0, 1_000_000_000)  # of each person; 0: no limit
CLOUDZY_MAX_PHOTOS = env.number("CLOUDZY_MAX_PHOTOS", 0, 0, 1_000_000_000)
# In a child of each process that decodes; inline, in that process itself, is for tests.
CLOUDZY_DECODER = env.choice("CLOUDZY_DECODER", "child", ["child", "inline"])
# What our heaviest decoder, for WebP, takes of the largest image allowed, with room to spare.
CLOUDZY_DECODER_MEMORY_MB = env.number(
    "CLOUDZY_DECODER_MEMORY_MB", 1000 + 20 * CLOUDZY_MAX_PIXELS // 1_000_000, 500, 1_000_000
)
CLOUDZY_DECODER_SECONDS = env.number("CLOUDZY_DECODER_SECONDS", 60, 1, 240)
BARE_ENVIRONMENT = env.bare()
CLOUDZY_TRASH_DAYS = env.number("CLOUDZY_TRASH_DAYS", 30, 0, 36_500)
CLOUDZY_WATCH = env.watched("CLOUDZY_WATCH")
CLOUDZY_ENCODER = env.choice("CLOUDZY_ENCODER", "compact", ["compact", "placeholder", "fake"], named="clip")
CLOUDZY_ENCODER_IS_SET = env.text("CLOUDZY_ENCODER") != ""  # said by a person, not our default
CLOUDZY_ENCODER_DIR = env.folder("CLOUDZY_ENCODER_DIR", BASE_DIR / "ai" / "models" / "compact")
CLOUDZY_MODELS_DIR = env.folder("CLOUDZY_MODELS_DIR", CLOUDZY_DATA_DIR / "models")
CLOUDZY_MODEL_HUB = env.site_origin("CLOUDZY_MODEL_HUB", "https://huggingface.co")
CLOUDZY_ENCODER_THREADS = env.number("CLOUDZY_ENCODER_THREADS", 1, 1, 64)
CLOUDZY_ENCODER_BATCH = env.number("CLOUDZY_ENCODER_BATCH", 16, 1, 1_024)
CLOUDZY_OCR = env.choice("CLOUDZY_OCR", "off", ["off", "rapidocr", "fake"])
CLOUDZY_CAPTIONER = env.choice("CLOUDZY_CAPTIONER", "template", ["template", "openai", "fake"], named="local")
CLOUDZY_CAPTION_URL = env.base_url("CLOUDZY_CAPTION_URL")
CLOUDZY_CAPTION_MODEL = env.text("CLOUDZY_CAPTION_MODEL")
CLOUDZY_CAPTION_KEY = env.secret("CLOUDZY_CAPTION_KEY")
CLOUDZY_CAPTION_LANGUAGE = env.text("CLOUDZY_CAPTION_LANGUAGE", "English")
# A photo may take two exchanges, and both must fit into the ten minutes of a stage's lease.
CLOUDZY_CAPTION_TIMEOUT = env.number("CLOUDZY_CAPTION_TIMEOUT", 60, 1, 240)

# --- Who may ask: local mode serves this machine only, server mode one address ---------------------------------------
SERVER_MODE = CLOUDZY_MODE == "server"
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
# The loopback names stay in server mode: health checks use them, and no page of another site can.
ALLOWED_HOSTS = LOOPBACK_HOSTS.copy()
CSRF_TRUSTED_ORIGINS: list[str] = []
HTTPS = False
if SERVER_MODE and CLOUDZY_URL:
    ALLOWED_HOSTS.append(CLOUDZY_URL.netloc.rpartition(":")[0] if CLOUDZY_URL.port else CLOUDZY_URL.netloc)
    CSRF_TRUSTED_ORIGINS = [env.origin_of(CLOUDZY_URL)]
    HTTPS = CLOUDZY_URL.scheme == "https"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign_in"

SESSION_COOKIE_NAME = "cloudzy_session"  # cookies know no port: another site on localhost has its own "sessionid"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/?$"]  # asked by the machine itself, past the proxy
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CLOUDZY_TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "accounts.refusals.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
CORS_ALLOW_HEADERS, CORS_EXPOSE_HEADERS = cors.SENT, cors.READ

SILENCED_SYSTEM_CHECKS = [
    "files.E001",  # the media volume may come later: until then uploads answer `storage_missing`, the rest works
    "security.W005",  # HSTS for this name only: what else lives under it is not ours to say
    "security.W021",  # likewise the browsers' preload list
] + ([] if HTTPS else ["security.W004", "security.W008", "security.W012", "security.W016"])  # http is for localhost

# --- The parts ------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "corsheaders",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "accounts",
    "ai",
    "jobs",
    "photos",
    "albums",
    "search",
    "cloudzy",
]
MIDDLEWARE = [
    *(["accounts.middleware.TrustedProxies"] if SERVER_MODE else []),
    *["accounts.middleware.ResourceIsolation", "accounts.middleware.PrivateByDefault"],
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "cloudzy.bodies.ReadableBody",
    "accounts.middleware.RequestGuard",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cloudzy.migrated.OnlyMigrated",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignInRequired" if SERVER_MODE else "accounts.middleware.ActAsLocalOwner",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cloudzy.errors.AnswerProblems",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "cloudzy.urls"
WSGI_APPLICATION = "cloudzy.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "searches": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "search_kept_list",
        "TIMEOUT": 15 * 60,
        "OPTIONS": {"MAX_ENTRIES": 5_000},  # search.lists bounds what one person has of them
    },
}
TIME_ZONE = "UTC"
USE_I18N = False

# The most important queue first: a worker starts nothing of a later one while anything of an earlier one is ready.
TASKS = {"default": {"BACKEND": "jobs.backend.JobBackend", "QUEUES": ["ingest", "embed", "caption", "maintenance"]}}

# --- Files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # served from where they lie: no collecting step to forget after an update
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Every upload lies on disk, on the file system of the originals, so that keeping it is one rename.
FILE_UPLOAD_HANDLERS = ["photos.uploadhandlers.IncomingFileHandler"]
FILE_UPLOAD_TEMP_DIR = MEDIA_ROOT / ".incoming"
DATA_UPLOAD_MAX_NUMBER_FILES = 100

# --- The API --------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    # Basic first: the first class names the challenge of a 401; with sessions first an anonymous call would be 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.BasicAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ]
    if SERVER_MODE
    else ["accounts.authentication.LocalOwnerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "photos.api.parameters.StrictJSONParser",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "cloudzy.schema.ProblemSchema",
    "EXCEPTION_HANDLER": "cloudzy.errors.problem_response",
    "NUM_PROXIES": 0,  # TrustedProxies has already put the client's address into REMOTE_ADDR
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
ENUM_NAMES = {
    **{"PhotoStatusEnum": "photos.models.Photo.Status", "KindEnum": "photos.models.PhotoFile.Kind"},
    "JobStateEnum": "jobs.runs.STATES",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Cloudzy",
    "DESCRIPTION": "A self-hosted photo service that understands pictures.",
    "VERSION": "0.1.0",
    "PREPROCESSING_HOOKS": ["cloudzy.schema.without_slash"],
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
    "SERVE_INCLUDE_SCHEMA": False,
    **{"SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"], "SERVE_AUTHENTICATION": []},
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},  # else a badge from another site
    **dict.fromkeys(["SWAGGER_UI_DIST", "SWAGGER_UI_FAVICON_HREF", "REDOC_DIST"], "SIDECAR"),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING"},
        # A client's mistake is answered to the client; only our own (5xx) are news here.
        "django.request": {"level": "ERROR"},
        "django.security": {"handlers": ["nowhere"], "propagate": False},
    },
}
