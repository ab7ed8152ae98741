"""What merging two entries of one agency means for events: seats kept for both become one allotment."""

from django.db.models import F, Value
from django.db.models.functions import Least

from events.models import Registration, SeatPool
from orgs.models import Agency

MOST_SEATS = 10_000  # as the constraint of the table says


def join(agency: Agency, survivor: Agency) -> None:
    """Where an event keeps seats for either entry, the survivor gets them all, with the people who sit there."""
    pools = SeatPool.objects.select_for_update()
    for pool in pools.filter(agency=agency).order_by("pk"):
        if other := pools.filter(event=pool.event_id, agency=survivor).first():
            Registration.objects.filter(pool=pool).update(pool=other)
            SeatPool.objects.filter(pk=other.pk).update(
                capacity=Least(F("capacity") + pool.capacity, Value(MOST_SEATS)),
                taken=F("taken") + pool.taken,
                released=F("released") + pool.released,
            )
            pool.delete()
