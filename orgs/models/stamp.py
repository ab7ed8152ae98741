"""When an agency counts as changed: it gets another stamp, in the transaction of the change.

A sum over the stamps of all agencies says whether any of them changed (`orgs/facts.py` asks it at every request). The
stamps are random, so a transaction that commits late cannot hide behind one that began later and committed first.
"""

import secrets

from django.db import models
from django.db.models import F


def new_stamp() -> int:
    """Forty random bits: a sum over thousands of agencies still fits the database's integers."""
    return secrets.randbits(40)


class StampedQuerySet(models.QuerySet):
    """Agencies: what changes many of them at once gives them another stamp too."""

    def update(self, **fields):
        fields.setdefault("stamp", F("stamp") + secrets.randbits(32) + 1)
        return super().update(**fields)

    update.alters_data = True


class PartsQuerySet(models.QuerySet):
    """Rows that say something about their `agency`, so that changing many at once changes the agencies.

    What is saved or deleted one by one is heard by `orgs/stamps.py`.
    """

    def update(self, **fields):
        before = set(self.order_by().values_list("agency", flat=True).distinct())
        changed = super().update(**fields)
        after = fields.get("agency", fields.get("agency_id"))
        self.touch(before | {getattr(after, "pk", after)} - {None})
        return changed

    update.alters_data = True

    def bulk_create(self, objs, *args, **kwargs):
        made = super().bulk_create(objs, *args, **kwargs)
        self.touch({row.agency_id for row in made})
        return made

    bulk_create.alters_data = True

    def touch(self, agencies: set[int]) -> None:
        """Say that these agencies (primary keys) changed."""
        if agencies:
            agency = self.model._meta.get_field("agency").related_model
            agency._base_manager.filter(pk__in=agencies).update(stamp=F("stamp") + secrets.randbits(32) + 1)
