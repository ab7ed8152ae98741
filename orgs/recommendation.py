"""One agency vouches for another that it knows. Only agencies that were compared with the public registry may."""

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from orgs.models import Agency, Recommendation, User, Verification
from orgs.permissions import can

NEEDED = 2
FROM_LEVEL = Verification.Level.REGISTRY


class RecommendationError(Exception):
    """A refusal, with a sentence for people."""


def may_recommend(agency: Agency, on: date | None = None) -> bool:
    """Whether the agency's own level is high enough on that day (today)."""
    return agency.verifications.in_force(on).filter(level__gte=FROM_LEVEL).exists()


def that_count(agency: Agency, on: date | None = None) -> QuerySet[Recommendation]:
    """The recommendations for the agency whose givers are listed and well verified on that day (today)."""
    verified = Verification.objects.in_force(on).filter(agency=OuterRef("by_agency"), level__gte=FROM_LEVEL)
    return agency.recommendations.standing().filter(Exists(verified), by_agency__status=Agency.Status.LISTED)


@transaction.atomic
def recommend(
    agency: Agency, *, by_agency: Agency, words: str, by: User, on: date | None = None
) -> Recommendation:
    """Say for one's own agency that one knows another. Saying it again changes the words. Raises RecommendationError."""
    if agency == by_agency:
        raise RecommendationError(_("An agency cannot recommend itself."))
    # Both are held, in one order, so that two that recommend each other never wait for each other.
    list(Agency.objects.select_for_update().filter(pk__in=[agency.pk, by_agency.pk]).order_by("pk"))
    agency = Agency.objects.get(pk=agency.pk)
    if not can(by, "recommendations.give", by_agency):
        raise RecommendationError(_("Only the agency's owners and managers recommend others."))
    if agency.status != Agency.Status.LISTED:
        raise RecommendationError(_("Only listed agencies are recommended."))
    if not may_recommend(by_agency, on):
        raise RecommendationError(
            _(
                "Your agency can recommend others once it has been compared with the public registry (level 3)."
            )
        )
    if agency.memberships.active().filter(user=by).exists():
        raise RecommendationError(
            _("You belong to %(agency)s yourself. Let a colleague recommend it.") % {"agency": agency}
        )
    if not words.strip():
        raise RecommendationError(_("Please write how you know them."))
    made, is_new = Recommendation.objects.get_or_create(
        agency=agency,
        by_agency=by_agency,
        withdrawn_at=None,
        defaults={"given_by": by, "words": words.strip()},
    )
    if not is_new:
        made.given_by, made.words = by, words.strip()
        made.save(update_fields=["given_by", "words"])
    return made


@transaction.atomic
def take_back(recommendation: Recommendation, *, by: User) -> Recommendation:
    """No longer vouch for an agency. A level that it helped to reach stays until it expires. Raises RecommendationError."""
    Agency.objects.select_for_update().get(pk=recommendation.by_agency_id)
    recommendation = Recommendation.objects.select_related("by_agency").get(pk=recommendation.pk)
    if not can(by, "recommendations.give", recommendation.by_agency):
        raise RecommendationError(_("Only the agency's owners and managers recommend others."))
    if recommendation.withdrawn_at is None:
        recommendation.withdrawn_at = timezone.now()
        recommendation.save(update_fields=["withdrawn_at"])
    return recommendation
