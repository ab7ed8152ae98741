"""What monitoring is told of seats: a number above zero must wake somebody."""

from collections.abc import Iterable

from events.registering.seat_count import miscounted


def measures() -> Iterable[tuple[str, str, float]]:
    """Name, what it says, and the value of each number."""
    yield (
        "seats_miscounted",
        "Seat pools whose count differs from the registrations in it.",
        miscounted().count(),
    )
