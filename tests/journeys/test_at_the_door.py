"""The door of a training without a signal: opened once, two people checked in offline, sent later, nobody doubled."""

import os
import re
import shutil
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tests.journeys.people import sign_in

pytestmark = pytest.mark.journey

AGENCY = "dg-tongxin"


def announce(host, title: str, *, capacity: int = 20) -> str:
    """A training that begins in an hour, published. Returns the address of its page."""
    start = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(hours=1)
    host.goto(f"/desk/agencies/{AGENCY}/events/new/")
    host.fill("[name=title]", title)
    host.fill("[name=sessions-0-starts_at]", f"{start:%Y-%m-%dT%H:%M}")
    host.fill("[name=sessions-0-ends_at]", f"{start + timedelta(hours=2):%Y-%m-%dT%H:%M}")
    host.fill("[name=venue]", "社区活动中心")
    host.fill("[name=capacity]", str(capacity))
    host.locator("button[name=publish]").click()
    host.wait_for_url(re.compile(r"/events/[0-9a-f-]{36}/$"))
    return re.search(r"/events/[0-9a-f-]{36}/", host.url).group()


def register(person, event: str) -> tuple[str, bytes]:
    """Take a seat, and return the code and a picture of the QR code on the ticket."""
    person.goto(event)
    person.locator("form[action$='/register/'] button").first.click()
    person.locator(".ticket").wait_for()
    person.goto(f"{event}ticket/")
    person.locator("#kept:not([hidden])").wait_for()
    return person.locator(".ticket-code strong").inner_text(), person.locator(".qr").screenshot()


def as_video(picture: bytes, file) -> None:
    """A film of one picture in YUV4MPEG2, as a camera that is held still."""
    frame = Image.new("L", (640, 480), 255)
    frame.paste(Image.open(BytesIO(picture)).convert("L").resize((420, 420)), (110, 30))
    grey = b"\x80" * (320 * 240 * 2)
    file.write_bytes(
        b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + (b"FRAME\n" + frame.tobytes() + grey) * 10
    )


def state(page, name: str) -> str:
    return page.locator(".door-row", has_text=name).locator(".door-state").inner_text()


def presences(page, event: str) -> dict[str, list]:
    """What the portal itself says: name → sessions with somebody noted down."""
    data = page.request.get(f"/desk/agencies/{AGENCY}{event}check-in/people.json").json()
    return {person["name"]: list(person["here"].values()) for person in data["people"]}


def test_people_are_checked_in_without_a_signal_and_sent_once(window):
    host, first, second = window(width=360, height=780), window(), window(width=360, height=780)
    sign_in(host, "staff@example.org")
    event = announce(host, "没有信号的培训")
    sign_in(first, "researcher@example.org")
    code, _picture = register(first, event)
    sign_in(second, "editor@example.org")
    _code, picture = register(second, event)
    names = sorted(presences(host, event))
    assert len(names) == 2

    # The ticket opens without a signal once it was opened.
    first.context.set_offline(True)
    first.goto("about:blank")
    first.goto(f"{event}ticket/")
    assert first.locator(".ticket-code strong").inner_text() == code
    first.context.set_offline(False)

    # The door is opened once, then the signal is gone, and the page is even loaded anew.
    host.goto(f"/desk/agencies/{AGENCY}{event}check-in/")
    signal = host.locator("#door-signal")
    host.locator("#door-signal[data-kept=true]").wait_for()
    host.context.set_offline(True)
    host.goto("about:blank")
    host.goto(f"/desk/agencies/{AGENCY}{event}check-in/")

    host.fill("#door-digits", code)
    host.press("#door-digits", "Enter")
    answer = host.locator("#door-answer.yes")
    answer.wait_for()
    by_code = next(name for name in names if name in answer.inner_text())
    by_photo = next(name for name in names if name != by_code)
    ticket = {"name": "票.png", "mimeType": "image/png", "buffer": picture}
    host.set_input_files("#door-photo", ticket)
    answer.filter(has_text=by_photo).wait_for()
    assert signal.get_attribute("data-waiting") == "2"
    assert {name for name, rows in presences(first_with_signal(window), event).items() if rows} == set()

    # The same ticket again, and one that is none.
    host.set_input_files("#door-photo", ticket)
    host.locator("#door-answer.again").filter(has_text=by_photo).wait_for()
    white = BytesIO()
    Image.new("RGB", (300, 300), "white").save(white, "PNG")
    host.set_input_files("#door-photo", {**ticket, "buffer": white.getvalue()})
    host.locator("#door-answer.no").wait_for()
    host.fill("#door-digits", "TONGXING1:AAAA")
    host.press("#door-digits", "Enter")
    host.locator("#door-answer.no").wait_for()

    # With a signal everything is sent, once, however often.
    host.context.set_offline(False)
    host.locator("#door-signal[data-waiting='0']").wait_for()
    host.reload()
    host.locator("#door-signal[data-waiting='0']").wait_for()
    assert {name: len(rows) for name, rows in presences(host, event).items()} == {by_code: 1, by_photo: 1}
    assert host.locator(".door-row.is-there").count() == 2

    # Signing out leaves no list on the phone.
    host.goto("/accounts/logout/")
    host.locator("main form button").first.click()
    host.wait_for_url(lambda url: "logout" not in url)
    assert host.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    assert host.evaluate("caches.keys()") == []


def first_with_signal(window):
    """A second colleague of the agency, whose phone has a signal."""
    other = window()
    sign_in(other, "staff@example.org")
    return other


def test_a_ticket_held_before_the_camera_is_read(window, browser, address, tmp_path):
    host, guest = window(), window()
    sign_in(host, "staff@example.org")
    event = announce(host, "用摄像头签到的培训")
    sign_in(guest, "researcher@example.org")
    _code, picture = register(guest, event)
    as_video(picture, tmp_path / "ticket.y4m")
    flags = [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={tmp_path / 'ticket.y4m'}",
    ]
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with_camera = browser.browser_type.launch(executable_path=path, args=flags)
    try:
        context = with_camera.new_context(
            base_url=address, storage_state=host.context.storage_state(), permissions=["camera"]
        )
        door = context.new_page()
        door.goto(f"/desk/agencies/{AGENCY}{event}check-in/")
        door.locator("#door-camera").click()
        door.locator("#door-answer.yes").wait_for(timeout=20_000)
        door.locator("#door-signal[data-waiting='0']").wait_for()
    finally:
        with_camera.close()
    assert [len(rows) for rows in presences(host, event).values()] == [1]
