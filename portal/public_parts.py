"""The parts of a page that everybody sees the same, made once and kept until something changes.

A part is made as for a visitor without an account, whoever asks: it cannot hold anything of the reader's. What is the
reader's own stands around the parts, or is put into them by `finish`.
"""

import copy
import threading
import time
from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language

from portal import changes, kept

LONGEST_QUERY = 200  # characters; what is longer is asked once
#: One thread of a process makes a part, and the others wait for it: all at once would make it all, and slower.
MAKING = [threading.RLock() for _page in range(64)]
PATIENCE = 1.0  # seconds; a database that froze stops nobody twice


class PublicParts:
    """Given to a template as `parts`, where {% part "app/_name.html" %} prints one.

    `make` gives the context of the parts from the request of a visitor, and is called only when one must be made.
    `about` is what they show: seats change more often than anything else. `finish` completes the HTML for this reader.
    """

    def __init__(
        self,
        request,
        make: Callable[..., dict],
        *,
        about: tuple[int, ...] = changes.EVERYTHING,
        finish: Callable[[str], str] = str,
    ):
        self.request, self.make, self.about, self.finish = request, make, about, finish

    @cached_property
    def visitor(self):
        return as_visitor(self.request)

    @cached_property
    def made(self) -> tuple[float, dict]:
        """When the making began, and the context."""
        return time.time(), self.make(self.visitor)

    @property
    def is_kept(self) -> bool:
        """Questions in words of one's own are asked once, and what an editor looks at before others is for nobody else."""
        return (
            "q" not in self.request.GET
            and len(self.request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
            and not getattr(self.request, "is_preview", False)
        )

    def render(self, template: str) -> str:
        """The HTML of one part."""
        return self.finish(
            self.kept(template, lambda context: render_to_string(template, context, self.visitor))
        )

    def text(self, name: str) -> str:
        """A text out of the context."""
        return self.kept(name, lambda context: context[name])

    def kept(self, name: str, of: Callable[[dict], str]) -> str:
        """What was made under this name, or else what this makes of the context."""
        key = (
            name,
            self.request.is_secure(),
            self.request.get_host(),
            self.request.get_full_path(),
            get_language(),
            timezone.get_current_timezone_name(),
        )
        if not self.is_kept:
            return of(self.made[1])
        text = kept.current(self.request, key, self.about)
        if text is None:
            lock = MAKING[hash(key[1:]) % len(MAKING)]
            is_first = lock.acquire(timeout=PATIENCE)
            try:
                text = kept.current(self.request, key, self.about)
                if text is None:
                    made_at, context = self.made
                    text = of(context)
                    kept.put(key, text, made_at=made_at, size=len(text.encode()) + 500)
            finally:
                if is_first:
                    lock.release()
        return text


def as_visitor(request):
    """The same request as somebody without an account or a cookie would send it."""
    visitor = copy.copy(request)
    visitor.user, visitor.session, visitor.COOKIES = AnonymousUser(), {}, {}
    visitor._messages = []
    visitor.META = {
        name: value for name, value in request.META.items() if name not in ("HTTP_COOKIE", "CSRF_COOKIE")
    }
    return visitor
