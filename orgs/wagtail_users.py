"""Users in the Wagtail admin: our user has one name, not two."""

from django.contrib.auth import get_user_model
from django.forms import CheckboxSelectMultiple
from wagtail.users.forms import UserCreationForm as WagtailCreationForm
from wagtail.users.forms import UserEditForm as WagtailEditForm
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

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

    class Meta:
        model = get_user_model()
        fields = [*FIELDS, "is_active"]
        widgets = {"groups": CheckboxSelectMultiple}


class UserViewSet(WagtailUserViewSet):
    template_prefix = "orgs/wagtail_users/"
    ordering = ["name"]

    def get_form_class(self, for_update=False):
        return UserEditForm if for_update else UserCreationForm
