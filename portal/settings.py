"""The one settings module. Everything that differs between two installations is read from the environment.

With nothing set it is a development installation: SQLite under var/, mail kept in var/mail, the embedded search
engine, and answers to this machine only. ENVIRONMENT=production asks for every setting that a public server needs
and stops with a sentence that says what to do when one is missing or wrong.
"""

import secrets
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.zones import ZONES

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

ENVIRONMENT = env.str("ENVIRONMENT", default="development")
if ENVIRONMENT not in ("development", "production"):
    raise ImproperlyConfigured(
        f'ENVIRONMENT is "{ENVIRONMENT}". Set it to "production" on a public server or to "development" elsewhere.'
    )
IN_PRODUCTION = ENVIRONMENT == "production"


def setting(name: str, *, read=env.str, development, sentence: str):
    """Read one setting that production must state itself.

    Raises ImproperlyConfigured with `sentence` when production lacks it or its form is wrong.
    """
    try:
        value = read(name) if IN_PRODUCTION else read(name, default=development)
    except (ImproperlyConfigured, ValueError) as error:
        raise ImproperlyConfigured(f"{name} is missing or wrong. {sentence}") from error
    if value in ("", [], {}):
        raise ImproperlyConfigured(f"{name} is empty. {sentence}")
    return value


def development_secret() -> str:
    """A secret of this checkout's own, made once, so that sessions outlive a restart."""
    file = VAR_DIR / "secret_key"
    if not file.exists():
        file.write_text(secrets.token_urlsafe(50))
        file.chmod(0o600)
    return file.read_text()


# -- Who we are and whom we answer ------------------------------------------------------------------------------------

SECRET_KEY = setting(
    "SECRET_KEY",
    development=None if IN_PRODUCTION else development_secret(),
    sentence="Set it to 50 or more random characters, for instance from: "
    'python -c "import secrets; print(secrets.token_urlsafe(50))". Keep it secret and keep it the same.',
)
if IN_PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters. Make a longer random one.")
DEBUG = env.bool("DEBUG", default=False)
if IN_PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG shows secrets to visitors. Remove it from the production environment.")
ALLOWED_HOSTS = setting(
    "ALLOWED_HOSTS",
    read=env.list,
    development=["127.0.0.1", "localhost", "[::1]"],
    sentence="Set it to the names this portal is reached by, separated by commas, such as: portal.example.org",
)
if IN_PRODUCTION and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        'ALLOWED_HOSTS is "*", so anybody can forge links in our mail. Name the hosts.'
    )
SITE_URL = setting(
    "SITE_URL",
    development=f"http://127.0.0.1:{env.int('PORT', default=8000)}",
    sentence="Set it to the portal's public address, such as: https://portal.example.org",
).rstrip("/")
if IN_PRODUCTION and not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured("SITE_URL must begin with https:// so that links in mail are safe to follow.")
WAGTAILADMIN_BASE_URL = SITE_URL
# Identifiers that outlive an address: the name under which records are harvested, and the prefix of our DOIs, if any.
OAI_NAMESPACE = env.str("OAI_NAMESPACE", default="tongxing.example.org")
DOI_PREFIX = env.str("DOI_PREFIX", default="")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# -- Parts ------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "orgs",
    "events",
    "casestudies",
    "orgs.apps.UsersConfig",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.locales",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.usersessions",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "portal.request_log.RequestLog",
    "portal.page_cache_views.PageCache",
    "django.middleware.security.SecurityMiddleware",
    "portal.browser_rules.BrowserRules",
    "django.middleware.gzip.GZipMiddleware",
    "portal.content_policy.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.probe_views.AnswerProbes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.session_lifetime.SessionLifetime",
    "portal.caching.PrivateToTheReader",
    "portal.signing_out.ForgetInTheBrowser",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "portal.signed_in.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.rate_limits.KeepToTheLimits",
    "orgs.console.consent.AskFirst",
    "portal.second_factor_views.Demands",
    "casestudies.console.refusals.SayWhyNotPublished",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "portal.templatetags.portal",
                "portal.templatetags.for_a_minute",
                "django.templatetags.i18n",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    }
]
FORM_RENDERER = "portal.forms.FormRenderer"

