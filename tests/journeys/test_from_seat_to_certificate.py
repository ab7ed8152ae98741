"""A training from its announcement to the certificate: the way that the calendar is there for, in one go."""

import re

import pytest

from tests import world
from tests.journeys.people import sign_in
from tests.journeys.test_at_the_door import AGENCY, announce

pytestmark = pytest.mark.journey

TITLE = "从报名到证书的培训"
#: Nobody waits a day in a test. The training took place yesterday, and whoever came stayed to the end.
A_DAY_LATER = """
import sys
from datetime import timedelta
from django.db.models import F
from events.models import Attendance, DoorEntry, Event
from events.models.event import refresh_span
event, day = Event.objects.get(public_id=sys.argv[1]), timedelta(days=1)
event.sessions.update(starts_at=F("starts_at") - day, ends_at=F("ends_at") - day)
Attendance.objects.filter(session__event=event).update(starts_at=F("starts_at") - day)
DoorEntry.objects.filter(session__event=event).update(at=F("at") - day)
refresh_span(event)
"""


def test_publish_register_wait_promote_check_in_without_a_signal_and_have_the_certificate_checked(
    window, address
):
    host, first, second, anybody = (
        window(),
        window(width=360, height=780),
        window(width=360, height=780),
        window(),
    )
    sign_in(host, "staff@example.org")
    event = announce(host, TITLE, capacity=1)
    desk = f"/desk/agencies/{AGENCY}{event}"

    # One seat: the first has it, the second waits, and moves up when the first cannot come.
    sign_in(first, "researcher@example.org")
    sign_in(second, "editor@example.org")
    for person in (first, second):
        person.goto(event)
        person.locator("form[action$='/register/'] button").first.click()
        person.locator(".ticket").wait_for()
    assert first.locator(".ticket.waiting").count() == 0
    assert re.search(r"第\s*1\s*位", second.locator(".ticket.waiting h2").inner_text())
    first.locator("form[action$='/cancel-registration/'] button").click()
    first.locator("form[action$='/register/']").wait_for()
    second.reload()
    assert second.locator(".ticket:not(.waiting)").count() == 1
    code = second.locator(".ticket .figures").inner_text()

    # At the door there is no signal.
    host.goto(f"{desk}check-in/")
    host.locator("#door-signal[data-kept=true]").wait_for()
    host.context.set_offline(True)
    host.fill("#door-digits", code)
    host.press("#door-digits", "Enter")
    host.locator("#door-answer.yes").wait_for()
    host.context.set_offline(False)
    host.locator("#door-signal[data-waiting='0']").wait_for()

    # The day after: hours, certificate, and somebody who checks it.
    world.inside(address, A_DAY_LATER, event.strip("/").split("/")[-1])
    host.goto(f"{desk}hours/")
    host.locator("form[action$='/hours/grant/'] button").click()
    host.locator("form[action$='/certificates/'] button").first.click()
    link = host.locator("a[href*='/v/']")
    for _look in range(100):  # the worker issues it
        if link.count():
            break
        host.wait_for_timeout(150)
        host.goto(f"{desk}hours/")
    number = link.first.inner_text()
    second.goto(event)
    paper = second.request.get(second.locator("a[href*='certificate.pdf']").first.get_attribute("href"))
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.body().startswith(b"%PDF-")

    anybody.goto("/v/")
    anybody.fill("main [name=number]", number)
    anybody.press("main [name=number]", "Enter")
    anybody.wait_for_url("**/v/**")
    assert number in anybody.locator("h1").inner_text()
    assert anybody.locator(".badge.jade").count() == 1
    assert TITLE in anybody.locator("main").inner_text()
