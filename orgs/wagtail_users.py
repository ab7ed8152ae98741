"""Users in the Wagtail admin: our user has one name, not two, and is locked by our rule (`orgs/leaving.py`).

What staff may do is given and taken here, so each way of doing it is written down (`orgs/staff_rights.py`).
"""

from django import forms
from django.contrib.auth import get_user_model
from django.db import transaction
from django.forms import CheckboxSelectMultiple
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from wagtail.documents.forms import GroupDocumentPermissionFormSet
from wagtail.users.forms import UserCreationForm as WagtailCreationForm
from wagtail.users.forms import UserEditForm as WagtailEditForm
from wagtail.users.views.groups import CreateView as WagtailGroupCreateView
from wagtail.users.views.groups import DeleteView as WagtailGroupDeleteView
from wagtail.users.views.groups import EditView as WagtailGroupEditView
from wagtail.users.views.groups import GroupViewSet as WagtailGroupViewSet
from wagtail.users.views.users import CreateView as WagtailCreateView
from wagtail.users.views.users import EditView as WagtailEditView
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from orgs import audit, leaving, staff_rights

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


class UserCreateView(WagtailCreateView):
    """An account that staff make; what it may do is written down."""

    def save_instance(self):
        with staff_rights.recorded(self.form.instance, by=self.request.user):
            return super().save_instance()


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
        by = self.request.user
        with staff_rights.recorded(self.object, by=by):
            if "is_active" in self.form.changed_data and not self.form.cleaned_data["is_active"]:
                is_releasing = self.form.cleaned_data["releases_agencies"]
                leaving.deactivate(self.object, by=by, is_releasing=is_releasing)
            if "email" in self.form.changed_data:
                audit.record(audit.Action.SECURITY, by=by, about=self.object, change="address")
            return super().save_instance()


class UserViewSet(WagtailUserViewSet):
    template_prefix = "orgs/wagtail_users/"
    ordering = ["name"]
    add_view_class = UserCreateView
    edit_view_class = UserEditView

    def get_form_class(self, for_update=False):
        return UserEditForm if for_update else UserCreationForm


class OurGroup:
    """What the group may do is written down once its form and its panels are kept. Documents are nobody's to give."""

    @cached_property
    def permission_panel_forms(self):
        panels = super().permission_panel_forms
        return [panel for panel in panels if not isinstance(panel, GroupDocumentPermissionFormSet)]

    def process_form(self):
        with transaction.atomic():
            response = super().process_form()
            if self.object.pk and getattr(self, "produced_error_message", None) is None:
                staff_rights.record_group(self.object, by=self.request.user)
        return response


class GroupCreateView(OurGroup, WagtailGroupCreateView):
    pass


class GroupEditView(OurGroup, WagtailGroupEditView):
    pass


class GroupDeleteView(WagtailGroupDeleteView):
    """Those who were in it lose what it gave."""

    def delete_action(self):
        people = list(self.object.user_set.all())
        with staff_rights.recorded(*people, by=self.request.user):
            super().delete_action()


class GroupViewSet(WagtailGroupViewSet):
    add_view_class = GroupCreateView
    edit_view_class = GroupEditView
    delete_view_class = GroupDeleteView