# What the apps above contribute, by name: the portal imports none of them.
RECORD_APPS = ["orgs", "events", "casestudies"]

# -- Where things are kept --------------------------------------------------------------------------------------------

DATABASES = {
    "default": setting(
        "DATABASE_URL",
        read=env.db_url,
        development=f"sqlite:///{VAR_DIR / 'tongxing.sqlite3'}",
        sentence="Set it to the database, such as: postgres://tongxing:password@localhost/tongxing "
        "or sqlite:////srv/tongxing/tongxing.sqlite3",
    )
}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["CONN_MAX_AGE"] = None  # opening the file anew for each request costs a third of the request
    # Writers queue up at BEGIN instead of failing in the middle: SQLite ignores row locks.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
elif _database["ENGINE"] == "django.db.backends.postgresql":
    _database["CONN_HEALTH_CHECKS"] = True
    from portal.database_deadline import Connection

    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),  # what the address asks for, such as ?sslmode=require
        "server_side_binding": True,
        "prepare_threshold": 3,
        # A host that vanished is given up: seconds for a new connection, milliseconds for one that was in use.
        "connect_timeout": 3,
        "tcp_user_timeout": 5000,
        "pool": {
            "min_size": 1,
            "max_size": env.int("DATABASE_POOL", default=8),
            "timeout": 5,  # seconds that somebody waits for a connection; then the answer is 503
            # Or the pauses between attempts would double for five minutes, and last on when the database is back.
            "reconnect_timeout": 4,
            "connection_class": Connection,
        },
    }
else:
    raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite:// .")
#: Seconds that a web process waits for one statement of PostgreSQL: a database that froze never says that it did.
DATABASE_DEADLINE = env.int("DATABASE_DEADLINE", default=10)
#: Seconds until a letter about a place is composed. Who changes their mind at once gets one letter; and while hundreds
#: register in the same seconds, the machine is theirs. Whoever tries the portal out need not wait.
LETTERS_WAIT = env.int("LETTERS_WAIT", default=15 if IN_PRODUCTION else 0)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SEARCH_URL = env.str("SEARCH_URL", default=f"tantivy://{VAR_DIR / 'search'}")
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "portal.search.admin"}}

# What is counted and remembered for all processes. Several machines share one by CACHE_URL, such as redis://.
if env.str("CACHE_URL", default=""):
    _cache = env.cache_url("CACHE_URL")
    if "redis" in _cache["BACKEND"]:  # a server that vanished is given up
        _cache["OPTIONS"] = {"socket_connect_timeout": 1, "socket_timeout": 1, **_cache.get("OPTIONS", {})}
elif IN_PRODUCTION:
    _cache = {"BACKEND": "portal.shared_cache.SharedCache", "LOCATION": VAR_DIR / "cache.sqlite3"}
else:
    _cache = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CACHES = {"default": {"BACKEND": "portal.cache_or_memory.CacheOrMemory", "OPTIONS": {"behind": _cache}}}

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
MEDIA_URL = "/media/"
PRIVATE_ROOT = Path(env.str("PRIVATE_ROOT", default=str(VAR_DIR / "private")))
# Where nginx has PRIVATE_ROOT as an internal location, such as /private/. Empty: the portal sends the bytes itself.
PRIVATE_REDIRECT = env.str("PRIVATE_REDIRECT", default="")
# Who was forgotten, for good: a restored backup must not bring this file back to what it was.
ERASURE_LEDGER = Path(env.str("ERASURE_LEDGER", default=str(VAR_DIR / "erasures.txt")))
# Days after which what is no longer needed goes; `/how-long/` tells them to everybody. 0 keeps it.
ACCOUNTS_KEPT_DAYS = env.int("ACCOUNTS_KEPT_DAYS", default=3 * 365)  # without a sign-in; a mail comes first
PLACES_KEPT_DAYS = env.int("PLACES_KEPT_DAYS", default=3 * 365)  # names of guests and notes, after the event
DRAFTS_KEPT_DAYS = env.int("DRAFTS_KEPT_DAYS", default=365)  # unpublished texts of a case that was taken back
# Where `manage.py backup` puts its archives when no folder is said, and how many stay. On another disk, please.
BACKUP_DIR = env.str("BACKUP_DIR", default="")
BACKUP_KEEP = env.int("BACKUP_KEEP", default=14)
STATIC_ROOT = VAR_DIR / "static"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not IN_PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IN_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# What is on its way: on the disk of the files, so that it is moved there whole; portal.storage sweeps what broke off.
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
WAGTAILIMAGES_IMAGE_FORM_BASE = "portal.image_form.ImageForm"
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]

