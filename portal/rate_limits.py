"""How often one may ask: registering, searching, suggestions, uploading, and open data. Signing in and up is counted by allauth.

Who is signed in is counted by account, with a wide limit for the address: a training room behind one address registers
in the same minute. Who is not is counted by address. Windows are fixed minutes, so that a hit is one addition in the cache
that all processes share; while that is away, each process counts for itself (`portal.cache_or_memory`).
"""

import time
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache

from portal import errors
from portal.visit import client_address


class Limit(NamedTuple):
    """So many hits in `seconds`, of one account, of one address nobody of which is signed in, and of one at all."""

    account: int
    stranger: int
    address: int
    seconds: int = 60


#: 60 people of one room, each some clicks a minute, are 600 of one address. In a rush a whole town may share one.
LIMITS = {
    "registering": Limit(account=30, stranger=60, address=20_000),
    "searching": Limit(account=120, stranger=120, address=3000),
    "suggesting": Limit(account=240, stranger=240, address=3000),
    "uploading": Limit(account=60, stranger=10, address=600, seconds=600),
    "open data": Limit(account=600, stranger=600, address=3000),
}
#: Which limit an address counts towards, by its name. Search of a list counts when words are asked for.
REGISTERING = {
    "register",
    "cancel_registration",
    "nominate_for",
    "nominate",
    "place",
    "give_feedback",
    "ask_guest_data",
    "answer_invitation",  # asks for mail
}
SEARCHING = {"search", "wagtail_serve", "directory_file", "find_certificate", "check_certificate"}
OPEN_DATA = {"oai", "cases_jsonl", "cases_csv"}


def limit_of(request) -> str | None:
    """Which limit this request counts towards, if any."""
    name = request.resolver_match.url_name or ""
    if request.method == "POST":
        if name in REGISTERING:
            return "registering"
        if request.content_type == "multipart/form-data" and request.FILES:
            return "uploading"
    if name == "suggest":
        return "suggesting"
    if name in OPEN_DATA or name.startswith("hsds_"):
        return "open data"
    if name in SEARCHING and (name != "wagtail_serve" or request.GET.get("q")):
        return "searching"
    return None


def seconds_to_wait(request, name: str) -> int:
    """Count this request; 0 if it may go on, else the seconds until the next window."""
    limit, now = LIMITS[name], time.time()
    window = int(now // limit.seconds)
    address = client_address(request)
    counted = [(f"address.{address}", limit.address)]
    if request.user.is_authenticated:
        counted.append((f"account.{request.user.pk}", limit.account))
    else:
        counted.append((f"stranger.{address}", limit.stranger))
    is_over = [
        hits(f"rate.{name}.{who}.{window}", limit.seconds) > most for who, most in counted
    ]  # all are counted, also where the first is over
    return int((window + 1) * limit.seconds - now) + 1 if any(is_over) else 0


def hits(key: str, seconds: int) -> int:
    """How often this was counted in its window, with this time."""
    key = key.replace(" ", "-")
    if cache.add(key, 1, seconds):
        return 1
    try:
        return cache.incr(key)
    except (
        ValueError
    ):  # it went between the two lines, or the cache did and this process has not counted it yet
        return 1 if cache.add(key, 1, seconds) else cache.incr(key)


class KeepToTheLimits:
    """Middleware: who asks too often reads why, and when to come back (429 with Retry-After)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        name = limit_of(request) if settings.RATE_LIMITS else None
        wait = seconds_to_wait(request, name) if name else 0
        return errors.too_many(request, wait) if wait else None
