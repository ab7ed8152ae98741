"""Changes of how a person signs in are written into the log: which kind and when, never an address or a key."""

from allauth.account import signals as account
from allauth.socialaccount import signals as social
from django.apps import apps

from orgs import audit


def write(change: str):
    """A listener that writes this change down about the person whose account it is."""

    def listener(sender, user=None, sociallogin=None, socialaccount=None, **kwargs):
        person = user or getattr(sociallogin or socialaccount, "user", None)
        audit.record(audit.Action.SECURITY, by=person, about=person, change=change)

    return listener


#: What is listened for.
CHANGES = {
    "password": (account.password_changed, account.password_set, account.password_reset),
    "address": (account.email_changed, account.email_added, account.email_removed),
    "other sign-in added": (social.social_account_added,),
    "other sign-in removed": (social.social_account_removed,),
}


def listen() -> None:
    """Called when the app is ready. Second factors are listened for where there are any."""
    heard = dict(CHANGES)
    if apps.is_installed("allauth.mfa"):
        from allauth.mfa import signals as second

        heard |= {
            "second factor added": (second.authenticator_added,),
            "second factor removed": (second.authenticator_removed,),
            "second factor renewed": (second.authenticator_reset,),
        }
    for change, signals in heard.items():
        for signal in signals:
            signal.connect(write(change), weak=False, dispatch_uid=f"orgs.sign_in_changes.{change}")
