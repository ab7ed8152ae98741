"""Load the administrative divisions of China."""

from django.core.management.base import BaseCommand

from orgs import divisions


class Command(BaseCommand):
    help = "Load the administrative divisions (GB/T 2260) by year. Safe to run again."

    def handle(self, **options):
        self.stdout.write(f"{divisions.load()} divisions.")
