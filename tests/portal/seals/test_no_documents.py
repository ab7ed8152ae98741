"""Wagtail's documents, which take any file and keep it where everybody gets it, exist for nobody."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.models import GroupCollectionPermission
from wagtail.permissions import policy_registry

from orgs.models import User
from tests import factories

pytestmark = pytest.mark.django_db
Document = get_document_model()

FILES = {
    "x.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "y.html": b"<script>alert(1)</script>",
    "z.pdf": b"MZ\x90\x00 a program",
}


@pytest.fixture(params=["a moderator", "a superuser"])
def staff(request, client):
    is_root = request.param == "a superuser"
    client.force_login(
        User.objects.create_superuser("root@example.org", name="根") if is_root else factories.moderator()
    )
    return client


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "door", ["wagtaildocs:add", "wagtaildocs:add_multiple", "wagtaildocs_chooser:create"]
)
def test_nobody_uploads_a_document(staff, door, name):
    file = SimpleUploadedFile(name, FILES[name], content_type="application/pdf")
    answer = staff.post(reverse(door), {"title": "x", "file": file, "files[]": file, "collection": 1})
    assert answer.status_code == 404
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "/documents/1/x.pdf",
        "/en/documents/1/x.pdf",
        "/documents/authenticate_with_password/1/",
        "/admin/documents/",
        "/admin/documents/chooser/",
        "/admin/documents/edit/1/",
        "/admin/api/main/documents/",
        "/admin/api/main/documents/1/",
        "/admin/bulk/wagtaildocs/document/delete/?id=1",
    ],
)
def test_no_address_of_documents_answers(staff, address):
    Document.objects.create(pk=1, title="x", file=SimpleUploadedFile("x.pdf", b"%PDF-1.7"))
    assert staff.get(address).status_code == 404
    assert staff.post(address).status_code == 404


def test_the_admin_does_not_speak_of_documents(staff):
    for address in ("/admin/", "/admin/pages/", "/admin/images/"):
        page = staff.get(address)
        assert page.status_code == 200
        assert "/admin/documents/" not in page.content.decode(), address


def test_no_group_may_do_anything_with_them_and_none_can_be_allowed_to(client):
    assert not GroupCollectionPermission.objects.filter(
        permission__content_type__app_label="wagtaildocs"
    ).exists()
    root = User.objects.create_superuser("root@example.org", name="根")
    policy = policy_registry.get_by_type(Document)
    for person in (root, factories.moderator()):
        assert not any(
            policy.user_has_permission(person, what) for what in ("add", "change", "delete", "choose")
        )
    client.force_login(root)
    form = client.get(reverse("wagtailusers_groups:add"))
    assert form.status_code == 200
    assert "document_permissions" not in form.content.decode()
