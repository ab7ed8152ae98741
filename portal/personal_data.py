"""What the portal holds about people: one table of models and fields, and what it says about one person.

Each record app writes its part of the table in its `personal_data.py` (`KINDS`, and `WITHOUT` for the models that hold
nothing about anybody). A person reads and takes along what the table finds about them; a test fails when a field of a
model is missing from it. Law: Personal Information Protection Law of China, articles 44 to 48 (to know, copy, correct,
have deleted, have explained).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from importlib import import_module
from operator import or_
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


class Sort(StrEnum):
    """What a field of a row about somebody is. The first four are told to the person."""

    WHO = "who the person is"
    REACH = "where the person is reached"
    SAID = "the person's own words and files"
    DID = "what the person did or takes part in"
    KEY = "keys and passwords, never told"
    OTHERS = "about somebody else, never told"
    INNER = "numbers of the machine"


TOLD = (Sort.WHO, Sort.REACH, Sort.SAID, Sort.DID)

#: What it is for.
ACCOUNT = _("So that you can sign in and are known to your colleagues.")
SECURITY = _("So that nobody else uses your account.")
MEMBERSHIP = _("So that your agency knows who acts for it.")
TAKING_PART = _("So that you can take part in trainings and seminars.")
CREDIT = _("So that hours and certificates can be shown and checked.")
LIBRARY = _("So that case studies are written, reviewed and discussed.")
OWN_USE = _("For your own use; nobody else reads it unless you share it.")
TRUST = _("So that the portal can answer for who is listed and verified.")
CARE = _("So that a change can be explained and put right.")

#: How long it is kept.
WHILE_ACCOUNT = _("As long as you have your account.")
WITH_RECORD = _("As long as the record it belongs to.")
WITH_EVENT = _("As long as the event is kept.")
UNTIL_SENT = _("Until it is sent.")

#: What closing the account does with it.
DELETED = _("Deleted.")
NAMELESS = _("Stays, without your name.")
STAYS = _("Stays as it was published.")


#: What people call a field that its model gives no name of its own.
CALLED = {
    "agency": _("agency"),
    "answered_at": _("answered"),
    "application": _("application"),
    "asked_at": _("asked"),
    "assignment": _("assignment"),
    "at": _("when"),
    "case": _("case study"),
    "closed_at": _("closed"),
    "closing_reason": _("reason for closing"),
    "comment": _("comment"),
    "comment_notifications": _("mails about comments"),
    "confirmed_at": _("confirmed"),
    "content_type": _("kind of file"),
    "contrast": _("contrast"),
    "created_at": _("made on"),
    "data": _("content"),
    "decided_at": _("decided"),
    "density": _("density"),
    "due_on": _("due on"),
    "email": _("e-mail address"),
    "enqueued_at": _("put in line"),
    "event": _("event"),
    "file": _("file"),
    "handed_in_at": _("handed in"),
    "hours": _("hours before"),
    "interest": _("research interest"),
    "ip": _("address of the device"),
    "is_editing": _("unsaved changes"),
    "joined_at": _("came"),
    "label": _("label"),
    "last_seen_at": _("last seen"),
    "last_updated_at": _("last seen"),
    "last_used_at": _("last used"),
    "left_at": _("went"),
    "match": _("match"),
    "message": _("message"),
    "name": _("name"),
    "object_str": _("name at the time"),
    "opened_at": _("opened"),
    "page": _("page"),
    "partnership": _("partnership"),
    "phone": _("telephone"),
    "reading_list": _("reading list"),
    "reason": _("reason"),
    "received_at": _("arrived"),
    "registration": _("registration"),
    "resolved_at": _("settled"),
    "review": _("review"),
    "revoked_at": _("taken back"),
    "round": _("round"),
    "saved_at": _("saved"),
    "scores": _("marks"),
    "section": _("section"),
    "sent_at": _("sent"),
    "session": _("session"),
    "source": _("told by"),
    "starts_at": _("starts"),
    "state": _("state"),
    "status": _("state"),
    "text": _("text"),
    "theme": _("day or night"),
    "told_unused_at": _("told that the account is unused"),
    "type": _("kind"),
    "kind": _("kind"),
    "action": _("what was done"),
    "user_agent": _("browser"),
    "voided_at": _("taken back"),
    "way": _("in or out"),
}


def sorted_fields(**names: str) -> dict[str, Sort]:
    """Names of fields, separated by spaces, under the name of their sort: `who="name", did="status created_at"`."""
    return {name: Sort[sort.upper()] for sort, words in names.items() for name in words.split()}


@dataclass(frozen=True)
class Kind:
    """The rows of one model as they concern people.

    `whose`: lookups from a row to the person it is about. `address`: a lookup to an e-mail address that may be theirs,
    `guest`: one to the address of somebody who has no account.
    `acts`: lookups to a person who did something there, with the fields that this person is told of it.
    `file`: the field with a file of the person. `paths`: which fields are told by something further on, such as
    `{"registration": "registration__event"}`.
    """

    model: str
    fields: dict[str, Sort]
    purpose: Promise
    kept: Promise = WHILE_ACCOUNT
    closing: Promise = DELETED
    whose: tuple[str, ...] = ()
    address: str = ""
    guest: str = ""
    acts: dict[str, str] = field(default_factory=dict)
    file: str = ""
    paths: dict[str, str] = field(default_factory=dict)
    title: Promise | None = None

    @property
    def of(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @property
    def is_here(self) -> bool:
        """Whether the app of the model is installed: parts of other makers may not be."""
        try:
            apps.get_model(self.model)
        except LookupError:
            return False
        return True

    @property
    def name(self):
        return self.title or self.of._meta.verbose_name_plural

    def told(self) -> list[str]:
        return [name for name, sort in self.fields.items() if sort in TOLD]

    def about(self, user, addresses: list[str]) -> models.QuerySet | None:
        """The rows about this person."""
        lookups = [models.Q(**{lookup: user.pk}) for lookup in self.whose]
        if self.address and addresses:
            lookups.append(models.Q(**{f"{self.address}__in": addresses}))
        return self.rows(reduce(or_, lookups), self.told()) if lookups else None

    def under(self, address: str) -> models.QuerySet | None:
        """The rows about whoever has this address, an account or not."""
        lookups = [
            models.Q(**{f"{lookup}__iexact": address}) for lookup in (self.guest, self.address) if lookup
        ]
        return self.rows(reduce(or_, lookups), self.told()) if lookups else None

    def done(self, user) -> Iterator[tuple[list[str], models.QuerySet]]:
        """The rows in which this person did something, with what they are told of each."""
        for lookup, names in self.acts.items():
            yield names.split(), self.rows(models.Q(**{lookup: user.pk}), names.split())

    def rows(self, which: models.Q, names: list[str]) -> models.QuerySet:
        relations = [
            self.paths.get(name, name)
            for name in names
            if self.of._meta.get_field(name).many_to_one or self.of._meta.get_field(name).one_to_one
        ]
        return self.of._base_manager.filter(which).select_related(*relations).order_by("pk").distinct()


@dataclass(frozen=True)
class Held:
    """What is held about somebody in rows of one kind.

    `rows` are words under the headings, which are what people call the fields `names`; `files` is what they uploaded.
    """

    kind: Kind
    names: list[str]
    headings: list[str]
    rows: list[list[str]]
    files: list[models.fields.files.FieldFile]
    is_deed: bool

    @property
    def title(self):
        """What the rows are called; of rows about others' things, that the person did something there."""
        return (
            format_lazy(_("{things}: what you did"), things=self.kind.name)
            if self.is_deed
            else self.kind.name
        )

    @property
    def code(self) -> str:
        return self.kind.model.lower() + ("-done" if self.is_deed else "")


