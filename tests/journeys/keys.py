"""Hands without a mouse: everything by Tab, typing, Enter, Space and arrows. No value is set and nothing focused by script."""


def tab_to(page, selector: str, most: int = 300) -> None:
    """Press Tab until what is meant has the focus."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by Tab")


def follow(page, text: str, most: int = 300) -> None:
    """Tab to a link with these words and open it."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(
            "text => document.activeElement?.matches('a') && document.activeElement.textContent.includes(text)",
            text,
        ):
            return enter(page)
    raise AssertionError(f"no link {text!r} can be reached by Tab")


def enter(page) -> None:
    """Press Enter, and go on when the next page is there."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def press(page, selector: str) -> None:
    tab_to(page, selector)
    enter(page)


def write(page, selector: str, text: str) -> None:
    tab_to(page, selector)
    page.keyboard.type(text)


def tick(page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.checked")


def choose(page, name: str, words: str) -> None:
    """Of a group of radio buttons the one with these words: Space takes the first, arrows go on."""
    tab_to(page, f"input[type=radio][name='{name}']")
    page.keyboard.press("Space")
    for _press in range(20):
        if page.evaluate("words => document.activeElement.labels[0].textContent.includes(words)", words):
            assert page.evaluate("document.activeElement.checked")
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name} has no choice {words!r}")


def unfold(page, selector: str, *, around: str = "") -> None:
    """Open a fold by its summary, unless it is open: the one `around` something, if there are several."""
    fold = f"{selector}:has({around})" if around else selector
    if page.locator(fold).get_attribute("open") is None:
        tab_to(page, f"{fold} > summary")
        page.keyboard.press("Enter")


def fits(page) -> bool:
    """Whether nothing sticks out of a narrow screen."""
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
