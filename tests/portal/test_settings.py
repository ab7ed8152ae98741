"""Settings come from the environment; production says what is missing before it starts."""

import os
import subprocess
import sys

import pytest

COMPLETE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "portal.example.org",
    "SITE_URL": "https://portal.example.org",
    "DATABASE_URL": "postgres://tongxing@localhost/tongxing",
    "EMAIL_URL": "smtp+tls://portal:password@smtp.example.org:587",
    "DEFAULT_FROM_EMAIL": "portal@example.org",
}
SHOW = "import portal.settings as s; print(s.DATABASES['default']['ENGINE'], s.DEBUG, s.SEARCH_URL.partition(':')[0])"


def load(tmp_path, show=SHOW, **environment) -> subprocess.CompletedProcess:
    """Load the settings as a server would, with nothing but this environment."""
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **environment}
    return subprocess.run(
        [sys.executable, "-c", show], env=environment, capture_output=True, text=True, check=False
    )


def test_with_nothing_set_it_is_a_development_installation_on_sqlite(tmp_path):
    assert load(tmp_path).stdout.split() == ["django.db.backends.sqlite3", "False", "tantivy"]


def test_a_complete_production_environment_starts(tmp_path):
    assert load(tmp_path, **COMPLETE).stdout.split()[0] == "django.db.backends.postgresql"


def test_what_the_address_of_the_database_asks_for_is_kept(tmp_path):
    show = "import portal.settings as s; print(s.DATABASES['default']['OPTIONS']['sslmode'])"
    address = f"{COMPLETE['DATABASE_URL']}?sslmode=verify-full"
    assert load(tmp_path, show, **{**COMPLETE, "DATABASE_URL": address}).stdout.strip() == "verify-full"


@pytest.mark.parametrize("name", [name for name in COMPLETE if name != "ENVIRONMENT"])
def test_production_without_a_setting_stops_and_names_it(tmp_path, name):
    result = load(tmp_path, **{key: value for key, value in COMPLETE.items() if key != name})
    assert result.returncode != 0
    assert f"{name} is missing or wrong. Set it to" in result.stderr


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter than 50 characters"),
        ({"DEBUG": "true"}, "DEBUG shows secrets to visitors"),
        ({"ALLOWED_HOSTS": "*"}, 'ALLOWED_HOSTS is "*"'),
        ({"SITE_URL": "http://portal.example.org"}, "SITE_URL must begin with https://"),
        ({"DATABASE_URL": "mysql://localhost/x"}, "DATABASE_URL must begin with postgres:// or sqlite://"),
        ({"ENVIRONMENT": "live"}, 'ENVIRONMENT is "live"'),
    ],
)
def test_a_wrong_setting_stops_with_a_sentence(tmp_path, wrong, sentence):
    result = load(tmp_path, **{**COMPLETE, **wrong})
    assert result.returncode != 0
    assert sentence in result.stderr


def test_a_development_secret_is_made_once_and_kept_to_the_owner(tmp_path):
    load(tmp_path)
    secret = (tmp_path / "secret_key").read_text()
    load(tmp_path)
    assert (tmp_path / "secret_key").read_text() == secret
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


SIGN_IN = "import portal.settings as s; print(sorted(s.SOCIALACCOUNT_PROVIDERS), s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'][1:])"


def test_a_way_to_sign_in_appears_when_its_keys_are_set_and_only_its_host_is_opened(tmp_path):
    assert load(tmp_path, SIGN_IN).stdout.strip() == "[] []"
    keys = {"ORCID_CLIENT_ID": "a", "ORCID_SECRET": "b", "OIDC_CLIENT_ID": "c", "OIDC_SECRET": "d"}
    answer = load(tmp_path, SIGN_IN, **keys, OIDC_SERVER_URL="https://id.example.org/realm").stdout.strip()
    assert answer == "['openid_connect', 'orcid'] ['https://orcid.org', 'https://id.example.org']"
