"""Every page as it is shown: to whom, in which language, opened or after an empty form was sent."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import RequestFactory
from django.urls import translate_url
from django.utils import translation

from portal import errors
from tests.addresses import ADDRESSES, leading
from tests.visitor import Visitor

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


@dataclass(frozen=True)
class Page:
    """A page as a browser gets it. Two of one shape differ in their words only."""

    address: str
    who: str
    html: str
    is_answer: bool = False

    def __str__(self) -> str:
        return f"{self.address} for {self.who}{', sent empty' if self.is_answer else ''}"

    @property
    def shape(self) -> tuple:
        elements = Elements()
        elements.feed(self.html)
        return tuple(elements.found)


class Elements(HTMLParser):
    """The kinds of element of a page, with those attributes that styles and reading aloud depend on."""

    BY_VALUE = ("class", "role", "type", "open", "lang", "name")

    def __init__(self):
        super().__init__()
        self.found: dict[tuple, None] = {}

    def handle_starttag(self, tag, attributes):
        matters = (
            (name, re.sub(r"\d+", "", value or "") if name in self.BY_VALUE else "")
            for name, value in attributes
            if name in self.BY_VALUE or name.startswith(("aria-", "data-"))
        )
        self.found[(tag, *matters)] = None


def pages_of(world: dict, who: str, known: set) -> Iterator[Page]:
    """Pages of a shape that is not yet `known`, as this person is shown them: in Chinese, and then in English."""
    visitor = world["visitors"][who]
    fresh = []
    for address in [*(found for name in ADDRESSES for found in leading(world, name)), *QUESTIONS]:
        new = [page for page in opened_and_sent(visitor, who, address) if page.shape not in known]
        known.update(page.shape for page in new)
        fresh += new
    if who == "anonymous":
        fresh += failures("/")
    yield from fresh
    for address in dict.fromkeys(page.address for page in fresh):
        yield from opened_and_sent(visitor, who, translate_url(address, "en"))
    if who == "anonymous":
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
            yield Page(address, who, answer.content.decode(), is_answer=at == 1)


def failures(address: str) -> Iterable[Page]:
    """The pages that say what went wrong."""
    request = RequestFactory().get(address)
    request.user = AnonymousUser()
    with translation.override(translation.get_language_from_path(address) or "zh-hans"):
        for name in FAILURES:
            html = getattr(errors, name)(request).content.decode()
            yield Page(f"{address}{name}/", "anonymous", html)
