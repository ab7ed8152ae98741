"""Where files lie that only a view hands out."""

from django.core.files.storage import storages


def private_storage():
    """The storage without addresses. Models name this function, so that a path of one machine stands in no migration."""
    return storages["private"]
