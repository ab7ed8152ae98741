"""What must hold of the rows and files at any moment, whatever happened: looked for each night, after a fault, after a restore.

Rules and constraints keep most of it; this finds what got past them: a change by hand, a broken disk, a restored copy,
a rule of ours that is wrong. Record apps add an `invariants.py` with `findings()`. A finding names rows by key and
nobody by name.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.db.models import F, Model

#: Of the portal itself.
GROUND = ("portal.invariants.kept_files", "portal.invariants.keys", "portal.invariants.indexed")
#: Keys that one finding names; the number is told whole.
NAMED = 5


def look(parts: tuple[str, ...] | None = None) -> Iterator[str]:
    """A sentence for each thing that does not hold. Raises what a part raises: not knowing is not well either."""
    for part in parts or all_parts():
        findings: Callable[[], Iterator[str]] = import_module(part).findings
        yield from findings()


def all_parts() -> tuple[str, ...]:
    apps = (f"{app}.invariants" for app in settings.RECORD_APPS)
    return (*(app for app in apps if find_spec(app)), *GROUND)


def told(sentence: str, keys) -> Iterator[str]:
    """`sentence` with how many there are and which, when there are any."""
    keys = list(keys)
    if keys:
        which = ", ".join(str(key) for key in keys[:NAMED]) + (", …" if len(keys) > NAMED else "")
        yield f"{len(keys)} × {sentence}: {which}"


def at_odds(model: type[Model], one: str, other: str) -> Iterator[str]:
    """Rows of `model` whose two ways to the same thing lead to different ones, such as an answer of another event."""
    rows = model._base_manager.exclude(**{one: None}).exclude(**{other: None}).exclude(**{one: F(other)})
    label = model._meta.label
    yield from told(
        f"{label} whose {one} is not its {other}", rows.order_by("pk").values_list("pk", flat=True)
    )
