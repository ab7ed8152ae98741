"""What somebody types into a form that is refused, or into an address, comes back as words and as nothing else.

The forms are those that pages show; `tests/hostile.py` has the texts. Each form is sent three times, with texts in ever more
of its fields, so that something in it is wrong; an address whose form nobody was shown gets them under all names that any form
has. Each page is asked again with texts in each thing that its forms and links can ask.
"""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import Resolver404, resolve
from lxml import html

from portal.search import rebuild
from tests.addresses import ADDRESSES, leading
from tests.hostile import Planter, wrong_with
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db

#: Which fields of an input keep what the page gave them, from texts alone to nothing at all.
KEPT = ({"hidden", "radio", "checkbox", "select"}, {"hidden"}, set())
#: Who sees most comes first: the others only find what nobody found before them.
PEOPLE = ["owner", "staff", "newcomer", "member", "anonymous"]
#: Fields that must have come back in full, or this test would look at pages that show nothing.
CAME_BACK = {
    "account_login login",
    "account_login next",
    "account_signup occupation",
    "edit_case background",
    "edit_case authors-0-name",
    "edit_event title",
    "edit_event topics",
    "edit_event sessions-0-starts_at",
    "edit_materials file",
    "edit_questions questions-0-label",
    "find_certificate number",
    "messages text",
    "my_review reasons",
    "nominate lines",
    "search q",
    "verify_agency method",
    "wagtail_serve q",
}


def name_of(address: str) -> str | None:
    """Which of our addresses this is, if it is one."""
    try:
        found = resolve(urlsplit(address).path)
    except Resolver404:
        return None
    return found.url_name if found.url_name in ADDRESSES else None


def kind_of(field) -> str:
    return field.tag if field.tag != "input" else field.get("type", "text")


def forms_of(page, address: str):
    """For each form, and each button that sends it: where it goes and the fields that go along."""
    for form in page.iter("form"):
        fields = [*form.iter("input", "select", "textarea", "button")]
        fields += page.xpath("//*[@form=$id]", id=form.get("id", "no such"))
        fields = [
            field for field in fields if field.get("name") and field.get("name") != "csrfmiddlewaretoken"
        ]
        buttons = [field for field in fields if kind_of(field) in ("button", "submit")]
        typed = [field for field in fields if field not in buttons]
        for button in buttons or [None]:
            goes_to = (button is not None and button.get("formaction")) or form.get("action") or address
            yield form.get("method", "get").lower(), goes_to, typed, button


def filled(planter: Planter, address: str, fields, button, kept) -> dict:
    """What a browser would send if somebody typed hostile texts into all fields but those of kinds that are kept."""
    sent = {button.get("name"): button.get("value", "")} if button is not None else {}
    for field in fields:
        name, kind = field.get("name"), kind_of(field)
        if kind == "file":
            ending = field.get("accept", "").split(",")[0].strip(" .").rpartition("/")[2] or "docx"
            sent[name] = SimpleUploadedFile(
                f"{planter.words(f'{name_of(address)} {name}', 150)}.{ending}", b"x"
            )
        elif kind not in kept:
            sent[name] = planter.words(f"{name_of(address)} {name}", 700)
        elif kind == "select":
            chosen = field.xpath(".//option[@selected]/@value") or field.xpath(".//option/@value")
            sent[name] = chosen[0] if chosen else ""
        elif kind not in ("radio", "checkbox") or field.get("checked") is not None:
            sent[name] = field.get("value", "on" if kind == "checkbox" else "")
    return sent


def names_of_fields(form=forms.BaseForm) -> set[str]:
    """What all forms together ask."""
    return set(getattr(form, "base_fields", ())).union(*map(names_of_fields, form.__subclasses__()))


class Reader:
    """Somebody who sends texts and reads what comes back, remembers what was wrong with it, and what was in it."""

    def __init__(self):
        self.planter, self.wrong = Planter(), {}
        self.came_back: set[str] = set()
        self.asked: set[tuple] = set()

    def is_new(self, *what) -> bool:
        """Whether nothing like this was sent yet."""
        before = len(self.asked)
        self.asked.add(what)
        return len(self.asked) > before

    def page(self, visitor: Visitor, method: str, address: str, sent=None):
        """The page that comes of it, or None. What is posted is followed to where it leads, and undone."""
        client = visitor.client(raise_request_exception=False)
        with transaction.atomic():
            answer = getattr(client, method)(address, sent or {}, follow=method == "post")
            transaction.set_rollback(True)
        if (
            answer.streaming
            or not answer.get("Content-Type", "").startswith("text/html")
            or not answer.content
        ):
            return None
        page = html.fromstring(answer.content)
        if found := list(wrong_with(page)):
            self.wrong[address] = found
        words = page.xpath("string()") + " ".join(page.xpath("//@value"))
        for mark in set(re.findall(r"k\d{4,}", words)) & self.planter.planted.keys():
            where, text = self.planter.planted[mark]
            if mark + text in words:
                self.came_back.add(where)
        return page if answer.status_code == 200 else None

    def go_through(self, visitor: Visitor, address: str) -> None:
        """Open a page, send its forms, and ask it again with all that it can be asked."""
        page, name = self.page(visitor, "get", address), name_of(address)
        if page is None:
            return
        links = [urlsplit(link).query for link in page.xpath("//a/@href") if name_of(link) == name]
        parameters = {"next", "q"} | {
            key for query in links for key, _ in parse_qsl(query, keep_blank_values=True)
        }
        for method, goes_to, fields, button in forms_of(page, address):
            names = sorted({field.get("name") for field in fields})
            if method == "get" and name_of(goes_to) == name:
                parameters |= set(names)
            elif method == "post" and name_of(goes_to):
                self.asked.add((name_of(goes_to), "posted"))
                pressed = button is not None and button.get("name")
                if self.is_new(name_of(goes_to), pressed, *names):
                    for kept in KEPT:
                        sent = filled(self.planter, goes_to, fields, button, kept)
                        self.page(visitor, "post", goes_to, sent)
        for parameter in sorted(parameters):
            if self.is_new(name, "?", parameter):
                words = self.planter.words(f"{name} {parameter}", 700)
                self.page(visitor, "get", address, {parameter: words})


def test_what_was_typed_comes_back_as_words(world):
    rebuild()
    reader, addresses = Reader(), [address for name in ADDRESSES for address in leading(world, name)]
    for who in PEOPLE:
        for address in addresses:
            reader.go_through(world["visitors"][who], address)
    sent = {name: reader.planter.words(name, 60) for name in sorted(names_of_fields())}
    for who in ("owner", "newcomer"):
        for address in addresses:
            if (name_of(address), "posted") not in reader.asked:  # its form stands on no page of theirs
                reader.page(world["visitors"][who], "post", address, sent)
    assert reader.wrong == {}
    assert CAME_BACK - reader.came_back == set()
