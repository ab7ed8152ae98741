"""Every page as it is shown: to whom, in which language, opened or after an empty form was sent."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import RequestFactory
from django.urls import translate_url
from django.utils import translation
from lxml import etree, html

from portal import errors
from tests.addresses import ADDRESSES, leading
from tests.visitor import Visitor

#: Who sees most comes first: of the others only what they see otherwise is new.
PEOPLE = ["owner", "staff", "member", "newcomer", "anonymous"]
#: Pages that are what they are by the question that is asked of them.
QUESTIONS = [
    "/",
    "/about/",
    "/guide/",
    "/privacy/",
    "/nowhere/",
    "/agencies/?view=coverage",
    "/agencies/?q=没有这样的机构",
    "/agencies/?population=pop:children",
    "/events/?view=month",
    "/events/?mode=online",
    "/cases/?q=没有这样的案例",
    "/cases/?kind=project",
    "/search/?q=案例",
    "/search/?q=没有这样的东西",
    "/desk/reviews/?show=done",
]
#: Answers to what goes wrong, each as a view.
FAILURES = ["bad_request", "not_allowed", "csrf_failed", "too_many", "broken", "away", "full"]
#: Attributes of which it matters what they say; of others that matter, whether they are there.
BY_VALUE = ("class", "role", "type", "open", "lang", "name")
#: Elements that are called something, and those of them that a label calls it.
CONTROLS = ("input", "select", "textarea")
NAMED = (*CONTROLS, "a", "button", "summary", "legend", "th", "label", "h1", "h2", "h3", "h4", "h5", "h6")
REFERRING = ("for", "aria-describedby", "aria-labelledby", "aria-controls")


@dataclass(frozen=True)
class Page:
    """A page as a browser gets it, and the template that it begins with."""

    address: str
    who: str
    html: str
    template: str
    is_answer: bool = False

    def __str__(self) -> str:
        return f"{self.address} for {self.who}{', sent empty' if self.is_answer else ''}"

    def shows_something_new(self, known: dict[tuple, set]) -> bool:
        """Whether it has a kind of element that no page of this template had, or lacks what they had; then that is `known`."""
        page = html.fromstring(self.html)
        found = kinds_of_elements(page) | set(lacking(page))
        before = known.setdefault((self.template, self.is_answer), set())
        new = found - before
        before |= new
        return bool(new)


def kinds_of_elements(page) -> set[tuple]:
    """With those attributes that styles and reading aloud depend on, and which heading follows which."""
    found, heading = set(), ""
    for element in page.iter(etree.Element):
        matters = (
            (name, re.sub(r"\d+", "", value) if name in BY_VALUE else "")
            for name, value in element.items()
            if name in BY_VALUE or name.startswith(("aria-", "data-"))
        )
        found.add((element.tag, *matters))
        if element.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            # a level left out is heard, whatever the headings say
            found.add((element.tag, "after", heading))
            heading = element.tag
    return found


def lacking(page) -> Iterator[tuple]:
    """What is not there is no new element: controls without a name, pictures without words, references to nothing."""
    ids = set(page.xpath("//@id"))
    labelled = set(page.xpath("//label/@for"))
    for element in page.iter(*NAMED):
        name = element.get("name", "") + element.get("class", "")
        words = element.xpath("string()").strip() or element.xpath(".//@alt | .//@aria-label")
        is_called = element.get("aria-label") or element.get("aria-labelledby") or element.get("title")
        if element.tag in CONTROLS:
            words = element.get("id") in labelled or element.xpath("ancestor::label")
            words = words or element.get("type") in ("hidden", "submit")
        if not words and not is_called:
            yield "nameless", element.tag, re.sub(r"\d+", "", name)
    for picture in page.xpath("//img[not(@alt)]"):
        yield "no words", picture.get("class", "")
    for kind in REFERRING:
        for value in page.xpath(f"//@{kind}"):
            if not set(value.split()) <= ids:
                yield "leads to nothing", kind, re.sub(r"\d+", "", value)


def pages_of(world: dict, share: int, shares: int) -> Iterator[Page]:
    """A share of all pages, in Chinese, and then in English: for each person, those with something new on them."""
    known: dict[tuple, set] = {}
    addresses = [*(found for name in ADDRESSES for found in leading(world, name)), *QUESTIONS][share::shares]
    for who in PEOPLE:
        visitor = world["visitors"][who]
        fresh = [
            page
            for address in addresses
            for page in opened_and_sent(visitor, who, address)
            if page.shows_something_new(known)
        ]
        yield from fresh
        looked_at = {(translate_url(page.address, "en"), page.is_answer) for page in fresh}
        for address in dict.fromkeys(translate_url(page.address, "en") for page in fresh):
            for page in opened_and_sent(visitor, who, address):
                if (page.address, page.is_answer) in looked_at:
                    yield page
    if share == 0:
        yield from failures("/")
        yield from failures("/en/")


def opened_and_sent(visitor: Visitor, who: str, address: str) -> Iterator[Page]:
    """What comes of opening an address, and of sending it a form without a word. What that changes is undone."""
    with transaction.atomic():
        client = visitor.client(raise_request_exception=False)
        answers = [client.get(address)]
        if answers[0].status_code in (200, 405):
            answers.append(client.post(address, {}))
        transaction.set_rollback(True)
    for at, answer in enumerate(answers):
        if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming and answer.content:
            template = answer.templates[0].name if answer.templates else ""
            yield Page(address, who, answer.content.decode(), template, is_answer=at == 1)


def failures(address: str) -> Iterable[Page]:
    """The pages that say what went wrong."""
    request = RequestFactory().get(address)
    request.user = AnonymousUser()
    with translation.override(translation.get_language_from_path(address) or "zh-hans"):
        for name in FAILURES:
            html = getattr(errors, name)(request).content.decode()
            yield Page(f"{address}{name}/", "anonymous", html, name)
