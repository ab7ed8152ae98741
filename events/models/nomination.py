"""That a coordinator put somebody down for an event, in the words of the coordinator."""

import uuid

from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.registration import Guest, Registration
from orgs.models import Agency, User
from orgs.names import seen_as_written

signer = signing.Signer(salt="events.nomination")


class NominationQuerySet(models.QuerySet):
    def unanswered(self):
        """Places that still count, of which the person has said neither yes nor no."""
        return self.filter(
            registration__status__in=Registration.LIVE,
            registration__answered_at=None,
            declined_at=None,
            made_the_place=True,
        )

    def by_token(self, token: str) -> "Nomination | None":
        """The one that a personal link speaks of; None when the link was not made by us."""
        try:
            public_id = uuid.UUID(hex=signer.unsign(token))
        except (signing.BadSignature, ValueError):
            return None
        return self.filter(public_id=public_id).first()


class Nomination(models.Model):
    """One person whom an agency put down for an event: what was typed, and the answer.

    What was typed is kept beside the registration, because that may be an account's: then the coordinator goes on
    seeing their own words only, and does not learn whether somebody has an account.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="nominations")
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="nominations", verbose_name=_("agency"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("put down by"))
    name = models.CharField(_("name"), max_length=60, validators=[seen_as_written])
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    #: Chosen from the member list, where names are seen anyway.
    is_member = models.BooleanField(_("from the member list"), default=False)
    #: False where the person had registered on their own before: then this takes nothing away from them.
    made_the_place = models.BooleanField(_("made the place"), default=True)
    #: The account itself has said that the place is its own: from then on the host reads the account's name.
    is_owned = models.BooleanField(_("taken into an account"), default=False, editable=False)
    declined_at = models.DateTimeField(_("said no"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    form_key = models.UUIDField(null=True, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("put down"), default=timezone.now)

    objects = NominationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "agency"], name="an_agency_puts_a_person_down_once_per_place"
            ),
            models.UniqueConstraint(
                fields=["form_key", "position"],
                condition=Q(form_key__isnull=False),
                name="a_form_puts_nobody_down_twice",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The personal link: whoever has it answers for this person, without an account."""
        return reverse("place", args=[self.token])

    @property
    def token(self) -> str:
        """What the personal link is known by. It opens this place and no other."""
        return signer.sign(self.public_id.hex)

    @property
    def as_typed(self) -> Guest:
        return Guest(self.name, self.phone, self.email)

    @property
    def holds(self) -> bool:
        """Whether the place is still this person's: not given back, and nobody else was put down on the same row since.

        Reads `registration` and its `nominations`: prefetch them.
        """
        if self.declined_at or not self.registration.is_live:
            return False
        since = (one for one in self.registration.nominations.all() if one.created_at > self.created_at)
        return self.registration.user_id is not None or not any(one.made_the_place for one in since)

    @property
    def is_open(self) -> bool:
        """Whether the answer is still awaited."""
        return self.declined_at is None and self.registration.is_live and not self.registration.answered_at
