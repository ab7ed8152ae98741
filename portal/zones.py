"""Time zones: in which one the times of an event are written, how it is called, and clock times that a zone does not have."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DEFAULT = "Asia/Shanghai"
#: What a host can choose. An event that came from another calendar may have any zone of the IANA database.
ZONES = {
    DEFAULT: gettext_lazy("Beijing time"),
    "Asia/Urumqi": gettext_lazy("Xinjiang time"),
    "Asia/Hong_Kong": gettext_lazy("Hong Kong time"),
    "Asia/Macau": gettext_lazy("Macau time"),
    "Asia/Taipei": gettext_lazy("Taipei time"),
    "Asia/Singapore": gettext_lazy("Singapore time"),
    "Asia/Kuala_Lumpur": gettext_lazy("Kuala Lumpur time"),
    "Asia/Manila": gettext_lazy("Manila time"),
    "Asia/Bangkok": gettext_lazy("Bangkok time"),
    "Asia/Ho_Chi_Minh": gettext_lazy("Vietnam time"),
    "Asia/Jakarta": gettext_lazy("Jakarta time"),
    "Asia/Tokyo": gettext_lazy("Tokyo time"),
    "Asia/Seoul": gettext_lazy("Seoul time"),
    "Asia/Kolkata": gettext_lazy("India time"),
    "Asia/Dubai": gettext_lazy("Dubai time"),
    "Africa/Nairobi": gettext_lazy("Nairobi time"),
    "Europe/Moscow": gettext_lazy("Moscow time"),
    "Europe/Berlin": gettext_lazy("Berlin time"),
    "Europe/Paris": gettext_lazy("Paris time"),
    "Europe/London": gettext_lazy("London time"),
    "America/New_York": gettext_lazy("New York time"),
    "America/Chicago": gettext_lazy("Chicago time"),
    "America/Los_Angeles": gettext_lazy("Los Angeles time"),
    "America/Vancouver": gettext_lazy("Vancouver time"),
    "Australia/Sydney": gettext_lazy("Sydney time"),
    "Pacific/Auckland": gettext_lazy("Auckland time"),
    "UTC": gettext_lazy("Universal time"),
}


def choices(own: str = "") -> list[tuple[str, str]]:
    """The zones to choose from, and the one that somebody has already."""
    return [(name, f"{name_of(name)} · {name}") for name in dict.fromkeys([*ZONES, own]) if name]


def is_known(name: str) -> bool:
    """Whether there is such a zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def name_of(name: str) -> str:
    """What people call the zone, such as "New York time"."""
    city = name.rpartition("/")[2].replace("_", " ")
    return str(ZONES[name]) if name in ZONES else _("%(city)s time") % {"city": city}


def in_words(name: str, at: datetime) -> str:
    """The zone with how far it is from universal time at that moment, such as "New York time (UTC−5)"."""
    offset = at.astimezone(ZoneInfo(name)).utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    distance = f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"
    return _("%(zone)s (%(distance)s)") % {"zone": name_of(name), "distance": distance}


def on_the_clock(clock: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which clocks of the zone show this. Of two the first; where clocks jump over it, as much later."""
    return clock.replace(tzinfo=zone, fold=0).astimezone(UTC)


def why_not(clock: datetime, zone: ZoneInfo) -> str:
    """The sentence for a clock time that this zone does not have, or has twice."""
    there_and_back = on_the_clock(clock, zone).astimezone(zone).replace(tzinfo=None)
    words = {"time": f"{clock:%H:%M}", "zone": name_of(zone.key)}
    if there_and_back != clock.replace(fold=0):
        return (
            _("On that day the clocks go forward: %(time)s does not exist in %(zone)s. Choose another.")
            % words
        )
    return _("On that day the clocks go back: %(time)s happens twice in %(zone)s. Choose another.") % words