# -- Mail and background work -----------------------------------------------------------------------------------------

MAIL_DIR = VAR_DIR / "mail"
vars().update(
    setting(
        "EMAIL_URL",
        read=env.email_url,
        development=f"filemail:///{MAIL_DIR}",
        sentence="Set it to the mail server, such as: smtp+tls://user:password@smtp.example.org:587",
    )
)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = setting(
    "DEFAULT_FROM_EMAIL",
    development="同行 Tongxing <tongxing@example.org>",
    sentence="Set it to the sender of the portal's mail, such as: Tongxing <portal@example.org>",
)

TASKS = {
    # Wagtail's own bookkeeping, done at once.
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    # Ours: a task is a row that commits together with its cause; a worker carries it out.
    "outbox": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]},
}

# -- Accounts ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "orgs.User"
AUTHENTICATION_BACKENDS = [
    "portal.rights.RightsOfGroups",  # the first, which decides what is kept of somebody's rights
    "allauth.account.auth_backends.AuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", **options}
    for name, options in {
        "UserAttributeSimilarityValidator": {"OPTIONS": {"user_attributes": ["name", "email"]}},
        "MinimumLengthValidator": {"OPTIONS": {"min_length": 10}},
        "CommonPasswordValidator": {},
    }.items()
]
ACCOUNT_ADAPTER = "orgs.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_FORMS = {"signup": "orgs.signup.SignupForm"}
SOCIALACCOUNT_FORMS = {"signup": "orgs.signup.SocialSignupForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "orgs.models.user.display_name"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a new password, address or second factor
# Attempts on one account stay few; those of one address are many enough for a seminar room that shares it.
ACCOUNT_RATE_LIMITS = {
    "check_name": "10/m/ip,30/h/key",  # guessing the name on a certificate
    "login": "300/m/ip",
    "login_failed": "60/m/ip,5/300s/key",
    "signup": "100/m/ip",
    "request_login_code": "200/m/ip,3/m/key",
    "reset_password": "60/m/ip,5/m/key",
    "reset_password_from_key": "60/m/ip",
}
# How many proxies of ours stand before the portal; each adds one address to X-Forwarded-For. In production there is one.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if IN_PRODUCTION else 0)
# Limits on registering, searching, uploading and open data (portal/rate_limits.py).
RATE_LIMITS = env.bool("RATE_LIMITS", default=IN_PRODUCTION)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.partition(":")[0]
ACCOUNT_SESSION_REMEMBER = True
# Who changes how they sign in, or does what only owners do, has signed in or confirmed it in the last minutes.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Portal staff and owners bring a second factor. Off by default where the portal is only tried out.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=IN_PRODUCTION)
MFA_ADAPTER = "portal.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "portal.passkeys.AddKeyForm",
    "authenticate_webauthn": "portal.passkeys.KeyForm",
    "login_webauthn": "portal.passkeys.SignInByKeyForm",
    "reauthenticate_webauthn": "portal.passkeys.ConfirmByKeyForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
MFA_TOTP_TOLERANCE = 1  # a telephone whose clock is half a minute wrong still works
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IN_PRODUCTION
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_PROVIDERS = {}
# A way to sign in appears only where its keys are set; browsers may then be sent on to its host, and to no other.
SIGN_IN_HOSTS = []
for _provider, _prefix, _host in (
    ("weixin", "WEIXIN", "https://open.weixin.qq.com"),
    ("orcid", "ORCID", "https://orcid.org"),
    ("openid_connect", "OIDC", env.str("OIDC_SERVER_URL", default="")),
):
    if env.str(f"{_prefix}_CLIENT_ID", default=""):
        _keys = {"client_id": env.str(f"{_prefix}_CLIENT_ID"), "secret": env.str(f"{_prefix}_SECRET")}
        if _provider == "openid_connect":
            _keys |= {"provider_id": "oidc", "name": env.str("OIDC_NAME", default="OpenID Connect")}
            _keys |= {"settings": {"server_url": env.str("OIDC_SERVER_URL")}}
        INSTALLED_APPS.append(f"allauth.socialaccount.providers.{_provider}")
        SOCIALACCOUNT_PROVIDERS[_provider] = {"APPS": [_keys]}
        SIGN_IN_HOSTS.append("/".join(_host.split("/")[:3]))
LOGIN_URL = WAGTAILADMIN_LOGIN_URL = WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "/"  # who read English is led to the English one: orgs.adapters
WAGTAIL_PASSWORD_RESET_ENABLED = WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_EMAIL_MANAGEMENT_ENABLED = (
    False
)
WAGTAILUSERS_PASSWORD_ENABLED = False

# -- Languages --------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
# The second one says words of Django and allauth in our tone, in both languages: the identifiers are theirs.
LOCALE_PATHS = [BASE_DIR / "portal" / "locale", BASE_DIR / "portal" / "locale_of_others"]
USE_I18N = WAGTAIL_I18N_ENABLED = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# -- Editing ----------------------------------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "同行 Tongxing"
WAGTAILADMIN_UNICODE_SLUGS = False
WAGTAIL_USER_TIME_ZONES = list(ZONES)  # those of the machine have one that browsers do not know
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILEMBEDS_FINDERS = []
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {"features": ["h3", "h4", "bold", "italic", "ol", "ul", "blockquote", "link", "hr"]},
    }
}

