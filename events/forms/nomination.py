"""Whom a coordinator puts down: from the member list, from last time, or as pasted lines."""

from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event, SeatPool
from events.nominating import name_list
from events.nominating.guests import Nominee
from events.nominating.nomination import AS_MANY, WAYS, remembered
from orgs.models import Agency, User

MOST_PEOPLE = 100


class NominationForm(forms.Form):
    """Nothing typed is lost: lines that cannot be used stay where they are, each with its sentence (`lines_read`)."""

    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    members = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=gettext_lazy("From your member list"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    before = forms.MultipleChoiceField(
        label=gettext_lazy("From last time"), required=False, widget=forms.CheckboxSelectMultiple
    )
    lines = forms.CharField(
        label=gettext_lazy("Others, one person a line"),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Paste from a chat or a sheet: name, telephone, e-mail in any order. For instance: 张三 13812345678"
        ),
    )
    is_online = forms.TypedChoiceField(
        label=gettext_lazy("How do they come?"),
        choices=[("", gettext_lazy("On site")), ("online", gettext_lazy("Online"))],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
    )
    way = forms.ChoiceField(
        label=gettext_lazy("If there are not enough seats"),
        choices=list(WAYS.items()),
        initial=AS_MANY,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, event: Event, agency: Agency, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_key", uuid4())
        self.lines_read: list[name_list.Line] = []
        colleagues = agency.memberships.active().values("user")
        self.fields["members"].queryset = User.objects.filter(pk__in=colleagues).order_by("name", "pk")
        self.before = {str(one.public_id): one for one in remembered(agency)}
        self.fields["before"].choices = [
            (key, " · ".join(filter(None, (one.name, one.phone, one.email))))
            for key, one in self.before.items()
        ]
        if not self.before:
            del self.fields["before"]
        if {pool.kind for pool in event.open_pools} != {SeatPool.Kind.OPEN, SeatPool.Kind.ONLINE}:
            del self.fields["is_online"]
        if event.needs_approval:
            self.fields["way"].required = False
            self.fields["way"].widget = forms.HiddenInput()

    def clean_lines(self) -> list[name_list.Line]:
        self.lines_read = name_list.read(self.cleaned_data["lines"])
        if len(self.lines_read) > MOST_PEOPLE:
            raise ValidationError(
                _("These are more than %(most)d lines. Put the others down afterwards.")
                % {"most": MOST_PEOPLE}
            )
        wrong = [line for line in self.lines_read if line.trouble and not line.is_double]
        if wrong:
            raise ValidationError(
                _("Some lines cannot be used yet: see above what is wrong. Correct them, or take them out.")
            )
        return self.lines_read

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not self.people:
            raise ValidationError(_("Choose somebody, or write a name with a telephone number or e-mail."))
        return cleaned

    @property
    def people(self) -> list[Nominee]:
        """Those who are chosen, in the order of the page."""
        chosen = [Nominee(str(user), member=user) for user in self.cleaned_data.get("members", ())]
        for key in self.cleaned_data.get("before", ()):
            known = self.before[key]
            chosen.append(Nominee(known.name, known.phone, known.email))
        lines = [line for line in self.cleaned_data.get("lines", ()) if not line.trouble]
        return [*chosen, *(Nominee(line.name, line.phone, line.email) for line in lines)]

    @property
    def options(self) -> dict:
        """The rest of what was chosen, as `nomination.nominate` takes it."""
        return {
            "way": self.cleaned_data.get("way") or AS_MANY,
            "is_online": self.cleaned_data.get("is_online", False),
            "form_key": self.cleaned_data.get("form_key"),
        }


class OnePersonForm(forms.Form):
    """One person, written as one line; for a swap also from the member list."""

    member = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("A colleague from your member list"),
        required=False,
        empty_label=gettext_lazy("Nobody from the list"),
    )
    line = forms.CharField(
        label=gettext_lazy("Or somebody else: name, telephone, e-mail"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": "张三 13812345678"}),
    )

    def __init__(self, *args, agency: Agency, **kwargs):
        super().__init__(*args, **kwargs)
        colleagues = agency.memberships.active().values("user")
        self.fields["member"].queryset = User.objects.filter(pk__in=colleagues).order_by("name", "pk")

    def clean_line(self) -> name_list.Line | None:
        return read_one(self.cleaned_data["line"])

    def clean(self):
        cleaned = super().clean()
        if not self.errors and bool(cleaned["member"]) == bool(cleaned["line"]):
            raise ValidationError(_("Say who comes instead: choose a colleague, or write one line."))
        return cleaned

    @property
    def nominee(self) -> Nominee:
        if member := self.cleaned_data["member"]:
            return Nominee(str(member), member=member)
        return as_nominee(self.cleaned_data["line"])


def read_one(text: str) -> name_list.Line | None:
    """The one line of a field for one person. Raises ValidationError with what is wrong with it."""
    lines = name_list.read(text)
    if not lines:
        return None
    if trouble := next((line.trouble for line in lines if line.trouble), ""):
        raise ValidationError(trouble)
    return lines[0]


def as_nominee(line: name_list.Line) -> Nominee:
    return Nominee(line.name, line.phone, line.email)
