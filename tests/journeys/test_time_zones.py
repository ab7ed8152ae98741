"""Whose clock shows something else than the event's reads the time on their own clock beside it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.journey

#: An event of the demo world with hours, not whole days.
TIMES = "main dl time[data-zone]"


def first_event(page, prefix: str = "") -> str:
    """Open the first event of the calendar that has hours; its address."""
    page.goto(f"{prefix}/events/")
    links = page.locator("article.row h3 a")
    for address in [links.nth(number).get_attribute("href") for number in range(links.count())]:
        page.goto(address)
        if page.locator(TIMES).count():
            return address
    raise AssertionError("no event of the calendar has hours")


def test_a_viewer_in_another_time_zone_reads_their_own_time_beside_the_events(window):
    abroad = window(width=360, height=780, timezone_id="America/New_York")
    address = first_event(abroad)
    time = abroad.locator(TIMES).first
    begins = datetime.fromisoformat(time.get_attribute("datetime"))
    assert time.get_attribute("data-zone") == "Asia/Shanghai"
    there = begins.astimezone(ZoneInfo("Asia/Shanghai"))
    assert f"{there:%H:%M}" in time.inner_text(), "the event's own time comes first"

    beside = time.locator("xpath=following-sibling::span[1]")
    here = begins.astimezone(ZoneInfo("America/New_York"))
    assert f"{here:%H:%M}" in beside.inner_text()
    assert f"{here.month}月{here.day}日" in beside.inner_text()
    width = abroad.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, "nothing sticks out of a phone"

    abroad.goto(f"/en{address}")
    words = abroad.locator(TIMES).first.locator("xpath=following-sibling::span[1]").inner_text()
    assert f"{here.hour % 12 or 12}:{here:%M}" in words

    at_home = window(timezone_id="Asia/Shanghai")
    at_home.goto(address)
    assert f"{there:%H:%M}" in at_home.locator(TIMES).first.inner_text()
    assert at_home.locator(f"{TIMES} + span").count() == 0


def test_without_javascript_the_events_own_time_stands_alone(window):
    plain = window(timezone_id="America/New_York", java_script_enabled=False)
    first_event(plain)
    assert plain.locator(TIMES).first.inner_text().strip()
    assert plain.locator(f"{TIMES} + span").count() == 0