# -- Seals ------------------------------------------------------------------------------------------------------------

CSRF_FAILURE_VIEW = "portal.errors.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail shows its previews in a frame
PASSWORD_RESET_TIMEOUT = 24 * 3600
SESSION_ENGINE = "portal.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 30 * 24 * 3600  # the longest; portal/session_lifetime.py ends them before
if IN_PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked on this machine, without a proxy
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
CONTENT_SECURITY_POLICY = {  # Wagtail's admin has its own: portal/content_policy.py
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, *SIGN_IN_HOSTS],
        "frame-ancestors": [SELF],
    },
}
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # SAMEORIGIN, not DENY: see X_FRAME_OPTIONS

# Who may read /metrics: a monitoring program with this token, or one on this machine. Nobody when neither is set.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_ON_LOOPBACK = env.bool("METRICS_ON_LOOPBACK", default=False)
# Whom an error is told by mail, separated by commas. Nobody when empty: then the log alone says it.
ADMINS = [("", address) for address in env.list("ERROR_MAIL_TO", default=[])]
EMAIL_SUBJECT_PREFIX = "[Tongxing] "
LOG_FORMAT = env.str("LOG_FORMAT", default="json" if IN_PRODUCTION else "plain")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masked": {"()": "portal.secret_addresses.Masked"}},
    "formatters": {
        "json": {"()": "portal.log_lines.JsonLine"},
        "plain": {"()": "portal.log_lines.PlainLine"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "filters": ["masked"], "formatter": LOG_FORMAT},
        "mail": {"()": "portal.error_mail.ErrorMail", "filters": ["masked"]},
    },
    # These write the address that was asked for. Django's own mail to ADMINS would hold what people typed.
    "loggers": {f"django.{name}": {"filters": ["masked"]} for name in ("request", "server")}
    | {"django": {"handlers": []}}
    # A robot that asks by another name is no error of ours; the line of the request has its 400.
    | {"django.security.DisallowedHost": {"propagate": False}},
    "root": {
        "handlers": ["console", "mail"] if ADMINS else ["console"],
        "level": env.str("LOG_LEVEL", default="INFO" if IN_PRODUCTION else "WARNING"),
    },
}
