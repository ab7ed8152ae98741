"""What this app shows on an agency's page. Every record app has such a module, and the page asks them all."""

from orgs import freshness, network, visibility
from orgs.models import Agency
from orgs.ties import all_ties


def context(agency: Agency, user) -> dict:
    """Services with where and for whom, the people who want to be named, and the partners."""
    services = agency.services.offered().prefetch_related(
        "types", "populations", "methods", "languages", "areas__parent"
    )
    spoken = {topic for service in services for topic in service.languages.all()}
    partnerships = list(network.partnerships_to_show(agency))
    ties = list(all_ties(agency))
    partners = {pk for tie in ties for pk in tie.agencies}
    rows = network.together(ties, Agency.objects.listed().in_bulk(partners))
    return {
        "services": services,
        "languages_spoken": sorted(spoken, key=lambda topic: topic.position),
        "locations": visibility.locations_for(agency, user),
        "sections": freshness.sections_of(agency),
        "people": agency.memberships.active().filter(is_shown=True).select_related("user"),
        "partnerships": partnerships,
        "together": rows,
        "network": network.around(agency, partnerships, rows),
    }


def console(agency: Agency, user) -> dict:
    """What the agency's own people see in their console; this app's part has pages of its own."""
    return {}
