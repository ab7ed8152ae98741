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
    old = codes_for(mails, email)
    page.goto("/accounts/login/code/")
    page.fill("[name=email]", email)
    page.press("[name=email]", "Enter")
    enter_code(page, email, mails, old)


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
    page.check("[name=agrees]")
    page.press("[name=password1]", "Enter")
    enter_code(page, email, page.context.new_page())


def codes_for(mails, email: str) -> list[str]:
    """The codes that this address was sent, the newest first; other letters are passed over."""
    mails.goto("/dev/mail/")
    letters = mails.locator("article", has_text=email).all_inner_texts()
    return [found[1] for letter in letters if (found := re.search(CODE, letter, re.M))]


def enter_code(page, email: str, mails, old: list[str] | None = None) -> None:
    """Type the code that came by mail; `old` are codes that came before this one was asked for."""
    field = page.locator("[name=code]")
    field.wait_for()
    for _attempt in range(100):
        if new := [code for code in codes_for(mails, email) if code not in (old or ())]:
            break
        mails.wait_for_timeout(150)
    else:
        raise AssertionError(f"no code for {email}")
    field.fill(new[0])
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
