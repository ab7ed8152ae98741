"""The second factor and the recent sign-in: what portal staff and owners show before what matters most.

A session has shown its second factor when it was signed in, confirmed or set up with one: an authenticator app, a
passkey, or a recovery code. It is signed in recently for `ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds after any sign-in
or confirmation. A view demands either by calling `demand` or `demand_recent_sign_in`, or with a decorator; what then
happens to the person is decided in `portal.second_factor_views.Demands`: set one up, confirm, or sign in again.

`SECOND_FACTOR_REQUIRED` switches all of it on; it is on in production (OWASP ASVS 5.0, 6.3.3 and 7.5.1).
"""

import time
from base64 import urlsafe_b64encode
from functools import wraps
from hashlib import sha256

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.dispatch import receiver

#: What counts as a second factor. Recovery codes stand in for one, and exist only beside one.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class SecondFactorMissing(Exception):
    """The person has no second factor yet and is sent to set one up."""


def has_one(user) -> bool:
    """Whether this person set up a second factor."""
    return is_mfa_enabled(user, types=FACTORS)


def demand(request) -> None:
    """Go on only in a session that has shown its second factor, recently.

    Raises SecondFactorMissing where the person has none, ReauthenticationRequired where it was not shown.
    """
    demand_shown(request)
    demand_recent_sign_in(request)


def demand_shown(request) -> None:
    """`demand`, however long ago it was shown: for whole desks that staff work at all day."""
    if not settings.SECOND_FACTOR_REQUIRED:
        return
    if not has_one(request.user):
        raise SecondFactorMissing
    if not any(record["method"] == "mfa" for record in records(request)):
        raise ReauthenticationRequired


def demand_recent_sign_in(request) -> None:
    """Go on only when the person signed in, or confirmed who they are, a short time ago. Raises ReauthenticationRequired."""
    if not settings.SECOND_FACTOR_REQUIRED:
        return
    last = max((record["at"] for record in records(request)), default=0)
    if time.time() - last >= app_settings.REAUTHENTICATION_TIMEOUT:
        raise ReauthenticationRequired


def records(request) -> list[dict]:
    """How and when (seconds since 1970) this session said who it is, as allauth wrote it down."""
    return get_authentication_records(request, request.user)


def with_recent_sign_in(view):
    """A view that a session left open long ago does not reach. Stands below `login_required`."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        demand_recent_sign_in(request)
        return view(request, *args, **kwargs)

    return guarded


@receiver(authenticator_added)
def set_up_is_shown(sender, request, user, authenticator, **kwargs):
    """Whoever sets a factor up has just shown it; the first recovery codes come with one."""
    record_authentication(request, user, method="mfa", type=authenticator.type, reauthenticated=True)


class SecondFactorAdapter(DefaultMFAAdapter):
    """How allauth's second factor meets the portal: secrets are encrypted in the database, and named after us."""

    def get_totp_issuer(self):
        return settings.WAGTAIL_SITE_NAME

    def encrypt(self, text):
        return keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return keys().decrypt(encrypted_text.encode()).decode()


def keys() -> MultiFernet:
    """What secrets are encrypted with: made from SECRET_KEY, and read with its fallbacks too."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(urlsafe_b64encode(sha256(f"second factor {one}".encode()).digest())) for one in secrets]
    )
