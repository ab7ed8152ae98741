"""The forms that take what a passkey or security key answered. allauth's own end in an error where its bytes make no sense."""

from contextlib import contextmanager

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)


class ReadsAnything:
    """A form that takes what a device answered: bytes that nobody could make sense of are a wrong answer, no error."""

    def _clean_fields(self):
        with refused_if_senseless(self):
            super()._clean_fields()

    def _clean_form(self):
        with refused_if_senseless(self):
            super()._clean_form()


@contextmanager
def refused_if_senseless(form):
    """fido2 raises what its parsers raise: ValueError, KeyError, TypeError and their like."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError):
        form.add_error(None, DefaultMFAAdapter.error_messages["incorrect_code"])


class AddKeyForm(ReadsAnything, AddWebAuthnForm):
    pass


class KeyForm(ReadsAnything, AuthenticateWebAuthnForm):
    pass


class SignInByKeyForm(ReadsAnything, LoginWebAuthnForm):
    pass


class ConfirmByKeyForm(ReadsAnything, ReauthenticateWebAuthnForm):
    pass
