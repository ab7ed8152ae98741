"""What was done for an agency, by whom and about whom: rows are added, never changed, and forget the people in time."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orgs.models.agency import Agency
from orgs.models.membership import Role
from orgs.models.user import User


class AuditEntryQuerySet(models.QuerySet):
    """What was written down is neither changed nor deleted; `orgs.audit.mask` is the one way to forget a person."""

    def update(self, **fields):
        raise TypeError("An entry of the log is never changed.")

    def delete(self):
        raise TypeError("An entry of the log is never deleted.")


class AuditEntry(models.Model):
    """One act. It holds no words about people: who they are is a key, so a closed account has no name here either."""

    class Action(models.TextChoices):
        MEMBER_IN = "member_in", _("Came into the agency")
        MEMBER_OUT = "member_out", _("Left the agency, or was taken out")
        MEMBER_SUSPENDED = "member_suspended", _("Suspended")
        MEMBER_RESTORED = "member_restored", _("Suspension ended")
        ROLE = "role", _("Got another role")
        INVITED = "invited", _("Invited somebody")
        OWNERSHIP = "ownership", _("Handed the agency over")
        RELEASED = "released", _("Released the entry")
        APPLICATION = "application", _("Decided an application")
        LISTED = "listed", _("Listed the agency")
        VERIFIED = "verified", _("Verified the agency")
        VERIFICATION_REVOKED = "verification_revoked", _("Revoked a verification")
        PROFILE = "profile", _("Changed the entry")
        MERGED = "merged", _("Merged two entries")
        EVENT_PUBLISHED = "event_published", _("Published an event")
        EVENT_CANCELLED = "event_cancelled", _("Cancelled an event")
        EVENT_CAPACITY = "event_capacity", _("Changed the seats of an event")
        CASE_SUBMITTED = "case_submitted", _("Submitted a case study")
        CASE_PUBLISHED = "case_published", _("Published a case study")
        CASE_WITHDRAWN = "case_withdrawn", _("Withdrew a case study")
        EXPORTED = "exported", _("Took personal data along")
        SECURITY = "security", _("Changed a way to sign in")
        RIGHTS = "rights", _("Changed what portal staff may do")
        ACCOUNT_CLOSED = "account_closed", _("Closed an account")

    #: What the details are called where they are read.
    DETAILS = {
        "after": _("then"),
        "before": _("before"),
        "given": _("given"),
        "kind": _("kind"),
        "level": _("level"),
        "proposed": _("proposed"),
        "role": _("role"),
        "rows": _("rows"),
        "seats": _("seats"),
        "taken": _("taken away"),
        "version": _("version"),
    }

    #: What was taken along.
    KINDS = {
        "certificates": _("certificates"),
        "roster": _("roster"),
        "signature list": _("signature list"),
    }

    #: What was given to portal staff or taken from them, beside the names of groups.
    RIGHTS = {"superuser": _("every right")}

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    agency = models.ForeignKey(
        Agency, models.SET_NULL, null=True, related_name="audit_entries", verbose_name=_("agency")
    )
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    about = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("about"))
    action = models.CharField(_("what was done"), max_length=24, choices=Action)
    #: What it was done to: a path of the portal that finds it again, without an argument that opens anything.
    what = models.CharField(_("to what"), max_length=200, blank=True)
    #: Plain values that tell no names: `{"from": "member", "to": "owner"}`, `{"rows": 30}`.
    details = models.JSONField(_("details"), default=dict)
    masked_at = models.DateTimeField(_("people forgotten"), null=True, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("entry of the log")
        verbose_name_plural = _("log of what was done")

    def __str__(self):
        return f"{self.get_action_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def told(self) -> str:
        """The details in one line, in the language of the reader."""
        known = dict(Role.choices) | self.KINDS | self.RIGHTS
        return ", ".join(
            f"{self.DETAILS.get(name, name)} {known.get(value, value)}"
            for name, value in self.details.items()
        )

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("An entry of the log is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("An entry of the log is never deleted.")
