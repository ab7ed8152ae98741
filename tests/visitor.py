"""Somebody who goes through the portal."""

from django.test import Client

from orgs.models import User


class Visitor:
    """A person with a session that lasts over many requests, as in a browser that stays open."""

    def __init__(self, person: User | None):
        client = Client()
        if person:
            client.force_login(person)
        self.cookies = client.cookies

    def client(self, **options) -> Client:
        client = Client(**options)
        client.cookies = self.cookies.copy()
        return client
