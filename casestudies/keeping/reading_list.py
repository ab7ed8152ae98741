"""Reading lists: keeping cases in an order, with notes, for oneself, for whoever has a link, or for everybody.

A list holds published cases. One that is withdrawn later stays in it as a line that says so; one that is not published
at present is shown to nobody.
"""

import uuid

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from casestudies.models import CaseNote, CaseStudy, ListEntry, ReadingList
from casestudies.usage import counting
from orgs.models import Agency, User
from portal.prepared import Prepared

MOST_LISTS = 100
MOST_ENTRIES = 200
#: Somebody's lists, each with whether it `has_it`.
LISTS_AND_CASE: Prepared[ReadingList] = Prepared(
    lambda owner, case: (
        ReadingList.objects.filter(owner=owner)
        .annotate(has_it=Count("entries", filter=Q(entries__case=case)))
        .order_by("-updated_at", "-pk")
    )
)
NOTE: Prepared[CaseNote] = Prepared(lambda user, case: CaseNote.objects.filter(user=user, case=case))


class ListError(Exception):
    """What cannot be done with a list, in a sentence for people."""


# -- Lists ------------------------------------------------------------------------------------------------------------


def agencies_to_show(user):
    """The agencies as whose list a person may show their own: listed ones that they belong to."""
    return Agency.objects.listed().filter(pk__in=user.memberships.active().values("agency"))


@transaction.atomic
def make(owner: User, *, title: str, **fields) -> ReadingList:
    """Begin a list, private unless `audience` says otherwise. Raises ListError."""
    User.objects.select_for_update(of=("self",)).get(pk=owner.pk)
    if owner.reading_lists.count() >= MOST_LISTS:
        raise ListError(_("You have %(number)d lists already. Remove one first.") % {"number": MOST_LISTS})
    return change(ReadingList(owner=owner), by=owner, title=title, **fields)


def change(
    chosen: ReadingList,
    *,
    by: User,
    title: str,
    about: str = "",
    audience: str = ReadingList.Audience.PRIVATE,
    agency: Agency | None = None,
) -> ReadingList:
    """Say what a list is called, who sees it, and as whose it is shown. Raises ListError.

    Who stops sharing by link makes the link lead nowhere: the next one is another.
    """
    own(chosen, by)
    if not title.strip():
        raise ListError(_("A list needs a title."))
    if agency and not agencies_to_show(by).filter(pk=agency.pk).exists():
        raise ListError(_("A list can only be shown as that of a listed agency that you belong to."))
    chosen.title, chosen.about, chosen.audience, chosen.agency = (
        title.strip(),
        about.strip(),
        audience,
        agency,
    )
    if audience != ReadingList.Audience.LINK:
        chosen.share_key = None
    elif chosen.share_key is None:
        chosen.share_key = uuid.uuid4()
    chosen.save()
    return chosen


def renew_link(shared: ReadingList, *, by: User) -> ReadingList:
    """Give a list shared by link another link; the one before leads nowhere. Raises ListError."""
    own(shared, by)
    if shared.audience != ReadingList.Audience.LINK:
        raise ListError(_("This list is not shared by link."))
    shared.share_key = uuid.uuid4()
    shared.save()
    return shared


def remove(unwanted: ReadingList, *, by: User) -> None:
    """Remove a list with what was noted in it. Copies that others made stay. Raises ListError."""
    own(unwanted, by)
    unwanted.delete()


@transaction.atomic
def copy(source: ReadingList, *, by: User) -> ReadingList:
    """A private list of one's own with the same published cases and notes. Raises ListError."""
    if not ReadingList.objects.visible_to(by).filter(pk=source.pk).exists():
        raise ListError(_("This list is not public."))
    mine = make(by, title=source.title, about=source.about)
    mine.copied_from = source
    mine.save()
    shown = source.entries.filter(case__in=CaseStudy.objects.published())
    ListEntry.objects.bulk_create(
        ListEntry(reading_list=mine, case_id=entry.case_id, note=entry.note, position=position)
        for position, entry in enumerate(shown, start=1)
    )
    return mine


def own(chosen: ReadingList, by: User) -> None:
    if chosen.owner_id != by.pk:
        raise ListError(_("This is not your list."))


