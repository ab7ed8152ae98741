"""Minutes as people say them."""


def in_hours(minutes: int) -> str:
    """Hours of sixty minutes with one decimal, rounded down, such as 2.5; whole ones without: 3."""
    tenths = abs(minutes) * 10 // 60
    sign = "−" if minutes < 0 and tenths else ""
    return f"{sign}{tenths // 10}" + (f".{tenths % 10}" if tenths % 10 else "")
