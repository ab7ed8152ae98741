"""Who asks: from which address, and whether it is a person. Counting and limits must know it of a request, and never store it."""

import re
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from allauth.core.internal.httpkit import get_client_ip
from allauth.core.internal.ratelimit import truncate_ip
from django.core.exceptions import ImproperlyConfigured

ROBOTS = Path(__file__).parent / "data" / "robots.txt"


def client_address(request) -> str:
    """The address that somebody asks from, as the last proxy that we trust saw it; an IPv6 network as one.

    `TRUSTED_PROXY_COUNT` proxies stand before the portal. What a visitor writes into X-Forwarded-For stands further left
    and is never looked at; without a proxy the header is not read at all.
    """
    try:
        found = get_client_ip(request)
    except ImproperlyConfigured:  # asked past the proxy
        found = None
    return truncate_ip(found or nearest(request.META.get("REMOTE_ADDR", "")))


def nearest(address: str) -> str:
    """Whoever is connected; a socket of this machine has no address."""
    try:
        return str(ip_address(address))
    except ValueError:
        return "127.0.0.1"


@dataclass(frozen=True)
class Visit:
    user: object
    address: str = ""
    agent: str = ""
    method: str = "GET"
    is_ahead: bool = False  # fetched by a browser before anybody asked for it

    @classmethod
    def of(cls, request) -> "Visit":
        purposes = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
        said = " ".join(request.headers.get(name, "") for name in purposes).lower()
        return cls(
            user=request.user,
            address=client_address(request),
            agent=request.headers.get("User-Agent", "")[:1000],
            method=request.method,
            is_ahead=any(word in said for word in ("prefetch", "prerender", "preview")),
        )

    @property
    def is_by_a_reader(self) -> bool:
        """Whether a person asked: with a browser, for now, and for the page itself."""
        return self.method != "HEAD" and not self.is_ahead and not is_robot(self.agent)


def is_robot(agent: str) -> bool:
    """Whether the line with which a browser names itself is that of a robot or a machine. None at all is one."""
    return not agent.strip() or robots().search(agent) is not None


@cache
def robots() -> re.Pattern:
    lines = ROBOTS.read_text(encoding="utf-8").splitlines()
    return re.compile("|".join(f"(?:{line})" for line in lines if line and line[0] != "#"), re.IGNORECASE)
