"""A service: what, for whom, how and where."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.division_field import DivisionsField
from orgs.forms.choices import Choices
from orgs.models import Service
from portal.models import Topic


class ServiceForm(forms.ModelForm):
    areas = DivisionsField(
        label=gettext_lazy("Areas served"),
        required=False,
        help_text=gettext_lazy(
            "One district on each line, such as 东莞市. Leave it empty when you serve where you sit."
        ),
    )
    delivery = forms.MultipleChoiceField(
        label=gettext_lazy("Delivery"), choices=Service.Delivery, required=False, widget=Choices
    )

    class Meta:
        model = Service
        fields = [
            "name_zh",
            "name_en",
            "summary",
            "types",
            "populations",
            "methods",
            "areas",
            "delivery",
            "fees",
            "is_offered",
        ]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 4}),
            "types": Choices,
            "populations": Choices,
            "methods": Choices,
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("types", "populations", "methods"):
            field = self.fields[name]
            chosen = getattr(self.instance, name).all() if self.instance.pk else Topic.objects.none()
            # A narrower term that an import brought stays a choice: saving must not lose it.
            field.queryset = field.queryset.filter(Q(parent=None, is_active=True) | Q(pk__in=chosen))

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("name_zh") and not cleaned.get("name_en"):
            self.add_error("name_zh", _("Please give the service a name, in Chinese or in English."))
        return cleaned
