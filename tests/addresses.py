"""The portal's addresses, read from the URL configuration, so that no test of all of them forgets one."""

from unittest.mock import patch

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

#: Not ours: Wagtail's admin and its file views have tests of their own makers.
FOREIGN = ("admin/", "documents/", "media/", "_util/")


def ours(patterns=None, prefix="", outer=()):
    """Pairs of name and names of the arguments, one for each of our addresses."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith(FOREIGN):
            continue
        arguments = (*outer, *(pattern.pattern.converters or pattern.pattern.regex.groupindex))
        if isinstance(pattern, URLResolver):
            yield from ours(pattern.url_patterns, route, arguments)
        elif pattern.name:
            yield pattern.name, arguments


ADDRESSES = dict(sorted(set(ours())))


def addresses(name: str, arguments: dict):
    """The address with every example of its arguments."""
    names = ADDRESSES[name]
    if name == "wagtail_serve":
        return ["/agencies/", "/en/events/", "/cases/", "/no-such-place/"]
    examples = [{}]
    for argument in names:
        examples = [{**example, argument: value} for example in examples for value in arguments[argument]]
    return [reverse(name, kwargs=example) for example in examples]


#: What a form must say before it is more than a refusal. An address that is not here is sent an empty form.
BODIES: dict[str, dict] = {
    "act_on_membership": {"action": "suspend"},
    "act_on_invitation": {"action": "revoke"},
    "answer_transfer": {"answer": "decline"},
    "autosave_case": {"seen": "{}"},
}


def body_for(name: str, world: dict) -> dict:
    """What a form at this address must say, which for some is known only in the world of examples."""
    return world["bodies"].get(name) or BODIES.get(name, {})


#: Of each address which examples lead somewhere, by their place among all of them: the same in every test's world.
_leading: dict[str, list[int]] = {}


def leading_addresses(world: dict, name: str) -> list[str]:
    """The examples behind which somebody finds something, and one behind which there is nothing.

    Most pairs of arguments do not belong together, and asking for them in every test would take most of its time.
    """
    examples = addresses(name, world["arguments"])
    if name not in _leading:
        _leading[name] = find_leading(world, examples, body_for(name, world))
    places = _leading[name]
    nothing = next((place for place in range(len(examples)) if place not in places), None)
    return [examples[place] for place in [*places, *([] if nothing is None else [nothing])]]


@patch.object(URLResolver, "resolve_error_handler", lambda *_: lambda *_, **__: HttpResponse(status=404))
def find_leading(world: dict, examples: list[str], body: dict) -> list[int]:
    """Of these examples the places of those that lead somewhere. Thousands lead nowhere: no page is made for them."""
    found: set[int] = set()
    with transaction.atomic():
        for person in ("newcomer", "owner", "staff", "member"):
            client = Client(raise_request_exception=False)
            client.force_login(world["people"][person])
            for place, address in enumerate(examples):
                if place not in found and leads_somewhere(client, address, body):
                    found.add(place)
        transaction.set_rollback(True)
    return sorted(found)


def leads_somewhere(client: Client, address: str, body: dict) -> bool:
    with transaction.atomic():
        answer = client.get(address)
        if answer.status_code == 405:
            answer = client.post(address, body)
        transaction.set_rollback(True)
    return answer.status_code != 404
