"""Bring a migrated database to a working portal, and an existing one up to date."""

from django.core.management.base import BaseCommand

from portal import setup


class Command(BaseCommand):
    help = "Load the vocabularies and divisions and make the pages, groups and the review workflow. Safe to run again."

    def handle(self, **options):
        setup.run()
        self.stdout.write("The portal is set up.")
