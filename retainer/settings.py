"""Django's settings, all of them read from the environment. ``.env.example`` lists every variable."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog
from django.core.exceptions import ImproperlyConfigured
from environs import Env
from psycopg2.extensions import parse_dsn

from retainer import production

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# demo, test, development or production. Only production refuses weak settings.
RETAINER_ENV = env.str("RETAINER_ENV", "production")
IS_PRODUCTION = RETAINER_ENV == "production"
DEBUG = False

SECRET_KEY = env.str("SECRET_KEY")
# {"key id": "base64 of 32 bytes"}; the last key writes, all of them read.
ENCRYPTION_KEYS: dict[str, str] = dict(env.json("ENCRYPTION_KEYS"))
TOKEN_PEPPERS: dict[str, str] = dict(env.json("TOKEN_PEPPERS"))
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [BASE_URL])
# open: anybody may start an agency; invite: only by invitation; closed: only the operator makes agencies.
SIGN_UP = env.str("SIGN_UP", "invite")
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)

# Whom somebody tells of a hole (addresses or https pages), until which day that holds, and the page with the rules.
SECURITY_CONTACT: list[str] = env.list("SECURITY_CONTACT", [])
SECURITY_EXPIRES = env.str("SECURITY_EXPIRES", "")
SECURITY_POLICY = env.str("SECURITY_POLICY", "")

INSTALLED_APPS = [
    "core",
    "clients",
    "slas",
    "agreements",
    "incidents",
    "backlog",
    "monitoring",
    "retainer.accounts",
    "retainer.notifications",
    "retainer.local",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "core.web.middleware.RequestIdMiddleware",
    "retainer.limits.TimeLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.web.middleware.SecurityHeadersMiddleware",
    "core.web.middleware.BodyLimitMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Last, so that the scope it opens wraps the view and its rendering and nothing else.
    "retainer.access.AccessMiddleware",
]

ROOT_URLCONF = "retainer.urls"
WSGI_APPLICATION = "retainer.wsgi.application"

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
                "retainer.context.face",
            ],
            "builtins": ["django.templatetags.i18n", "retainer.ui.tags"],
        },
    },
]
# A select of time zones in one go, instead of with two templates for each.
FORM_RENDERER = "retainer.ui.selects.FormRenderer"


def _database(url: str, *, role: str = "") -> dict[str, object]:
    """Django's settings for a libpq URI; ``role`` is stepped into at connect, for an owner who logs in as another."""
    parts = parse_dsn(url)
    # A server that is gone without a word is noticed within a minute, wherever a statement waits for it.
    options: dict[str, str | int] = {
        "application_name": f"retainer-{RETAINER_ENV}",
        "connect_timeout": 10,
        "keepalives_idle": 20,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,
    }
    if role:
        # Who migrates gives up instead of making everybody else queue behind a lock that is waited for.
        lock_timeout = env.str("MIGRATION_LOCK_TIMEOUT", "5s")
        options["options"] = f"-c lock_timeout={lock_timeout}"
    if role and parts.get("user") != role:
        options["options"] = f"{options['options']} -c role={role}"
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options |= {key: value for key, value in parts.items() if key not in known}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{django: parts.get(libpq, "") for libpq, django in known.items()},
        "OPTIONS": options,
        "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        # PgBouncer in transaction mode cannot hold server-side cursors.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


