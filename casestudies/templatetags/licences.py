"""Licences in templates."""

from django import template

from casestudies.licence import terms_called

register = template.Library()


@register.filter
def licence_url(code: str) -> str:
    """Where the licence with this code can be read; empty for what may only be read here."""
    return terms_called(code).url
