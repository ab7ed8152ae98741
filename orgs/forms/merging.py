"""Which two entries become one."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.models import Agency

MOST_NAMED = 10


class EntryField(forms.CharField):
    """An entry by its address or any part of its name. Its value is the Agency."""

    def __init__(self, **kwargs):
        super().__init__(max_length=160, **kwargs)

    def clean(self, value):
        words = super().clean(value)
        entries = Agency.objects.exclude(status=Agency.Status.MERGED)
        if exact := entries.filter(slug=words.lower()).first():
            return exact
        named = [f"{field}__iexact" for field in ("legal_name", "short_name", "name_en", "uscc")]
        partly = [f"{field}__icontains" for field in ("legal_name", "short_name", "name_en")]
        for lookups in (named, partly):
            wanted = Q()
            for lookup in lookups:
                wanted |= Q(**{lookup: words})
            found = list(entries.filter(wanted)[: MOST_NAMED + 1])
            if len(found) == 1:
                return found[0]
            if found:
                names = "; ".join(f"{entry.name}: {entry.slug}" for entry in found[:MOST_NAMED])
                raise forms.ValidationError(
                    _("Several entries have this name. Write the address of the one you mean. %(names)s")
                    % {"names": names}
                )
        raise forms.ValidationError(_("No entry has this name."))


class MergeForm(forms.Form):
    """The two entries, by name or address."""

    duplicate = EntryField(
        label=gettext_lazy("The entry that goes"),
        help_text=gettext_lazy("Its name, or the last part of its address."),
    )
    survivor = EntryField(
        label=gettext_lazy("The entry that stays"),
        help_text=gettext_lazy("Visitors of the other are led here."),
    )


class FindForm(forms.Form):
    """One entry, by name or address."""

    agency = EntryField(
        label=gettext_lazy("Which agency?"),
        help_text=gettext_lazy("Its name, credit code, or the last part of its address."),
    )
