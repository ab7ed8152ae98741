"""What a person says when registering."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.forms import answers
from events.models import SeatPool
from orgs.models import Agency


class RegistrationForm(forms.Form):
    #: Made with the page; the same form sent twice is known by it.
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    agency = forms.TypedChoiceField(
        label=gettext_lazy("Which agency do you come from?"), required=False, empty_value=None
    )
    note = forms.CharField(
        label=gettext_lazy("Note to the host"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("For instance: what you need to take part. Only the host reads it."),
    )

    is_online = forms.TypedChoiceField(
        label=gettext_lazy("How do you come?"),
        choices=[("", gettext_lazy("On site")), ("online", gettext_lazy("Online"))],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
    )

    field_order = ("is_online", "agency", "note")

    def __init__(self, *args, own: list[Agency], event, **kwargs):
        """`own` are the person's agencies."""
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_key", uuid4())
        if {pool.kind for pool in event.open_pools} != {SeatPool.Kind.OPEN, SeatPool.Kind.ONLINE}:
            del self.fields["is_online"]
        if own:
            agencies = {agency.pk: agency for agency in own}
            field = self.fields["agency"]
            field.choices = [("", _("None, I come for myself")), *agencies.items()]
            field.coerce = lambda pk: agencies[int(pk)]
            self.initial.setdefault("agency", own[0].pk)
        else:
            del self.fields["agency"]
        self.questions = answers.asked_at(event)
        for question in self.questions:
            self.fields[answers.name_of(question)] = answers.field_for(question)

    def clean(self):
        cleaned = super().clean()
        if self.questions:
            cleaned["answers"] = answers.read(self, self.questions)
        return cleaned