# -- Entries ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep(case: CaseStudy, *, by: User, into: ReadingList | None = None) -> tuple[ListEntry, bool]:
    """Put a published case at the end of a list, once. Returns the entry, and whether it is new. Raises ListError.

    Without a list it goes into the one that was used last; who has none gets one.
    """
    User.objects.select_for_update(of=("self",)).get(
        pk=by.pk
    )  # two presses at once make one list and one entry
    if not CaseStudy.objects.published().filter(pk=case.pk).exists():
        raise ListError(_("Only published case studies can be kept."))
    into = into or by.reading_lists.first() or make(by, title=_("To read"))
    own(into, by)
    entry = into.entries.filter(case=case).first()
    if entry:
        return entry, False
    sums = into.entries.aggregate(number=Count("pk"), last=Max("position"))
    if sums["number"] >= MOST_ENTRIES:
        raise ListError(
            _("“%(title)s” is full: a list holds %(number)d case studies.")
            % {"title": into.title, "number": MOST_ENTRIES}
        )
    entry = into.entries.create(case=case, position=(sums["last"] or 0) + 1)
    into.save(update_fields=["updated_at"])
    counting.count_kept(case, by=by)
    return entry, True


@transaction.atomic
def take_out(entry: ListEntry, *, by: User) -> None:
    """Take a case out of a list. Raises ListError."""
    own(entry.reading_list, by)
    entry.delete()
    entry.reading_list.save(update_fields=["updated_at"])


@transaction.atomic
def move(entry: ListEntry, *, by: User, steps: int) -> None:
    """Move an entry up (-1) or down (1) in the order of its list; past the ends it stays where it is. Raises ListError."""
    own(entry.reading_list, by)
    ReadingList.objects.select_for_update().get(pk=entry.reading_list_id)
    order = list(entry.reading_list.entries.all())
    here = next((n for n, one in enumerate(order) if one.pk == entry.pk), None)
    if here is None:
        return
    order.insert(max(0, here + steps), order.pop(here))
    for position, one in enumerate(order, start=1):
        one.position = position
    ListEntry.objects.bulk_update(order, ["position"])
    entry.reading_list.save(update_fields=["updated_at"])


def annotate(entry: ListEntry, *, by: User, note: str) -> None:
    """Say something about an entry. Who sees the list reads it. Raises ListError."""
    own(entry.reading_list, by)
    entry.note = note.strip()
    entry.save(update_fields=["note"])
    entry.reading_list.save(update_fields=["updated_at"])


# -- Notes ------------------------------------------------------------------------------------------------------------


def write_note(case: CaseStudy, *, by: User, text: str) -> CaseNote | None:
    """Keep one's own note on a case that one may see; an empty one is removed. Nobody else ever reads it."""
    if not text.strip():
        by.case_notes.filter(case=case).delete()
        return None
    note, _is_new = CaseNote.objects.update_or_create(user=by, case=case, defaults={"text": text.strip()})
    return note


# -- What is shown ----------------------------------------------------------------------------------------------------


def is_withdrawn(case: CaseStudy) -> bool:
    """Whether a case was published and taken back, so that a line may say its title and why."""
    return bool(getattr(case, "withdrawn_at", None))


def entries_of(shown: ReadingList) -> tuple[list[ListEntry], list[ListEntry]]:
    """What a list shows in its order, and what it hides because it is not published at present."""
    entries = list(
        shown.entries.select_related(
            "case__agency__division__parent", "case__division__parent", "case__open_record"
        )
        .prefetch_related("case__topics", "case__authors")
        .order_by("position", "pk")
    )
    for entry in entries:
        entry.is_withdrawn = is_withdrawn(entry.case)
    seen = [entry for entry in entries if entry.case.live or entry.is_withdrawn]
    return seen, [entry for entry in entries if entry not in seen]


def with_numbers(lists):
    """Lists with the `number` of cases that they show."""
    shown = Q(entries__case__in=CaseStudy.objects.published())
    numbered = lists.annotate(number=Count("entries", filter=shown)).select_related("owner", "agency")
    return numbered.order_by("-updated_at", "-pk")


def kept_by(user, keys=None) -> set[int] | None:
    """Which of these cases, or which at all, are in one of the person's lists; None for whoever is nobody."""
    if not user.is_authenticated:
        return None
    kept = ListEntry.objects.filter(reading_list__owner=user)
    if keys is not None:
        kept = kept.filter(case__in=keys)
    return set(kept.values_list("case", flat=True))


def beside(case: CaseStudy, user) -> dict:
    """What stands beside a case for this reader: `my_lists` (`kept_in` and `other_lists`) and `my_note`."""
    if not user.is_authenticated:
        return {}
    lists = LISTS_AND_CASE.all(owner=user.pk, case=case.pk)
    return {
        "my_lists": lists,
        "kept_in": [one for one in lists if one.has_it],
        "other_lists": [one for one in lists if not one.has_it],
        "my_note": NOTE.first(user=user.pk, case=case.pk),
    }
