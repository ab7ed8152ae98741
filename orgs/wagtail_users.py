"""Users in the Wagtail admin: our user has one name, not two, and is locked by our rule (`orgs/leaving.py`)."""

from django import forms
from django.contrib.auth import get_user_model
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy
from wagtail.users.forms import UserCreationForm as WagtailCreationForm
from wagtail.users.forms import UserEditForm as WagtailEditForm
from wagtail.users.views.users import EditView as WagtailEditView
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from orgs import leaving

FIELDS = ["email", "name", "is_superuser", "groups"]


class UserCreationForm(WagtailCreationForm):
    first_name = None
    last_name = None

    class Meta:
        model = get_user_model()
        fields = FIELDS
        widgets = {"groups": CheckboxSelectMultiple}


class UserEditForm(WagtailEditForm):
    first_name = None
    last_name = None
    releases_agencies = forms.BooleanField(
        label=gettext_lazy("Release the agencies that only this person owns"),
        help_text=gettext_lazy(
            "Needed to lock the last owner of an agency. Its entry and its people stay, and it can be claimed anew."
        ),
        required=False,
    )

    class Meta:
        model = get_user_model()
        fields = [*FIELDS, "is_active"]
        widgets = {"groups": CheckboxSelectMultiple}


class UserEditView(WagtailEditView):
    """Switching "active" off is locking the account. The last owner of an agency is locked only with its release."""

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except leaving.LeavingError as refusal:
            form.instance.is_active = True
            form.add_error("is_active", str(refusal))
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)

    def save_instance(self):
        if "is_active" in self.form.changed_data and not self.form.cleaned_data["is_active"]:
            leaving.deactivate(
                self.object,
                by=self.request.user,
                is_releasing=self.form.cleaned_data["releases_agencies"],
            )
        return super().save_instance()


class UserViewSet(WagtailUserViewSet):
    template_prefix = "orgs/wagtail_users/"
    ordering = ["name"]
    edit_view_class = UserEditView

    def get_form_class(self, for_update=False):
        return UserEditForm if for_update else UserCreationForm
