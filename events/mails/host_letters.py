"""What agencies tell each other about holding an event together: who is named as a co-host, and what they answer.

Each letter goes to the people who publish events for the agency, in the language of each, and is sent once.
"""

from events.models import EventHost
from orgs.models import Agency, User
from orgs.permissions import carriers
from portal import mail


def ask(co_host: EventHost) -> None:
    """Ask the people of an agency that was named just now whether it holds the event too."""
    write(co_host, "co_host_named", to=co_host.agency, but=None)


def tell(co_host: EventHost, *, by: User, is_confirmed: bool) -> None:
    """Tell the host what the other agency said. Who gave the answer, and belongs to both, is not told."""
    write(co_host, "co_host_confirmed" if is_confirmed else "co_host_declined", to=co_host.event.host, but=by)


def write(co_host: EventHost, template: str, *, to: Agency, but: User | None) -> None:
    reading = carriers("events.publish").filter(agency=to).select_related("user")
    for person in dict.fromkeys(carrier.user for carrier in reading):
        if person != but:
            mail.send(
                f"events/{template}",
                to=person.email,
                language=person.language,
                context={"event": co_host.event, "agency": co_host.agency, "person": person},
            )
