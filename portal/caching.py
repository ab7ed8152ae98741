"""Which answers may be kept by a cache between us and the reader: none that depended on who asks.

What a visitor without a session gets is everybody's; whoever keeps it asks each time whether it still holds (`no-cache`),
and ours answers that from `portal.page_cache_views`. A page that looked at a session is its reader's own. Django adds
`Vary: Cookie` to both; caches that fold cookies together or drop that line would still mix readers up, so it is also
said here. A page for somebody who is signed in is not even kept by their own browser: the next person at the computer
presses "back".

Our own proxy may keep everybody's pages, and shows them while the portal cannot answer. No cache of others would understand
that beside `no-cache`, so it is said in a header that nginx reads and passes on to nobody. It is also said of pages that
are no more: else a case that was taken back would come again from what the proxy kept.
"""

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.utils.cache import cc_delim_re, patch_cache_control

from portal.page_cache_views import may_be_kept
from portal.secret_addresses import SECRET

#: Seconds that the proxy answers by itself; nginx makes up to two of one. Longer, and pages would seem not to change.
PROXY_KEEPS = "1"
#: What it keeps in place of an older page.
KEPT_BY_THE_PROXY = (HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class PrivateToTheReader:
    """Middleware: says whose an answer is, unless the view said something itself."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        without_language(response)
        if not response.has_header("Cache-Control"):
            if is_for_the_proxy(request, response):
                # Before Cache-Control: nginx before 1.23 heeds whichever it reads first.
                response["X-Accel-Expires"] = PROXY_KEEPS
            if is_everybodys(request, response):
                patch_cache_control(response, no_cache=True)
            elif request.session.accessed:
                is_somebodys = {"no_store": True} if SESSION_KEY in request.session else {}
                patch_cache_control(response, private=True, **is_somebodys)
        return response


def without_language(response) -> None:
    """Take back that a page depends on the languages of the browser: its address alone says the language.

    Faults and data for programs do look at what the browser asks for.
    """
    if response.status_code != 200 or not response.get("Content-Type", "").startswith("text/html"):
        return
    named = [name for name in cc_delim_re.split(response.get("Vary", "")) if name]
    if len(others := [name for name in named if name.lower() != "accept-language"]) < len(named):
        del response["Vary"]  # an empty one would leave a comma before what is added later
        if others:
            response["Vary"] = ", ".join(others)


def is_everybodys(request, response) -> bool:
    """Whether a page was shown to a visitor without a session, and gave them none and no token either."""
    return response.status_code == HTTPStatus.OK and is_nobodys_own(request, response)


def is_for_the_proxy(request, response) -> bool:
    """Whether the proxy may keep this. It writes pages to a disk with their addresses: none that is secret or says words."""
    return (
        response.status_code in KEPT_BY_THE_PROXY
        and is_nobodys_own(request, response)
        and may_be_kept(request)
        and not SECRET.search(request.path_info)
    )


def is_nobodys_own(request, response) -> bool:
    """Whether an answer, page or not, depended on nothing that this visitor brought or takes along."""
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.session.modified
        and not response.cookies
        and "messages" not in request.COOKIES
    )
