"""What a reader keeps of the library: reading lists with their entries, and notes on a case for nobody else."""

import uuid

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from casestudies.models.casestudy import CaseStudy
from orgs.models import Agency, Membership, User
from portal.bilingual import CHINESE, Text, language_of

SIGNER = Signer(salt="casestudies.keeping.reading_list.shared", sep=".")


class ReadingListQuerySet(models.QuerySet):
    def public(self):
        """Those that everybody finds. Who left the agency in whose name a list stands shows it to nobody for now."""
        belongs = Membership.objects.active().filter(user=OuterRef("owner"), agency=OuterRef("agency"))
        speaks_for_it = Q(agency__status=Agency.Status.LISTED) & Exists(belongs)
        return self.filter(Q(agency=None) | speaks_for_it, audience="public", owner__is_active=True)

    def visible_to(self, user):
        """Public ones are for everybody, all others for their owner: not for portal staff either.

        A list shared by link is opened by the link and not through here.
        """
        if not user.is_authenticated:
            return self.public()
        return self.filter(Q(owner=user) | Q(pk__in=ReadingList.objects.public().values("pk")))

    def shared_by(self, secret: str):
        """The list behind this part of an address, or none."""
        try:
            key = uuid.UUID(SIGNER.unsign(secret))
        except (BadSignature, ValueError):
            return self.none()
        return self.filter(share_key=key, audience=ReadingList.Audience.LINK, owner__is_active=True)


class ReadingList(models.Model):
    class Audience(models.TextChoices):
        PRIVATE = "private", _("Only I")
        LINK = "link", _("Whoever has the link")
        PUBLIC = "public", _("Everybody")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="reading_lists", verbose_name=_("owner"))
    agency = models.ForeignKey(
        Agency,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reading_lists",
        verbose_name=_("shown as the list of"),
    )
    title = models.CharField(_("title"), max_length=80)
    about = models.TextField(_("what it is for"), max_length=600, blank=True)
    audience = models.CharField(_("who sees it"), max_length=8, choices=Audience, default=Audience.PRIVATE)
    #: The link is this key with a signature, so the row alone opens nothing.
    share_key = models.UUIDField(null=True, unique=True, editable=False)
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="copies"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = ReadingListQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-pk"]
        verbose_name = _("reading list")
        verbose_name_plural = _("reading lists")
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=["private", "link", "public"]), name="a_list_has_an_audience"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="a_list_has_a_title"),
            models.CheckConstraint(
                condition=~Q(audience="link") | Q(share_key__isnull=False), name="a_shared_list_has_a_key"
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reading_list", args=[self.public_id])

    @property
    def display_title(self) -> Text:
        return Text(self.title, language_of(self.title))

    @property
    def display_about(self) -> Text:
        return Text(self.about, language_of(self.about))

    @property
    def shown_owner(self) -> str:
        """The agency or the person, as the owner chose."""
        return self.agency.label if self.agency else Text(self.owner.name, CHINESE)

    @property
    def secret(self) -> str:
        return SIGNER.sign(self.share_key.hex)

    @property
    def share_url(self) -> str:
        """The whole address that opens a list shared by link."""
        return settings.SITE_URL + reverse("shared_list", args=[self.secret])


class ListEntry(models.Model):
    """A case in a list. It stays when the case is withdrawn, so that readers learn why it is gone."""

    reading_list = models.ForeignKey(ReadingList, models.CASCADE, related_name="entries")
    case = models.ForeignKey(CaseStudy, models.CASCADE, related_name="list_entries")
    note = models.TextField(_("note"), max_length=1000, blank=True)
    position = models.PositiveIntegerField(default=0, editable=False)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("entry of a reading list")
        verbose_name_plural = _("entries of reading lists")
        constraints = [
            models.UniqueConstraint(fields=["reading_list", "case"], name="a_case_is_once_in_a_list")
        ]

    def __str__(self):
        return f"{self.reading_list}: {self.case}"


class CaseNote(models.Model):
    """What a person wrote down about a case, for nobody else ever."""

    user = models.ForeignKey(User, models.CASCADE, related_name="case_notes")
    case = models.ForeignKey(CaseStudy, models.CASCADE, related_name="notes")
    text = models.TextField(_("my note"), max_length=4000)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    class Meta:
        ordering = ["-updated_at", "-pk"]
        verbose_name = _("note on a case")
        verbose_name_plural = _("notes on cases")
        constraints = [
            models.UniqueConstraint(fields=["user", "case"], name="one_note_per_person_and_case"),
            models.CheckConstraint(condition=~Q(text=""), name="a_note_says_something"),
        ]

    def __str__(self):
        return f"{self.user}: {self.case}"
