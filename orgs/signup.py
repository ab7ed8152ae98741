"""Signing up: who the person is and which agency they work for, asked once, by mail or by another sign-in alike."""

from allauth.account.forms import SignupForm as MailSignupForm
from allauth.core import context
from allauth.socialaccount.forms import SignupForm as OtherSignupForm
from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs import directory
from orgs.console.invitation import FOLLOWED
from orgs.directory import LONGEST_QUESTION
from orgs.forms.consent import AgreeField
from orgs.models import Agency, Invitation, User
from orgs.names import seen_as_written
from orgs.permissions import still_given
from portal.bilingual import pick

MOST_SUGGESTIONS = 500
MOST_MEANT = 6


class Suggestions(forms.TextInput):
    """A text with suggestions that the browser offers while one writes. Without them it is a text."""

    template_name = "orgs/widgets/suggestions.html"

    def __init__(self, read, attrs=None):
        super().__init__(attrs)
        self.read = read

    def use_required_attribute(self, initial):
        return False  # the box below the field can take its place

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, {**(attrs or {}), "list": f"{name}_suggestions"})
        return {**context, "suggestions": self.read()}


def listed_names() -> list[str]:
    """The names of listed agencies in the reader's language."""
    names = Agency.objects.listed().order_by("legal_name").values_list("legal_name", "name_en")
    return [pick(zh=zh, en=en) for zh, en in names[:MOST_SUGGESTIONS]]


class AgencyNameField(forms.CharField):
    """The name of a listed agency, full, short or English. Its value is the Agency or None."""

    def __init__(self, **kwargs):
        super().__init__(
            max_length=160, widget=Suggestions(listed_names, {"autocomplete": "organization"}), **kwargs
        )

    def clean(self, value):
        name = super().clean(value)
        if not name:
            return None
        named = Q(legal_name__iexact=name) | Q(short_name__iexact=name) | Q(name_en__iexact=name)
        found = list(Agency.objects.listed().filter(named)[:2])
        if len(found) != 1:
            raise forms.ValidationError(how_to_name_it(name))
        return found[0]


def how_to_name_it(words: str) -> str:
    """What to do when no single agency is called that: the whole names of those it may be part of, if they are few."""
    meant = directory.named(words[:LONGEST_QUESTION])
    if not meant or len(meant) > MOST_MEANT:
        return _(
            "No agency in the directory has this name. Choose one that is suggested, or tick the box below."
        )
    known = Agency.objects.in_bulk(meant)
    names = [f"“{pick(zh=known[pk].legal_name, en=known[pk].name_en)}”" for pk in meant if pk in known]
    return _("Write the whole name of your agency. Do you mean %(names)s? If not, tick the box below.") % {
        "names": " / ".join(names)
    }


def is_invited() -> bool:
    """Whether this browser followed the link of an invitation that still counts."""
    followed = context.request.session.get(FOLLOWED, {}) if context.request else {}
    alive = still_given(Invitation.objects.open())
    return bool(followed) and alive.filter(token_hash__in=list(followed.values())).exists()


class PersonFields(forms.Form):
    """What both ways of signing up ask about a person. The account adapter keeps the answers."""

    field_order = ("name", "email", "password1", "occupation", "agency", "has_no_agency", "agrees")

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=60,
        validators=[seen_as_written],
        help_text=gettext_lazy("As colleagues know you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    occupation = forms.ChoiceField(label=gettext_lazy("You are"), choices=User.Occupation)
    agency = AgencyNameField(
        label=gettext_lazy("Which agency do you work for?"),
        error_messages={"required": gettext_lazy("Please name your agency, or tick the box below.")},
        help_text=gettext_lazy(
            "Its managers are asked to confirm once you have confirmed your e-mail address."
        ),
    )
    has_no_agency = forms.BooleanField(
        label=gettext_lazy("My agency is not listed, or I work independently"), required=False
    )
    agrees = AgreeField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if password := self.fields.get("password1"):
            password.required = password.widget.is_required = False
            password.help_text = _(
                "At least 10 characters. Leave it empty if you would rather sign in with a code that we send by e-mail."
            )
        self.fields["agrees"].point_at_the_page()
        if is_invited():  # the invitation names the agency, and answering it comes next
            del self.fields["agency"], self.fields["has_no_agency"]
        else:
            self.fields["agency"].required = not self.data.get("has_no_agency")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("has_no_agency"):
            cleaned["agency"] = None
        return cleaned


class SignupForm(PersonFields, MailSignupForm):
    """By mail address, with or without a password."""


class SocialSignupForm(PersonFields, OtherSignupForm):
    """After signing in elsewhere for the first time."""
