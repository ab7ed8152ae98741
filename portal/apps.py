from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portal"

    def ready(self):
        from portal import (  # noqa: F401  house rules and signals register themselves
            changes,
            checks,
            migrating,
            no_documents,
            security_log,
            session_lifetime,
        )
        from portal.search import engine, indexing

        engine()  # a SEARCH_URL that nobody understands stops the start; nothing is opened yet
        indexing.connect()
        changes.connect(self)
        no_documents.shut()
