"""Coming in as one of the people of the demo world or as somebody new, and reading the mail they get."""

import re

from portal.demo import PASSWORD

CODE = r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$"


def sign_in(page, email: str) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/desk/")


def sign_in_by_code(page, email: str, mails) -> None:
    """As somebody without a password. `mails` is another window, in which the code is read."""
    page.goto("/accounts/login/code/")
    page.fill("[name=email]", email)
    page.press("[name=email]", "Enter")
    enter_code(page, email, mails)


def sign_up(page, email: str, name: str, *, prefix: str = "", is_invited: bool = False) -> None:
    """A new account without an agency. Who comes from an invitation has the form already, and is not asked for one."""
    if not is_invited:
        page.goto(f"{prefix}/accounts/signup/")
    page.fill("[name=name]", name)
    page.fill("[name=email]", email)
    page.fill("[name=password1]", "yi-tiao-chang-mima-88")
    if is_invited:
        assert page.locator("[name=has_no_agency]").count() == 0
    else:
        page.check("[name=has_no_agency]")
    page.press("[name=password1]", "Enter")
    enter_code(page, email, page.context.new_page())


def enter_code(page, email: str, mails) -> None:
    field = page.locator("[name=code]")
    field.wait_for()
    letter = mail_to(mails, email, r"\b[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}\b").inner_text()
    field.fill(re.search(CODE, letter, re.M).group(1))
    field.press("Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)


def mail_to(page, email, containing):
    """The newest mail to this address, read in the development mailbox as soon as the worker has sent it."""
    for _attempt in range(100):
        page.goto("/dev/mail/")
        letter = page.locator("article", has_text=email).filter(has_text=re.compile(containing))
        if letter.count():
            return letter.first
        page.wait_for_timeout(150)
    raise AssertionError(f"no mail to {email} with {containing!r}")