DATABASE_URL = env.str("DATABASE_URL")
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", "")
# "owner" for migrations alone; every process that serves or works is "app".
DATABASE_ROLE = env.str("RETAINER_DB_ROLE", "app")
DATABASES = {
    "default": _database(DATABASE_OWNER_URL, role="retainer_owner")
    if DATABASE_ROLE == "owner"
    else _database(DATABASE_URL)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL")

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "retainer.accounts.passwords.LeakedPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
# Counted login attempts and used second-factor codes hold for every web process, and outlive a restart of Redis.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "retainer.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "retainer.accounts.forms.SignupForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# Whoever confirms in the browser they signed up with need not type the password again.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_UNIQUE_EMAIL = True
# Whoever changes addresses, passwords or second factors shows again who they are, and its owner is told by mail.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if BASE_URL.startswith("https") else "http"
# Failed attempts: of one account from one address, of one address, and of one account from all browsers that it never
# signed in with. One address alone cannot use up what an account has.
SIGN_IN_LIMITS = {"login_failed": "10/5m/key,20/h/key,30/5m/ip", "login_failed_account": "100/h/key"}
ACCOUNT_RATE_LIMITS = False if RETAINER_ENV == "test" else SIGN_IN_LIMITS
MFA_ADAPTER = "retainer.accounts.factors.SecondFactor"
MFA_FORMS = {"activate_totp": "retainer.accounts.factors.ActivateForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Retainer"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
USERSESSIONS_TRACK_ACTIVITY = False

# Sessions live in Postgres, so that Redis may be lost at any moment.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# A session ends so long after the last thing that was done in it, and after so many days whatever was done.
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", 720)
SESSION_MOST_DAYS = env.int("SESSION_MOST_DAYS", 14)
SESSION_COOKIE_AGE = SESSION_IDLE_MINUTES * 60
SESSION_COOKIE_SAMESITE = "Lax"
IS_HTTPS = BASE_URL.startswith("https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
# A browser takes a cookie of such a name only by https and from this very host: no other host of the domain can set it.
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
# Says that somebody has signed in in this browser before.
KNOWN_BROWSER_COOKIE = "__Host-known" if IS_HTTPS else "known"
CSRF_FAILURE_VIEW = "retainer.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        # Django-allauth draws the second factor's QR code as a data address.
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

LANGUAGE_CODE = "en"
# What ships, and no other: each language that a browser asks for would load the words of every package for good.
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
# Domain code thinks in UTC; faces show the reader's zone.
TIME_ZONE = "UTC"
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / ".run" / "static")))
STATICFILES_DIRS = [path for path in [BASE_DIR / "retainer" / "static"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Without a collected manifest (tests, a shell) names stay unhashed.
if not (STATIC_ROOT / "staticfiles.json").exists():
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = "staticfiles.json" not in {p.name for p in STATIC_ROOT.glob("*.json")}

# smtp://user:password@host:port, smtp+tls:// for STARTTLS, smtp+ssl:// for TLS from the first byte.
_email = urlsplit(env.str("EMAIL_URL", "smtp://127.0.0.1:25"))
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _email.hostname or "127.0.0.1", _email.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_email.username or ""), unquote(_email.password or "")
EMAIL_USE_TLS, EMAIL_USE_SSL = _email.scheme == "smtp+tls", _email.scheme == "smtp+ssl"
# A mail server that hangs holds one delivery and nobody else.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Retainer <retainer@localhost>")

# Who is asked for the DNS of senders, "192.0.2.53" or "192.0.2.53:5353" each; empty: the resolvers of this machine.
DNS_SERVERS: list[str] = env.list("DNS_SERVERS", [])

# Seconds that a request may take; 0 is without a limit.
REQUEST_SECONDS = env.float("REQUEST_SECONDS", 25)
# What a statement of the web may take, wait for a lock, and let its transaction stand still while Python works.
WEB_STATEMENT_TIMEOUT = env.str("WEB_STATEMENT_TIMEOUT", "15s")
WEB_LOCK_TIMEOUT = env.str("WEB_LOCK_TIMEOUT", "5s")
WEB_IDLE_TIMEOUT = env.str("WEB_IDLE_TIMEOUT", "60s")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["retainer.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["retainer.api.authentication.TokenMay"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "retainer.api.schema.ApiSchema",
    "DEFAULT_PAGINATION_CLASS": "retainer.api.paging.Newest",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": ["retainer.api.throttling.TokenRate"],
    "EXCEPTION_HANDLER": "retainer.api.errors.problem",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
}
API_RATE_PER_MINUTE = env.int("API_RATE_PER_MINUTE", 600)
SPECTACULAR_SETTINGS = {
    "TITLE": "Retainer API",
    "VERSION": "1",
    "DESCRIPTION": (
        "Everything an agency runs its AI maintenance retainers on.\n\n"
        "Calls are limited for each token and for all tokens of an agency together, in any 60 seconds; "
        "RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset on each answer are those of the nearer limit. "
        "Values that are sent are limited for each agency as well. "
        "What is over is refused with 429 and Retry-After, and counts for nothing."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "AlertState": "monitoring.words.AlertState",
        "BacklogKind": "backlog.words.BacklogKind",
        "BacklogState": "backlog.words.BacklogState",
        "CheckKind": "monitoring.words.CheckKind",
        "ClockState": "slas.states.ClockState",
        "Criticality": "clients.words.Criticality",
        "DeliveryState": "retainer.api.webhooks.DeliveryState",
        "EnvironmentKind": "clients.words.EnvironmentKind",
        "Health": "monitoring.words.Health",
        "IncidentState": "incidents.states.IncidentState",
        "Metric": "slas.words.Metric",
        "Party": "slas.words.Party",
        "RetainerState": "agreements.words.RetainerState",
        "ApprovalState": "clients.approvals.words.ApprovalState",
        "Severity": "slas.words.Severity",
    },
}

# QUOTAS of one agency, so that none costs another; ``docs/operations.md`` says what happens to what is over.
AGENCY_CALLS_PER_MINUTE = env.int("AGENCY_CALLS_PER_MINUTE", 3000)
AGENCY_SAMPLES_PER_MINUTE = env.int("AGENCY_SAMPLES_PER_MINUTE", 30_000)
AGENCY_WEBHOOKS_PER_MINUTE = env.int("AGENCY_WEBHOOKS_PER_MINUTE", 3000)
AGENCY_MAILS_PER_HOUR = env.int("AGENCY_MAILS_PER_HOUR", 1000)
AGENCY_INVITATIONS_PER_DAY = env.int("AGENCY_INVITATIONS_PER_DAY", 100)
AGENCY_MOST_ENDPOINTS = env.int("AGENCY_MOST_ENDPOINTS", 50)
AGENCY_MOST_TOKENS = env.int("AGENCY_MOST_TOKENS", 200)
AGENCY_MOST_PEOPLE = env.int("AGENCY_MOST_PEOPLE", 500)
AGENCY_MOST_CLIENTS = env.int("AGENCY_MOST_CLIENTS", 2000)
AGENCY_MOST_SYSTEMS = env.int("AGENCY_MOST_SYSTEMS", 10_000)
# Agencies that one person may start by themselves, where SIGN_UP lets them.
PERSON_AGENCIES_PER_DAY = env.int("PERSON_AGENCIES_PER_DAY", 5)
# Invitations that one address gets from all agencies together.
ADDRESS_INVITATIONS_PER_DAY = env.int("ADDRESS_INVITATIONS_PER_DAY", 5)

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT = "retainer.broker:Transport"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = ("core.tasks.route",)
CELERY_TASK_TIME_LIMIT = 120
# What a worker's statement may take, and how long its transaction may stand still with its locks held.
WORKER_STATEMENT_TIMEOUT = env.str("WORKER_STATEMENT_TIMEOUT", "60s")
WORKER_IDLE_TIMEOUT = env.str("WORKER_IDLE_TIMEOUT", "30s")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "socket_timeout": 10}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

