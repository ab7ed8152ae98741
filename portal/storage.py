"""Where files lie that only a view hands out, and clearing away those that no row knows."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.db.models import Model
from django.utils import timezone

YOUNGEST = timedelta(days=1)


def private_storage():
    """The storage without addresses. Models name this function, so that a path of one machine stands in no migration."""
    return storages["private"]


def sweep(model: type[Model], folder: str, *, field: str = "file") -> int:
    """Delete the files of a folder that no row of the model names, left by a change that was rolled back.

    Today's may still be on their way. Returns how many.
    """
    storage = model._meta.get_field(field).storage  # type: ignore[union-attr]
    if not storage.exists(folder):
        return 0
    known = set(model._default_manager.values_list(field, flat=True))
    before = timezone.now() - YOUNGEST
    _folders, names = storage.listdir(folder)
    strays = [
        path
        for path in (f"{folder}/{name}" for name in names)
        if path not in known and storage.get_modified_time(path) < before
    ]
    for path in strays:
        storage.delete(path)
    return len(strays)


def sweep_broken_uploads() -> int:
    """Delete what a process that was killed had received of a file, once nobody sends it any more. Returns how many."""
    before = (timezone.now() - YOUNGEST).timestamp()
    halves = [path for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir() if path.stat().st_mtime < before]
    for path in halves:
        path.unlink(missing_ok=True)
    return len(halves)
