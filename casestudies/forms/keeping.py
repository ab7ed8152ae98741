"""The forms of reading lists and saved searches."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casestudies.keeping import reading_list
from casestudies.models import ReadingList, SavedSearch


class ListForm(forms.ModelForm):
    """What a list is called, who sees it, and as whose it is shown."""

    class Meta:
        model = ReadingList
        fields = ["title", "about", "audience", "agency"]
        widgets = {"about": forms.Textarea({"rows": 3}), "audience": forms.RadioSelect}
        help_texts = {
            "audience": _(
                "With the link anybody reads the list, also without an account. You can replace it."
            ),
            "agency": _("Otherwise readers of a shared or public list see your name."),
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = reading_list.agencies_to_show(user)
        self.fields["agency"].empty_label = _("me")
        self.fields["agency"].label_from_instance = lambda agency: str(agency.label)
        if not self.fields["agency"].queryset:
            del self.fields["agency"]


class NewListForm(forms.Form):
    title = forms.CharField(label=_("Title of the new list"), max_length=80)


class SavedSearchForm(forms.ModelForm):
    """What a saved search is called, and how its owner hears of new cases."""

    class Meta:
        model = SavedSearch
        fields = ["name", "delivery"]
        labels = {"name": _("Name of the search")}
        widgets = {"delivery": forms.RadioSelect}
