"""Whether the count of a seat pool is what its registrations say. It always is, unless somebody changed rows by hand."""

from django.db.models import Count, F, Q, QuerySet

from events.models import SeatPool
from events.models.registration import Registration


def miscounted() -> QuerySet[SeatPool]:
    """The pools whose `taken` differs from their confirmed registrations (`seated`)."""
    has_seat = Q(registrations__status=Registration.Status.CONFIRMED)
    return SeatPool.objects.annotate(seated=Count("registrations", filter=has_seat)).exclude(
        taken=F("seated")
    )
