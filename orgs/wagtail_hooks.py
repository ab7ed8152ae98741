"""Agencies and accounts for portal staff in the Wagtail admin: listing, withdrawing, and no agency left without owner."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, EditView, SnippetViewSet

from orgs import applying, history, leaving, staff_rights, verification
from orgs.models import Agency, User
from portal.choosing import ChosenByThoseWhoView


class StatusByHand:
    """Every status can be set but "merged": an entry gets it, and keeps it, by a merge (`orgs/merging.py`)."""

    def get_form(self, *args, **kwargs):
        form = super().get_form(*args, **kwargs)
        merged = Agency.Status.MERGED
        is_merged = form.instance.status == merged
        status = form.fields["status"]
        status.choices = [choice for choice in status.choices if (choice[0] == merged) == is_merged]
        return form


class AgencyCreateView(StatusByHand, CreateView):
    pass


class AgencyEditView(StatusByHand, EditView):
    """Setting the status to "listed" is listing: the rule tells the owners."""

    def save_instance(self):
        before = Agency.objects.values_list("status", flat=True).get(pk=self.form.instance.pk)
        is_listing = before != Agency.Status.LISTED and self.form.instance.status == Agency.Status.LISTED
        if is_listing:
            self.form.instance.status = before
        with history.recorded(self.form.instance, by=self.request.user):
            agency = super().save_instance()
        if is_listing:
            try:
                agency = applying.list_agency(agency, by=self.request.user)
            except applying.ApplicationError as refusal:
                messages.error(self.request, str(refusal))
                return agency
            messages.success(self.request, _("%(agency)s is in the directory now.") % {"agency": agency})
        if verification.drop(agency):
            messages.warning(
                self.request,
                _("Name, code or type changed, so %(agency)s fell to level 1 and should be checked anew.")
                % {"agency": agency},
            )
        return agency


class AgencyViewSet(SnippetViewSet):
    model = Agency
    chooser_viewset_class = ChosenByThoseWhoView
    icon = "group"
    menu_label = gettext_lazy("Agencies")
    add_to_admin_menu = True
    add_view_class = AgencyCreateView
    edit_view_class = AgencyEditView
    list_display = ["legal_name", "org_type", "division", "status", "created_at", "confirmed_on"]
    list_filter = ["status", "org_type", "is_sample"]
    ordering = ["-created_at"]
    panels = [
        FieldPanel("status"),
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in ("legal_name", "short_name", "name_en", "slug", "org_type", "uscc")
            ],
            heading=gettext_lazy("Name"),
        ),
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in (
                    "address",
                    "founded_on",
                    "migrant_focus",
                    "staff_band",
                    "website",
                    "public_email",
                    "public_phone",
                    "logo",
                )
            ],
            heading=gettext_lazy("Facts"),
        ),
    ]


register_snippet(AgencyViewSet)


@hooks.register("before_delete_user")
def keep_the_last_owner(request, user):
    """An account that an agency depends on is locked and its agencies released first; then it can be deleted."""
    alone = leaving.only_owned_by(user)
    if alone.exists():
        messages.error(request, str(leaving.LastOwner(alone)))
        return redirect("wagtailusers_users:edit", user.pk)
    return None


@hooks.register("before_bulk_action")
def keep_the_last_owners(request, action_type, objects, action):
    """The same for many accounts at once: two owners of one agency do not go together."""
    if action.model is not User or action_type not in ("delete", "set_active_state"):
        return None
    if action_type == "set_active_state" and action.cleaned_form.cleaned_data["mark_as_active"]:
        return None
    alone = leaving.only_owned_by(*objects)
    if alone.exists():
        messages.error(request, str(leaving.LastOwner(alone)))
        return redirect("wagtailusers_users:index")
    return None


@hooks.register("before_bulk_action")
def remember_rights(request, action_type, objects, action):
    """What each of many accounts may do before it is changed, for `write_rights_down`."""
    if action.model is User and action_type in ("assign_role", "set_active_state"):
        action.held_before = [(person, staff_rights.held_by(person.pk)) for person in objects]


@hooks.register("after_bulk_action")
def write_rights_down(request, action_type, objects, action):
    """Groups given to many accounts at once, and accounts locked or unlocked, are in the log like those of one."""
    for person, before in getattr(action, "held_before", ()):
        staff_rights.record(person, before=before, by=request.user)
