"""The portal's addresses, read from the URL configuration, so that no test of all of them forgets one."""

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
