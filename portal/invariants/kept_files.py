"""Every row that names a file has it, and every file has a row."""

from collections import defaultdict
from collections.abc import Iterator

from django.apps import apps
from django.core.files.storage import FileSystemStorage, Storage
from django.db.models import FileField
from django.utils import timezone

from portal.invariants import told
from portal.storage import YOUNGEST


def findings() -> Iterator[str]:
    known: dict[Storage, set[str]] = defaultdict(set)
    for model in apps.get_models():
        if model._meta.proxy:
            continue
        for field in model._meta.local_fields:
            if isinstance(field, FileField):
                rows = model._base_manager.exclude(**{field.name: ""}).exclude(**{field.name: None})
                named = dict(rows.values_list("pk", field.name))
                known[field.storage] |= set(named.values())
                lost = [pk for pk, name in named.items() if not field.storage.exists(name)]
                yield from told(f"{model._meta.label} without its file", sorted(lost))
    for storage, names in places(known).items():
        yield from told("file that no row names", sorted(set(old_files(storage)) - names))


def places(known: dict[Storage, set[str]]) -> dict[FileSystemStorage, set[str]]:
    """What is known by folder: several fields may have a storage each for the same one."""
    by_folder: dict[str, tuple[FileSystemStorage, set[str]]] = {}
    for storage, names in known.items():
        if isinstance(storage, FileSystemStorage):
            by_folder.setdefault(str(storage.location), (storage, set()))[1].update(names)
    return dict(by_folder.values())


def old_files(storage: FileSystemStorage, folder: str = "") -> Iterator[str]:
    """The names of all files but today's, which may still be on their way."""
    if folder and not storage.exists(folder):
        return
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    before = timezone.now() - YOUNGEST
    for name in names:
        path = f"{folder}/{name}" if folder else name
        if storage.get_modified_time(path) < before:
            yield path
    for inner in folders:
        yield from old_files(storage, f"{folder}/{inner}" if folder else inner)
