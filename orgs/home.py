"""What the home page shows of this app: the sentence finder and the picture of the network."""

from orgs import directory, network
from orgs.models import Agency


def context(user) -> dict:
    return {
        "agency_count": Agency.objects.listed().count(),
        "finder": directory.finder(),
        **network.context(user),
    }