def parts() -> Iterator[Any]:
    """The `personal_data` of every record app."""
    for app in settings.RECORD_APPS:
        yield import_module(f"{app}.personal_data")


def kinds() -> list[Kind]:
    """The whole table, without what is not installed."""
    return [kind for part in parts() for kind in part.KINDS if kind.is_here]


def held(user, addresses: list[str]) -> list[Held]:
    """Everything held about this person, by kind; kinds of which there is nothing are left out.

    `addresses` are e-mail addresses that are certainly theirs. As many queries for one row as for a thousand.
    """
    found = []
    for kind in kinds():
        about = kind.about(user, addresses)
        if about is not None and (rows := list(about)):
            found.append(told(kind, rows, kind.told(), is_deed=False))
        mine = {row.pk for row in rows} if about is not None else set()
        for names, done in kind.done(user):
            if rows := [row for row in done if row.pk not in mine]:
                found.append(told(kind, rows, names, is_deed=True))
    return found


def held_under(address: str) -> list[Held]:
    """Everything held about somebody without an account, whose e-mail address certainly is this one."""
    found = [(kind, kind.under(address)) for kind in kinds()]
    return [told(kind, list(rows), kind.told(), is_deed=False) for kind, rows in found if rows]


def told(kind: Kind, rows: list[models.Model], names: list[str], *, is_deed: bool) -> Held:
    return Held(
        kind,
        names,
        [heading(kind.of, name) for name in names],
        [[words(row, name, kind.paths.get(name)) for name in names] for row in rows],
        [file for row in rows if kind.file and not is_deed and (file := getattr(row, kind.file))],
        is_deed,
    )


def heading(model: type[models.Model], name: str) -> str:
    """What people call this field: its own name, or ours where the model says none beyond what the code calls it."""
    said = str(getattr(model._meta.get_field(name), "verbose_name", name))
    is_said = said != name.replace("_", " ") and "admin" not in said
    return said if is_said else str(CALLED.get(name, said))


def words(row: models.Model, name: str, path: str | None = None) -> str:
    """A value as a person reads it."""
    if path:
        return str(reduce(lambda thing, step: getattr(thing, step, ""), path.split("__"), row) or "")
    if hasattr(row, f"get_{name}_display"):
        return str(getattr(row, f"get_{name}_display")())
    kind = row._meta.get_field(name)
    if kind.many_to_many:
        return ", ".join(map(str, getattr(row, name).all()))
    try:
        value = getattr(row, name)
    except ObjectDoesNotExist:
        return ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(kind, models.DateTimeField):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(kind, models.FileField):
        return value.name.rpartition("/")[2]
    return str(value)
