"""A browser that opens pages full of hostile texts runs none of them, even without a Content-Security-Policy."""

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from tests.accessible.looking import HOST
from tests.hostile import plant
from tests.world import chromium

pytestmark = [pytest.mark.journey, pytest.mark.django_db]


def test_a_browser_runs_no_text_of_anybody_and_asks_for_nothing_foreign(world):
    plant(world)
    client, public = world["visitors"]["member"].client(), world["arguments"]["public_id"]
    addresses = [*(reverse(name, args=[public[name]]) for name in ("event", "case")), "/search/?q=alert"]
    pages, ran = {address: client.get(address).content for address in addresses}, []

    def serve(route):
        address = route.request.url.removeprefix(HOST)
        if route.request.is_navigation_request() and address in pages:
            return route.fulfill(body=pages[address], content_type="text/html; charset=utf-8")
        path = finders.find(address.partition("?")[0].removeprefix("/static/"))
        if not path and not address.startswith("/"):
            ran.append(address)
        return route.fulfill(path=path) if path else route.fulfill(status=404)

    with chromium(base_url=HOST) as context:
        context.route("**/*", serve)
        window = context.new_page()
        window.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        for address in pages:
            window.goto(address, wait_until="networkidle")
            assert "<script>alert(1)</script>" in window.locator("main").inner_text()
            window.evaluate(
                "() => { for (const fold of document.querySelectorAll('details')) fold.open = true; }"
            )
            for element in window.locator("main :is(a, button, summary, input)").all()[:40]:
                element.dispatch_event("mouseover")
                element.dispatch_event("focus")
    assert ran == []
