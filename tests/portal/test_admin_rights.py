"""What each group of staff may do in Wagtail's admin: every address of it × every group, and nobody of an agency anywhere.

The tables say which addresses answer to which group, and of pages, for which kinds. One that is in none answers to
superusers alone; the test fails when it answers to a group, or when one that is in it does not.
"""

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import URLResolver, get_resolver, reverse
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.images import get_image_model
from wagtail.models import Collection, Locale, Page, Site, Task, Workflow, WorkflowTask

from casestudies.models import CaseStudy, LibraryPage
from events.models import CalendarPage, Event, HoursRule
from orgs.models import DirectoryPage, User
from portal.models import BestBet, HomePage, StandardPage, SynonymList
from portal.setup import EDITORS, MODERATORS
from tests import factories
from tests.fingerprint import statements_that_write
from tests.test_leak_crawl import CANARY, everybodys, plant, said
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


def admins(patterns=None, prefix="", namespaces=(), outer=()):
    """Every address of the admin that has a name: the name, and the names of its arguments."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        arguments = (*outer, *(pattern.pattern.converters or pattern.pattern.regex.groupindex))
        if isinstance(pattern, URLResolver):
            spaces = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from admins(pattern.url_patterns, route, spaces, arguments)
        elif pattern.name and route.startswith("admin/"):
            yield ":".join((*namespaces, pattern.name)), arguments


ADMINS = sorted(set(admins()))


KINDS_OF_PAGE = (StandardPage, HomePage, DirectoryPage, CalendarPage, LibraryPage)


# -- What opens to whom -----------------------------------------------------------------------------------------------

#: Editors and moderators: how it opens, then the beginning of the name (after `page`: of which kinds of page), and the
#: rest of it; after `many`: what may be done with many at once.
BOTH = {
    "get": {
        "page StandardPage HomePage": "add",
        "page StandardPage": "add_subpage",
        "page *": "copy history history_results revisions_compare revisions_view usage workflow_history workflow_history_detail",
        "page HomePage": "move_confirm",
        "": "searched searched_results wagtailadmin_choose_page wagtailadmin_choose_page_child wagtailadmin_choose_page_chosen_multiple wagtailadmin_choose_page_external_link wagtailadmin_choose_page_search wagtailadmin_dismissibles wagtailadmin_explore wagtailadmin_explore_results wagtailadmin_explore_root wagtailadmin_home wagtailadmin_javascript_catalog",
        "wagtailadmin_api:images": "detail listing",
        "wagtailadmin_api:pages": "detail listing",
        "wagtailadmin_pages": "search search_results type_use type_use_results",
        "wagtailadmin_reports": "aging_pages aging_pages_results page_types_usage page_types_usage_results site_history site_history_results workflow workflow_results workflow_tasks workflow_tasks_results",
        "wagtailadmin_workflows": "task_chooser task_chooser_create task_chooser_results",
        "wagtailimages": "add_multiple image_usage index index_results",
        "wagtailimages_chooser": "choose choose_results chosen chosen_multiple",
        "wagtailsnippetchoosers_portal_bestbet": "choose choose_results chosen chosen_multiple create",
        "wagtailsnippetchoosers_portal_synonymlist": "choose choose_results chosen chosen_multiple create",
        "wagtailsnippets_portal_bestbet": "history history_results list list_results usage",
        "wagtailsnippets_portal_synonymlist": "history history_results list list_results usage",
    },
    "get post": {
        "page *": "confirm_workflow_cancellation edit preview_on_edit revisions_revert view_draft",
        "page StandardPage HomePage": "preview_on_add",
        "": "wagtailadmin_account wagtailadmin_choose_page_anchor_link wagtailadmin_choose_page_email_link wagtailadmin_choose_page_phone_link wagtailadmin_sprite wagtailadmin_tag_autocomplete",
        "wagtailadmin_pages": "choose_parent",
        "wagtailadmin_workflows": "task_chosen",
        "wagtailembeds": "chooser chooser_upload",
        "wagtailimages": "add delete edit preview",
        "wagtailimages_chooser": "create select_format",
        "wagtailsnippets_casestudies_casestudy": "confirm_workflow_cancellation",
        "wagtailsnippets_portal_bestbet": "add copy delete edit",
        "wagtailsnippets_portal_synonymlist": "add copy delete edit",
    },
    "post": {
        "wagtailadmin_editing_sessions": "ping release",
        "": "wagtailadmin_logout",
        "wagtailimages": "delete_multiple edit_multiple",
        "many portal.synonymlist": "delete",
        "many portal.bestbet": "delete",
        "many wagtailimages.image": "delete",
    },
}
#: Moderators, and not editors. What stands in neither opens to superusers alone.
MODERATORS_ONLY = {
    "get": {
        "page *": "workflow_preview",
        "": "failed_jobs",
        "wagtailadmin_reports": "locked_pages locked_pages_results",
        "wagtailsnippetchoosers_casestudies_casestudy": "choose choose_results chosen chosen_multiple",
        "wagtailsnippetchoosers_events_event": "choose choose_results chosen chosen_multiple",
        "wagtailsnippetchoosers_events_hoursrule": "choose choose_results chosen chosen_multiple create",
        "wagtailsnippetchoosers_orgs_agency": "choose choose_results chosen chosen_multiple",
        "wagtailsnippets_casestudies_casestudy": "history history_results list list_results revisions_compare revisions_view unpublish usage workflow_history",
        "wagtailsnippets_events_event": "history history_results list list_results usage",
        "wagtailsnippets_events_hoursrule": "history history_results list list_results usage",
        "wagtailsnippets_orgs_agency": "history history_results list list_results usage",
    },
    "get post": {
        "page *": "collect_workflow_action_data move revisions_unschedule set_privacy unpublish workflow_action",
        "page StandardPage DirectoryPage CalendarPage LibraryPage": "delete",
        "wagtailsnippets_casestudies_casestudy": "edit preview_on_edit revisions_revert revisions_unschedule",
        "wagtailsnippets_events_event": "edit",
        "wagtailsnippets_events_hoursrule": "add copy edit",
        "wagtailsnippets_orgs_agency": "edit",
    },
    "post": {
        "page *": "lock set_page_position",
        "wagtailadmin_api:pages": "action",
        "many wagtailcore.page": "delete publish unpublish",
    },
}
#: To whom it is written on the door that one must come in by: nothing of anybody is there.
ANYBODY = {"wagtailadmin_javascript_catalog": "get", "wagtailadmin_sprite": "get post"}
#: What the groups read in the admin beyond what everybody may read anyway: kinds of rows, and single fields.
READ = {
    EDITORS: {"BestBet", "StandardPage", "User.name"},  # whose text is in review
    MODERATORS: {"BestBet", "CaseStudy", "Event", "HoursRule", "StandardPage", "User.name"},
}


def table(*parts) -> dict[str, str]:
    """Each name, with the kind of page where it speaks of one, and how it opens."""
    opens = {}
    for part in parts:
        for ways, families in part.items():
            for family, names in families.items():
                first, _space, rest = family.partition(" ")
                kinds = [kind.__name__ for kind in KINDS_OF_PAGE] if rest == "*" else rest.split()
                for name in names.split():
                    if first == "page":
                        opens |= {f"wagtailadmin_pages:{name} {kind}": ways for kind in kinds}
                    elif first == "many":
                        opens[f"{family} {name}"] = ways
                    else:
                        opens[f"{family}:{name}" if family else name] = ways
    return opens


# -- Of what the addresses speak --------------------------------------------------------------------------------------


@pytest.fixture
def planted(world):
    """A canary in every text, as the leak crawl has it."""
    BestBet.objects.create(words="欠薪", address="/cases/")
    return plant()


@pytest.fixture
def things(world, planted):
    """What the addresses speak of, by the beginning of their names; and pages of each kind, each with a text in review."""
    root = User.objects.create_superuser("root@example.org", name="根")
    workflow = Workflow.objects.create(name="看一遍")
    WorkflowTask.objects.create(workflow=workflow, task=Task.objects.first(), sort_order=0)
    pages = {}
    for kind in KINDS_OF_PAGE:
        page = kind.objects.first()
        page.save_revision(user=root)
        pages[page] = workflow.start(page, root)
    image = get_image_model().objects.create(title="图", file=factories.upload("图.png"))
    snippets = [
        BestBet.objects.get(),
        SynonymList.objects.create(language="zh", text="x:work | 打工, 务工"),
        world["agency"],
        Event.objects.get(public_id=world["arguments"]["public_id"]["draft event"]),
        HoursRule.objects.first(),
        CaseStudy.objects.get(public_id=world["arguments"]["public_id"]["draft"]),
    ]
    return {
        "pages": pages,
        "of": {
            "wagtailadmin_api:images": image,
            "wagtailadmin_collections": Collection.get_first_root_node().add_child(name="图"),
            "wagtailadmin_workflows:enable_task": Task.objects.first(),
            "wagtailadmin_workflows:disable_task": Task.objects.first(),
            "wagtailadmin_workflows:edit_task": Task.objects.first(),
            "wagtailadmin_workflows": workflow,
            "wagtailimages": image,
            "wagtaillocales": Locale.objects.first(),
            "wagtailsites": Site.objects.first(),
            "wagtailusers_groups": Group.objects.get(name=EDITORS),
            "wagtailusers_users": world["people"]["member"],
            **{
                f"{where}_{thing._meta.app_label}_{thing._meta.model_name}": thing
                for thing in snippets
                for where in ("wagtailsnippets", "wagtailsnippetchoosers")
            },
        },
    }


def arguments(name: str, names, things: dict, page: Page) -> dict:
    """What the arguments of an address are, where it speaks of a page, of this one."""
    of = next((thing for start, thing in things["of"].items() if name.startswith(start)), page)
    state = things["pages"][page]
    known = {
        **dict.fromkeys(("page_id", "parent_page_id", "page_to_move_id", "page_pk", "object_id"), page.pk),
        **dict.fromkeys(("pk", "collection_id", "image_id", "document_id", "doc_id"), of.pk),
        **dict.fromkeys(("session_id", "uploaded_file_id"), 1),
        **dict.fromkeys(("uidb64", "token"), "x"),
        **dict.fromkeys(("app_label", "app_name", "content_type_app_name"), "portal"),
        **dict.fromkeys(("model_name", "content_type_model_name"), "standardpage"),
        "action_name": "approve" if "workflow" in name else "copy",
        "destination_id": HomePage.objects.last().pk,
        "filter_spec": "width-400",
        "revision_id": getattr(of, "latest_revision_id", None) or 1,
        "revision_id_a": "earliest",
        "revision_id_b": "latest",
        "task_id": state.current_task_state.task_id,
        "task_state_id": state.current_task_state_id,
        "workflow_state_id": state.pk,
        "workflow_pk": state.workflow_id,
    }
    return {argument: known[argument] for argument in names}


def doors(things: dict):
    """Pairs of a name, with the kind of page where it speaks of one, and an address."""
    for name, names in ADMINS:
        if name == "wagtail_bulk_action":
            continue
        about_pages = name.startswith("wagtailadmin_pages:") and any(
            "page" in each or each == "pk" for each in names
        )
        for page in things["pages"]:
            kind = f" {type(page).__name__}" if about_pages else ""
            yield name + kind, reverse(name, kwargs=arguments(name, names, things, page))
            if not about_pages:
                break
    for app, actions in bulk_action_registry.actions.items():
        for model, names in actions.items():
            of = next(
                (thing for thing in things["of"].values() if thing._meta.label_lower == f"{app}.{model}"),
                next(iter(things["pages"])),
            )
            for name in names:
                address = reverse("wagtail_bulk_action", args=[app, model, name])
                yield f"many {app}.{model} {name}", f"{address}?id={of.pk}"


def opened(visitor: Visitor, name: str, address: str) -> tuple[str, str]:
    """How it opens to this visitor, as "get", "post" or both; and all that it said. What is posted is undone."""
    ways, words = [], []
    for method in ("get", "post"):
        client = visitor.client(headers={"x-requested-with": "XMLHttpRequest"}, raise_request_exception=False)
        with transaction.atomic(), statements_that_write() as written:
            answer = getattr(client, method)(address)
            words.append(said(answer))
            transaction.set_rollback(True)
        if written or (answer.status_code == 200 and not name.startswith("many ")):
            ways.append(method)
    return " ".join(ways), " ".join(words)


# -- The tests --------------------------------------------------------------------------------------------------------


def one_of(group: str) -> User:
    person = factories.user()
    person.groups.add(Group.objects.get(name=group))
    return person


@pytest.mark.parametrize(
    ("group", "declared"), [(EDITORS, table(BOTH)), (MODERATORS, table(BOTH, MODERATORS_ONLY))]
)
def test_the_admin_opens_to_each_group_as_declared_and_no_further(things, planted, group, declared):
    visitor, wrong, undone = Visitor(one_of(group)), [], dict(declared)
    public = everybodys(planted)
    for name, address in doors(things):
        ways, words = opened(visitor, name, address)
        expected = undone.pop(name, "")
        if ways != expected:
            wrong.append(
                f"{name} opens to {group} by {ways or 'nothing'}, declared is {expected or 'nothing'}"
            )
        for model, field, _pk in (
            planted[canary] for canary in CANARY.findall(words) if canary in planted.keys() - public
        ):
            if not READ[group] & {model.__name__, f"{model.__name__}.{field}"}:
                wrong.append(f"{name} tells {group} {model.__name__}.{field}")
    assert wrong == []
    assert undone == {}, "the table speaks of what is gone"


@pytest.mark.parametrize("who", ["member", "owner"])
def test_nobody_of_an_agency_comes_into_the_admin_by_any_address(world, things, planted, who):
    visitor, wrong = world["visitors"][who], []
    for name, address in doors(things):
        ways, words = opened(visitor, name, address)
        if ways != ANYBODY.get(name, "") or planted.keys() & set(CANARY.findall(words)):
            wrong.append(f"{name} opens to {who} by {ways}")
    assert wrong == []


def test_who_may_not_view_a_kind_of_record_is_not_told_its_names_where_records_are_chosen():
    """Wagtail's own chooser asks for no right."""
    factories.case(live=False, title="Not yet published")
    chooser = reverse("wagtailsnippetchoosers_casestudies_casestudy:choose")
    for group, is_open in ((EDITORS, False), (MODERATORS, True)):
        answer = Visitor(one_of(group)).client().get(chooser)
        assert ("Not yet published" in answer.content.decode()) == is_open


def test_who_may_not_view_a_record_is_not_told_its_name_where_many_are_deleted():
    case = factories.case(live=False, title="Not yet published")
    address = reverse("wagtail_bulk_action", args=["casestudies", "casestudy", "delete"])
    for group, is_open in ((EDITORS, False), (MODERATORS, True)):
        answer = Visitor(one_of(group)).client().get(f"{address}?id={case.pk}")
        assert ("Not yet published" in answer.content.decode()) == is_open
