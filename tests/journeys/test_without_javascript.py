"""Everything works as plain HTML: a script only makes it smoother."""

import pytest

from tests.journeys.people import sign_in

pytestmark = pytest.mark.journey


def test_an_agency_is_found_by_the_sentence_on_the_home_page(window):
    page = window(width=360, java_script_enabled=False)
    page.goto("/")
    page.select_option(".finder [name=population]", "pop:children")
    page.select_option(".finder [name=service]", "svc:education")
    page.click(".finder button")
    names = page.locator("article.row h3").all_inner_texts()
    assert "广州市白云区木棉流动儿童服务中心" in names
    assert "苏州市吴中区职康职业健康促进会" not in names


def test_a_seat_is_taken_and_given_back(window):
    page = window(width=360, java_script_enabled=False)
    sign_in(page, "staff@example.org")
    page.goto("/events/?mode=online")
    page.locator("article.row", has=page.locator(".badge.jade")).first.locator("h3 a").click()
    address = page.url
    page.locator("form[action$='/register/'] button").click()
    assert page.locator(".ticket a[href^='https://meeting.example.org/']").count() == 1
    page.locator("form[action$='/cancel-registration/'] button").click()
    page.goto(address)
    assert page.locator(".ticket").count() == 0
    assert "meeting.example.org" not in page.content()


def test_a_refused_form_says_why_beside_the_field_and_keeps_what_was_typed(window):
    page = window(width=360, java_script_enabled=False)
    sign_in(page, "staff@example.org")
    page.goto("/desk/agencies/dg-tongxin/events/new/")
    page.fill("[name=title]", "新的培训")
    page.fill("[name=capacity]", "20000")
    page.locator("main form .actions button").first.click()
    field = page.locator(".field", has=page.locator("[name=capacity]"))
    assert field.locator(".refusal").count() == 1
    assert page.locator("[name=capacity]").get_attribute("aria-invalid") == "true"
    assert page.input_value("[name=title]") == "新的培训"
