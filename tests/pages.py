"""Every public page of a running demo portal, by name: what pictures, weights and crawls go through."""

import re
from urllib.request import urlopen

PLACES = {
    "home": "/",
    "directory": "/agencies/",
    "coverage": "/agencies/?view=coverage",
    "network": "/network/",
    "calendar": "/events/",
    "month": "/events/?view=month",
    "library": "/cases/",
    "search": "/search/?q=流动儿童",
    "about": "/about/",
    "guide": "/guide/",
    "privacy": "/privacy/",
    "sign_up": "/accounts/signup/",
    "sign_in": "/accounts/login/",
    "sign_in_by_code": "/accounts/login/code/",
    "reset_password": "/accounts/password/reset/",
    "not_found": "/nowhere/",
}
RECORDS = {
    "agency": ("/agencies/", r'href="(/agencies/[a-z-]+/)"'),
    "event": ("/events/", r'href="(/events/[0-9a-f-]{36}/)"'),
    "case": ("/cases/", r'href="(/cases/[0-9a-f-]{36}/)"'),
}


def public_pages(address: str) -> dict[str, str]:
    """Name to path, in Chinese; `/en` in front of a path is its English twin."""
    found = dict(PLACES)
    for name, (place, pattern) in RECORDS.items():
        html = urlopen(address + place).read().decode()
        found[name] = re.search(pattern, html).group(1)
    return found
