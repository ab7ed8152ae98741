"""Sessions in templates: when they are for who reads, and where else they can be put down."""

from django import template

from events.calendars import links as calendar_links

register = template.Library()
register.filter("put_down_at", calendar_links.put_down_at)


@register.filter
def when_for(session, reader) -> str:
    return session.when_for(reader)