TICK_SECONDS = env.float("TICK_SECONDS", 0.5)
PROBE_CONCURRENCY = env.int("PROBE_CONCURRENCY", 500)
# Checks that one agency may have.
MOST_CHECKS = env.int("MOST_CHECKS", 20_000)
# For how long what is kept; ``docs/operations.md`` says what happens then.
SAMPLE_RETENTION_DAYS = env.int("SAMPLE_RETENTION_DAYS", 35)
OUTBOX_RETENTION_DAYS = env.int("OUTBOX_RETENTION_DAYS", 30)
DELIVERY_RETENTION_DAYS = env.int("DELIVERY_RETENTION_DAYS", 90)
INVITATION_RETENTION_DAYS = env.int("INVITATION_RETENTION_DAYS", 90)
IDEMPOTENCY_RETENTION_HOURS = env.int("IDEMPOTENCY_RETENTION_HOURS", 24)
# An address that is fetched after each clean audit, so that somebody else notices our silence.
DEAD_MAN_URL = env.str("DEAD_MAN_URL", "")
DATABASE_RETRY_SECONDS = 5

# The beginnings of addresses whose next part lets in whoever has it: no line of the log shows that part.
LIVE_LINKS = (
    "/invite/",
    "/notice/",
    "/review/",
    "/approve/",
    "/accounts/confirm-email/",
    "/accounts/password/reset/key/",
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "core.logs.MaskingFormatter",
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
        }
    },
    "filters": {"secrets": {"()": "core.logs.SecretsFilter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["secrets"]}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
}

# Both ways in, for the tests, which make and flush as the owner and run as the working role.
APP_DATABASE = _database(DATABASE_URL)
OWNER_DATABASE = _database(DATABASE_OWNER_URL, role="retainer_owner") if DATABASE_OWNER_URL else {}
if RETAINER_ENV == "test":
    # Tests invite the same people again and again; those of this limit set it themselves.
    ADDRESS_INVITATIONS_PER_DAY = 1_000_000
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Beat only wakes the loops. A second beat or a missed one changes nothing: what is due stands in Postgres.
_TICK = {"expires": 5}
CELERY_BEAT_SCHEDULE = {
    "sweep clocks": {
        "task": "slas.tasks.sweep_clocks",
        "schedule": TICK_SECONDS,
        "options": _TICK | {"queue": "sweep"},
    },
    "end retainers": {
        "task": "agreements.tasks.end_retainers",
        "schedule": 10,
        "options": {"expires": 30, "queue": "sweep"},
    },
    "remind of approvals": {
        "task": "clients.tasks.remind_of_approvals",
        "schedule": 10,
        "options": {"expires": 30, "queue": "sweep"},
    },
    "move clocks": {"task": "slas.tasks.move_clocks", "schedule": 2, "options": {"expires": 4, "queue": "default"}},
    "read holidays": {"task": "slas.tasks.read_holidays", "schedule": 3600, "options": {"expires": 600}},
    "publish incidents": {
        "task": "incidents.tasks.publish_incidents",
        "schedule": TICK_SECONDS * 4,
        "options": _TICK | {"queue": "sweep"},
    },
    "remind clients": {
        "task": "incidents.tasks.remind_clients",
        "schedule": 10,
        "options": {"expires": 30, "queue": "sweep"},
    },
    "probe": {"task": "monitoring.tasks.probe_due", "schedule": TICK_SECONDS, "options": _TICK | {"queue": "poll"}},
    "mark stale": {"task": "monitoring.tasks.mark_stale", "schedule": 10, "options": {"expires": 30, "queue": "sweep"}},
    "relay": {
        "task": "retainer.notifications.tasks.relay_outbox",
        "schedule": TICK_SECONDS,
        "options": _TICK | {"queue": "default"},
    },
    "deliver": {
        "task": "retainer.notifications.tasks.deliver",
        "schedule": TICK_SECONDS,
        "options": _TICK | {"queue": "deliver"},
    },
    "send mail": {
        "task": "retainer.notifications.tasks.send_mail",
        "schedule": TICK_SECONDS,
        "options": _TICK | {"queue": "mail"},
    },
    "check senders": {
        "task": "retainer.notifications.tasks.check_senders",
        "schedule": 10,
        "options": {"expires": 10, "queue": "mail"},
    },
    "roll up": {"task": "monitoring.tasks.roll_up", "schedule": 60, "options": {"expires": 60, "queue": "default"}},
    "take up the unsolved": {
        "task": "monitoring.tasks.take_up",
        "schedule": 10,
        "options": {"expires": 30, "queue": "sweep"},
    },
    "purge": {"task": "retainer.tasks.purge", "schedule": 3600, "options": {"expires": 600, "queue": "default"}},
    "keep partitions": {
        "task": "monitoring.tasks.keep_partitions",
        "schedule": 3600,
        "options": {"expires": 600, "queue": "default"},
    },
    "hand out account events": {
        "task": "retainer.tasks.hand_out_account_events",
        "schedule": 5,
        "options": {"expires": 10, "queue": "default"},
    },
    "seal the audit trail": {
        "task": "retainer.tasks.seal_audit",
        "schedule": 20,
        "options": {"expires": 20, "queue": "default"},
    },
    "send the canary": {
        "task": "retainer.tasks.send_canary",
        "schedule": 20,
        "options": {"expires": 20, "queue": "default"},
    },
    "audit the pipeline": {
        "task": "retainer.tasks.audit_pipeline",
        "schedule": 20,
        "options": {"expires": 20, "queue": "default"},
    },
}

_looked_at: production.Values = {
    "RETAINER_ENV": RETAINER_ENV,
    "SIGN_UP": SIGN_UP,
    "DEBUG": DEBUG,
    "SECRET_KEY": SECRET_KEY,
    "ENCRYPTION_KEYS": ENCRYPTION_KEYS,
    "TOKEN_PEPPERS": TOKEN_PEPPERS,
    "BASE_URL": BASE_URL,
    "ALLOWED_HOSTS": ALLOWED_HOSTS,
    "CSRF_TRUSTED_ORIGINS": CSRF_TRUSTED_ORIGINS,
    "DATABASE_URL": DATABASE_URL,
    "DATABASE_OWNER_URL": DATABASE_OWNER_URL,
    "METRICS_TOKEN": METRICS_TOKEN,
    "TRUSTED_PROXY_COUNT": TRUSTED_PROXY_COUNT,
    "REQUEST_SECONDS": REQUEST_SECONDS,
    "SESSION_IDLE_MINUTES": SESSION_IDLE_MINUTES,
    "SESSION_MOST_DAYS": SESSION_MOST_DAYS,
    "SECURITY_CONTACT": SECURITY_CONTACT,
    "SECURITY_EXPIRES": SECURITY_EXPIRES,
}
_refused = production.unknown_words(_looked_at) + (production.refusals(_looked_at) if IS_PRODUCTION else [])
if _refused:
    raise ImproperlyConfigured("\n".join(["These settings are refused:", *_refused]))
