"""One running portal with the demo world for all journeys; a fresh browser window for each."""

import pytest

from tests import world


@pytest.fixture(scope="session")
def address():
    with world.portal() as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    with world.chromium() as context:
        yield context.browser


@pytest.fixture
def window(browser, address):
    """A way to open windows as different people: `window(width=360)`. What goes wrong in a page fails the test."""
    contexts, troubles = [], []

    def open_window(width=1280, height=900, **options):
        context = browser.new_context(
            base_url=address, viewport={"width": width, "height": height}, locale="zh-CN", **options
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on(
            "console",
            lambda line: troubles.append(line.text) if "Content Security Policy" in line.text else None,
        )
        page.on(
            "response",
            lambda answer: troubles.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
        )
        contexts.append(context)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert troubles == []
