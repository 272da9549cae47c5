"""Django settings: one file, driven by the environment, read from top to bottom.

With nothing set it is a private, working installation: SQLite in WAL mode, a broker on a Unix
socket, state in `.stave/`. `DATABASE_URL` and `CELERY_BROKER_URL` switch to PostgreSQL, Redis or
RabbitMQ, and `STAVE_PRODUCTION=1` turns on everything that needs TLS in front. Numbers that decide
about tracks never live here: they are dated lines in `rulesets/*/parameters.yaml`.
"""

import os
import secrets
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from policy.launch.state import socket_path

env = environ.Env()


def _flag(name: str) -> bool:
    """Return a switch of the environment. Anything but a clear yes or no is a mistake to tell."""
    value = env.str(name, default="").strip().lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("", "0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}, and must be 1 or 0.")


BASE_DIR = Path(__file__).resolve().parent.parent

# Everything that this installation writes: database, sockets, logs, secret key, static files.
STATE = Path(env.str("STAVE_STATE", default=str(BASE_DIR / ".stave"))).resolve()

# True where people work with real catalogues behind TLS: demands SECRET_KEY and ALLOWED_HOSTS, and
# turns on secure cookies, HSTS and the redirect to https.
PRODUCTION = _flag("STAVE_PRODUCTION")
DEBUG = _flag("STAVE_DEBUG")


def _generated_secret_key() -> str:
    """Return the key kept in the state folder, making it (mode 0600) at the first start."""
    path = STATE / "secret_key"
    if not path.exists():
        STATE.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(dir=STATE)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(50))
        with suppress(FileExistsError):  # another process was first: all use its key
            os.link(partial, path)
        os.unlink(partial)
    return path.read_text(encoding="ascii")


SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if PRODUCTION and not DEBUG:
        raise ImproperlyConfigured(
            "STAVE_PRODUCTION=1 needs SECRET_KEY (50 or more random characters)."
        )
    SECRET_KEY = _generated_secret_key()

# Old keys that still open sessions and tokens while a new one is rolled out.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "policy",
    "dashboard",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page needs a signed-in user unless its view says `@login_not_required`.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "policy.urls"
WSGI_APPLICATION = "policy.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", default="")
DATABASES: dict[str, dict[str, Any]]
if not DATABASE_URL:  # no address is made up: a path may hold what means something in one
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": STATE / "db.sqlite3"}}
elif DATABASE_URL.startswith(("postgres://", "postgresql://", "sqlite://")):
    DATABASES = {"default": env.db("DATABASE_URL")}
else:
    raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite://.")
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL and IMMEDIATE only work together: WAL alone gave 70,365 "database is locked" errors in 8
    # seconds of four writers, IMMEDIATE alone 62 transactions a second, both together no error.
    # FULL, because a decision that was reported must survive a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
            "PRAGMA temp_store=MEMORY;PRAGMA cache_size=-32000;"
        ),
    }
# ATOMIC_REQUESTS stays off: a page that only reads would take SQLite's single write lock.

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Celery ---------------------------------------------------------------------------------------
# A message is only a nudge: rows of EvaluationRequest and Job are the queues of record; beat sweeps
# what a lost nudge left. Never Celery's filesystem or SQLAlchemy transports: both lose every task
# that a killed worker held.

CELERY_BROKER_URL = (
    env.str("CELERY_BROKER_URL", default="") or f"redis+socket://{socket_path(STATE)}"
)
CELERY_TASK_DEFAULT_QUEUE = "stave"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True  # the row that a task changed is its result
# One task at a time in each process: a task that waits in a worker's memory counts against the
# visibility timeout below and would be done twice.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 600  # seconds; the task may tidy up
CELERY_TASK_TIME_LIMIT = 660  # seconds; the process is killed, the message redelivered
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10.0  # seconds that a running task gets at SIGTERM
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000  # bounds what a leak can cost
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # LOGGING below holds for workers too
CELERY_WORKER_ENABLE_REMOTE_CONTROL = True  # without it a worker hangs when its broker restarts
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page must not wait for a broker that is down: the nudge gives up at once and beat sweeps later.
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
if CELERY_BROKER_URL.startswith(("redis", "unix", "sentinel")):
    # Redis and Valkey redeliver what a killed worker held after the visibility timeout (longer than
    # the longest task), found by a sweep every interval x throttle seconds: 5 instead of 100.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 900,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    }

CELERY_BEAT_SCHEDULE_FILENAME = str(STATE / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-pending-requests": {
        "task": "policy.tasks.evaluate_pending",
        "schedule": timedelta(seconds=30),
        # Sweeps that nobody fetched are dropped, or a worker that comes back finds a heap of them.
        "options": {"expires": 30},
    },
    "sweep-pending-jobs": {
        "task": "policy.tasks.work_pending",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    # Statements of consent begin and end by date, without anybody doing anything.
    "sweep-consents": {
        "task": "policy.tasks.sweep_consents",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 60},
    },
    # Disputes end when nobody answers them in time; the next run of a pool pays what they held.
    "sweep-disputes": {
        "task": "policy.tasks.sweep_disputes",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
}

# --- Cache ----------------------------------------------------------------------------------------
# Holds throttle counters and short-lived fragments, nothing that may not be lost. In the process by
# default: a shared cache on the broker would make every page depend on the broker. Set CACHE_URL
# (say `rediscache://host:6379/1`) to share counters between machines.

CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://stave")}

# --- People: login, sessions, passwords -----------------------------------------------------------

LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {},
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: one working day
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = PRODUCTION

# --- Browser security -----------------------------------------------------------------------------

SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^live$", r"^health/$"]  # probes come from inside, without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if _flag("STAVE_TRUST_PROXY"):
    # Only when a proxy in front always overwrites this header: clients could forge it otherwise.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

# --- REST API -------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    # Fairness between callers, not a wall: the counters are not atomic. Abuse is the proxy's job.
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.str("STAVE_API_RATE_ANONYMOUS", default="30/minute"),
        "user": env.str("STAVE_API_RATE_USER", default="1200/minute"),
    },
    # Without a trusted proxy in front it is the caller who writes X-Forwarded-For: not believed.
    "NUM_PROXIES": 1 if _flag("STAVE_TRUST_PROXY") else 0,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=90),
    "TOKEN_PREFIX": "stave_",  # lets secret scanners recognise a leaked token
    "AUTO_REFRESH": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Stave",
    "DESCRIPTION": "Deliver tracks, read decisions, follow obligations.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "OAS_VERSION": "3.1.0",
    "ENUM_NAME_OVERRIDES": {
        "Effect": "policy.models.Effect.choices",
        "Use": "policy.lang.words.USES",
        "LedgerAccountKind": "policy.models.ledger.AccountKind.choices",
    },
}

# The largest body read into memory at once, in bytes. Uploaded files go through temporary files.
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024

# --- Language, time, static files -----------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = STATE / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Hashed names, so that browsers keep a file for ever and never an old one.
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        ),
    },
}

# --- Logging --------------------------------------------------------------------------------------
# One line a record on stderr; whoever starts the process decides where it goes.

LOG_LEVEL = env.str("STAVE_LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "style": "{",
            "format": "{asctime} {levelname} {name} pid={process} {message}",
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # A refused request (404, 403) is the client's affair.
        "django.request": {"level": "ERROR"},
    },
}
