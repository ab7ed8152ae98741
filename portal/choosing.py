"""Records are named in Wagtail's admin to those who may view their kind.

Wagtail's choosers ask for no right: they list every row with its name, drafts too, to whoever comes into the admin. Its
page for deleting many at once asks row by row, and names those that it refuses.
"""

from wagtail.admin.auth import permission_denied, permission_required
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.views.chooser import SnippetChooserViewSet


def right_to_view(model) -> str:
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


class ChosenByThoseWhoView(SnippetChooserViewSet):
    """The chooser of a kind of record, closed to who may not view it."""

    def construct_view(self, view_class, **kwargs):
        return permission_required(right_to_view(self.model))(super().construct_view(view_class, **kwargs))


class DeletedByThoseWhoView(DeleteBulkAction):
    """Deleting many records, closed to who may not even view them."""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(right_to_view(self.model)):
            return permission_denied(request)
        return super().dispatch(request, *args, **kwargs)
