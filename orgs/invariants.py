"""What must hold of agencies: an owner where somebody looks after the entry, and no row that joins two agencies by mistake."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef

from orgs.models import Agency, Membership, Role, ServiceAtLocation, Verification
from portal.invariants import at_odds, told


def findings() -> Iterator[str]:
    owners = Membership.objects.active().filter(agency=OuterRef("pk"), role=Role.OWNER, user__is_active=True)
    ended = (Agency.Status.WITHDRAWN, Agency.Status.MERGED)
    orphans = Agency.objects.exclude(claimed_at=None).exclude(status__in=ended).exclude(Exists(owners))
    yield from told(
        "claimed agency without an active owner", orphans.order_by("pk").values_list("pk", flat=True)
    )
    to_itself = Agency.objects.filter(merged_into=F("pk"))
    yield from told("agency merged into itself", to_itself.values_list("pk", flat=True))
    yield from at_odds(ServiceAtLocation, "service__agency", "location__agency")
    yield from at_odds(Verification, "application__agency", "agency")
