"""A part of a page that is the same for everybody, made once and kept in the memory of a process for a minute."""

import time
from collections.abc import Callable
from typing import Any

from django import template
from django.utils.translation import get_language

register = template.Library()

SECONDS = 60
MOST = 2000  # parts; a crawler that walks through all events fills no memory

#: When each part was made (monotonic seconds), and what came of it.
MADE: dict[tuple, tuple[float, Any]] = {}


def made(key: tuple, make: Callable[[], Any], *, seconds: float = SECONDS) -> Any:
    """What was made under this key, or is made now if that is too long ago."""
    now = time.monotonic()
    made_at, part = MADE.get(key, (float("-inf"), None))
    if now - made_at >= seconds:
        part = make()
        if len(MADE) >= MOST:
            MADE.clear()
        MADE[key] = (now, part)
    return part


class ForAMinute(template.Node):
    """The HTML of a part, by the language of the page and by what it shows."""

    def __init__(self, nodelist, shows: list):
        self.nodelist, self.shows = nodelist, shows

    def render(self, context):
        shown = [one.resolve(context, ignore_failures=True) for one in self.shows]
        return made((self, get_language(), *shown), lambda: self.nodelist.render(context))


@register.tag
def for_a_minute(parser, token):
    """{% for_a_minute event.public_id event.updated_at %}…{% endfor_a_minute %}

    What is named is all that the part depends on besides the language and what may be a minute old. It must hold nothing
    of the reader's own, unless that is named: `user.time_zone`, or whether somebody is signed in.
    """
    shows = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endfor_a_minute",))
    parser.delete_first_token()
    return ForAMinute(nodelist, shows)
