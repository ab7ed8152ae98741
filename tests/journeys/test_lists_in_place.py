"""The library, the directory and the calendar change in place while they are narrowed down, and without JavaScript too."""

import pytest
from playwright.sync_api import expect

LISTS = {"/en/cases/": "choice-kind-", "/en/agencies/": "choice-population-"}


def mark(page) -> None:
    """Something that only this document has: whoever loads another page loses it."""
    page.evaluate("document.documentElement.dataset.same = 'yes'")


def is_same(page) -> bool:
    return page.evaluate("document.documentElement.dataset.same") == "yes"


def number(page) -> int:
    return int("".join(filter(str.isdigit, page.locator("#found").inner_text())) or 0)


@pytest.mark.parametrize(("path", "choice"), LISTS.items())
def test_two_values_of_a_filter_are_chosen_and_dropped_in_place(window, path, choice):
    page = window()
    page.goto(path)
    mark(page)
    page.eval_on_selector_all(".facets details", "all => all.forEach(each => (each.open = true))")
    options = page.locator(f"[id^='{choice}']")
    first, second = (options.nth(at).get_attribute("id") for at in (0, 1))
    for chosen in (first, second):
        page.locator(f"[id='{chosen}']").click()
        expect(page.locator(f"[id='{chosen}']")).to_have_attribute("aria-current", "true")
        assert page.evaluate("document.activeElement.id") == chosen
    expect(page.locator(".chips .chip")).to_have_count(3)
    both = number(page)
    assert both > 0
    page.locator(".chips .chip").first.click()
    expect(page.locator(".chips .chip").filter(visible=True).first).to_be_visible()
    expect(page.locator(f"[id='{first}'][aria-current]")).to_have_count(0)
    assert number(page) <= both
    page.go_back()
    expect(page.locator(f"[id='{first}'][aria-current]")).to_have_count(1)
    assert number(page) == both
    assert is_same(page)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_host_of_events_is_found_by_typing_and_chosen_by_key(window, width):
    page = window(width=width, height=800)
    page.goto("/en/events/")
    mark(page)
    page.select_option("#id_mode", "hybrid")
    page.wait_for_url("**mode=hybrid**")
    all_of_them = number(page)
    page.focus("#id_agency")
    page.keyboard.type("dongcheng")
    options = page.locator("#id_agency-suggestions [role=option]")
    expect(options.first).to_be_visible()
    edges = options.first.evaluate(
        "option => [option.getBoundingClientRect().left, innerWidth - option.getBoundingClientRect().right]"
    )
    assert min(edges) >= 0, edges
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**agency=Dongcheng**")
    expect(page.locator("#id_agency")).to_have_value("Dongcheng Tongxin Social Work Service Centre, Dongguan")
    assert 0 < number(page) <= all_of_them
    assert is_same(page)


def test_the_calendar_is_narrowed_and_leafed_through_in_place(window):
    page = window()
    page.goto("/en/events/")
    mark(page)
    page.focus("#id_mode")
    page.select_option("#id_mode", "online")
    page.wait_for_url("**mode=online**")
    expect(page.locator("#calendar-subscribe a")).to_have_attribute(
        "href", "/en/events/calendars/?mode=online"
    )
    assert page.evaluate("document.activeElement.id") == "id_mode"
    page.locator("#view-month").click()
    expect(page.locator("table.month")).to_be_visible()
    there = page.locator("#found").inner_text()
    page.locator("#month-after").click()
    expect(page.locator("#found")).not_to_have_text(there)
    expect(page.locator("[data-live-said]")).to_have_text(page.locator("#found").inner_text())
    assert page.locator("#id_mode").input_value() == "online"
    page.go_back()
    expect(page.locator("#found")).to_have_text(there)
    assert is_same(page)


def test_words_in_the_directory_are_looked_for_in_place_and_their_chip_empties_the_box(window):
    page = window()
    page.goto("/en/agencies/")
    mark(page)
    everybody = number(page)
    page.fill("#filter_q", "法律")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    expect(page.locator(".chips .chip").first).to_contain_text("法律")
    assert page.evaluate("document.activeElement.id") == "filter_q"
    page.locator(".chips .chip").first.click()
    expect(page.locator("#filter_q")).to_have_value("")
    assert number(page) == everybody
    assert is_same(page)


@pytest.mark.parametrize(("path", "choice"), LISTS.items())
def test_without_javascript_links_do_the_same(window, path, choice):
    page = window(java_script_enabled=False)
    page.goto(path)
    options = page.locator(f"[id^='{choice}']")
    address = [options.nth(at).get_attribute("href") for at in (0, 1)]
    page.goto(path + address[0])
    page.goto(path + page.locator(f"[id^='{choice}']:not([aria-current])").first.get_attribute("href"))
    expect(page.locator(".chips .chip")).to_have_count(3)
