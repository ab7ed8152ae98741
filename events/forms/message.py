"""A message to a group of the people of an event."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event, GroupMessage
from orgs.models import Agency
from orgs.names import seen_as_written


class MessageForm(forms.Form):
    #: Made with the page; the same form sent twice is known by it.
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    group = forms.ChoiceField(label=gettext_lazy("To whom"), choices=GroupMessage.Group.choices)
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label=gettext_lazy("Which agency"),
        required=False,
        empty_label=gettext_lazy("No agency"),
        help_text=gettext_lazy("Only for a message to the people of one agency."),
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=120, validators=[seen_as_written])
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "Each person gets a mail of their own, greeted by name, with a link to the event."
        ),
    )

    def __init__(self, *args, event: Event, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_key", uuid4())
        agencies = Agency.objects.filter(pk__in=event.registrations.live().values("agency"))
        self.fields["agency"].queryset = agencies.order_by("legal_name", "pk")

    def clean_form_key(self):
        return self.cleaned_data["form_key"] or uuid4()

    def clean(self):
        cleaned = super().clean()
        is_for_agency = cleaned.get("group") == GroupMessage.Group.AGENCY
        if is_for_agency and not cleaned.get("agency") and "agency" not in self.errors:
            self.add_error("agency", _("Choose the agency whose people you write to."))
        if not is_for_agency:
            cleaned["agency"] = None
        return cleaned
