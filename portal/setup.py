"""Bringing a fresh database to a working portal: vocabularies, the places in both languages, the groups of staff.

Safe to run again: what exists is left as the editors made it.
"""

from importlib import import_module

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Locale, Page, Site

from portal import topics
from portal.models import HomePage, StandardPage, Topic
from portal.search.indexing import in_bulk
from portal.setup_words import WORDS

EDITORS, MODERATORS = "Editors", "Moderators"  # Wagtail makes these two groups itself


@transaction.atomic
@in_bulk()
def run() -> None:
    """Set up the portal, then every record app's part (its `setup.run`)."""
    topics.load(Topic.objects)
    make_homes()
    for app in settings.RECORD_APPS:
        import_module(f"{app}.setup").run()
    for name in ("about", "guide", "privacy"):
        make_place(StandardPage, name)
    for group in (EDITORS, MODERATORS):
        for model in ("bestbet", "synonymlist"):
            grant(group, *(f"portal.{what}_{model}" for what in ("view", "add", "change", "delete")))
    grant(MODERATORS, "django_tasks_database.change_dbtaskresult")  # to try failed jobs again


def make_homes() -> None:
    """A home page for each language; the Chinese one is the site's root."""
    root = Page.get_first_root_node()
    home = None
    for language, _name in settings.LANGUAGES:
        locale, _created = Locale.objects.get_or_create(language_code=language)
        if HomePage.objects.filter(locale=locale).exists():
            continue
        home = HomePage(locale=locale, slug=f"home-{language}", **WORDS["home"][language])
        if chinese := HomePage.objects.filter(locale__language_code=settings.LANGUAGE_CODE).first():
            home.translation_key = chinese.translation_key
        root.add_child(instance=home)
        root.refresh_from_db()
    site = Site.objects.filter(is_default_site=True).first() or Site(
        is_default_site=True, hostname="localhost"
    )
    chinese = HomePage.objects.get(locale__language_code=settings.LANGUAGE_CODE)
    if site.root_page_id != chinese.pk:
        site.root_page = chinese
        site.site_name = settings.WAGTAIL_SITE_NAME
        site.save()
        # Wagtail's own welcome page has given way.
        Page.objects.filter(depth=2).exclude(pk__in=HomePage.objects.values("pk")).delete()


def make_place(page_class: type[Page], name: str, **fields) -> None:
    """Make one page under the home page of each language, with its words, once."""
    key = None
    for language, _name in settings.LANGUAGES:
        home = HomePage.objects.get(locale__language_code=language)
        page = page_class.objects.child_of(home).filter(slug=name).first()
        if page is None:
            page = page_class(slug=name, locale=home.locale, **WORDS[name][language], **fields)
            if key:
                page.translation_key = key
            home.add_child(instance=page)
        key = page.translation_key


def grant(group: str, *permissions: str) -> None:
    """Give a group of portal staff permissions such as "orgs.change_agency"."""
    for permission in permissions:
        app, codename = permission.split(".")
        Group.objects.get(name=group).permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
