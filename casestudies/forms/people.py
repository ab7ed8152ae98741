"""The people of a case study, a line for each."""

from django import forms
from django.utils.translation import gettext_lazy

from casestudies.models import CaseAuthor, CaseStudy
from casestudies.open_data import orcid
from casestudies.writing.people import Author, account_of

AUTHORS_MOST = 6


class AuthorForm(forms.Form):
    """One author. An empty name is no author."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=CaseAuthor.Role, required=False)
    name_en = forms.CharField(
        label=gettext_lazy("Name in Latin letters"),
        max_length=120,
        required=False,
        help_text=gettext_lazy(
            "As in an English citation, family name last or before a comma: Xiaotang Shi, or Shi, Xiaotang."
        ),
    )
    agency_name = forms.CharField(
        label=gettext_lazy("Agency at the time"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Leave it empty if it is the lead agency."),
    )
    orcid = forms.CharField(
        label="ORCID",
        max_length=60,
        required=False,
        help_text=gettext_lazy("Researchers have one; it looks like 0000-0002-1825-0097."),
    )

    def clean_orcid(self):
        value = self.cleaned_data["orcid"]
        return orcid.normalised(value) if value else ""


class AuthorsFormSet(
    forms.formset_factory(
        AuthorForm, extra=2, max_num=AUTHORS_MOST, validate_max=True, absolute_max=AUTHORS_MOST + 4
    )
):
    def __init__(self, *args, case: CaseStudy, **kwargs):
        self.case = case
        names = AuthorForm.base_fields
        initial = [{name: getattr(author, name) for name in names} for author in case.authors.all()]
        super().__init__(*args, initial=initial, prefix="authors", **kwargs)

    def authors(self) -> list[Author]:
        """The authors in order. A name that only one person of the writing agencies has is linked to that account."""
        linked = {author.name: author.user for author in self.case.authors.all() if author.user_id}
        return [
            Author(
                name=data["name"],
                role=data.get("role") or CaseAuthor.Role.PRACTITIONER,
                name_en=data.get("name_en", ""),
                agency_name=data.get("agency_name", ""),
                orcid=data.get("orcid", ""),
                user=linked.get(data["name"]) or account_of(data["name"], self.case),
            )
            for data in (form.cleaned_data for form in self.forms)
            if data.get("name")
        ]
