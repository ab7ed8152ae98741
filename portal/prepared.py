"""Questions to the database that are asked so often that their SQL is written once per process.

Django writes the SQL of a queryset anew each time that it is asked. For a page of somebody who is signed in, and for a
registration, this was half of all the work. A `Prepared` question is written at its first use; from then on only the
values are put in, and the rows become objects as Django makes them.
"""

import copy
from collections.abc import Callable
from datetime import date
from inspect import signature
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, QuerySet, prefetch_related_objects

T = TypeVar("T")


class Blank(Expression):
    """The place of a value that is put in when the question is asked."""

    def __init__(self, name: str):
        super().__init__()
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


class Prepared(Generic[T]):
    """A question with blanks: the arguments of the function that makes its queryset.

        OF_PERSON = Prepared(lambda person: Membership.objects.active().filter(user=person))
        OF_PERSON.all(person=user.pk)

    The queryset may select related records, or be of `values_list`. What it prefetches is asked for as Django does, its SQL
    written anew. Blanks are keys, words, UUIDs and moments; None is equal to nothing, as in SQL. What is no blank stays as
    it is for the life of the process, so ValueError is raised where that is a moment or a day.
    """

    def __init__(self, question: Callable[..., QuerySet]):
        self.question = question
        self._written: dict[str, tuple[type, Any, dict, str, tuple, tuple]] = {}

    def all(self, **values) -> list[T]:
        """What the database answers now."""
        connection = connections[DEFAULT_DB_ALIAS]
        written = self._written.get(connection.vendor) or self._write(connection)
        rows_become, compiler, converters, sql, params, prefetched = written
        filled = tuple(
            _given(values[param.name], connection) if isinstance(param, Blank) else param for param in params
        )
        asking = copy.copy(compiler)
        asking.connection = connection
        asking.as_sql = lambda: (sql, filled)
        asking.get_converters = lambda expressions: converters
        query = SimpleNamespace(get_compiler=lambda using: asking)
        rows = list(rows_become(SimpleNamespace(db=connection.alias, query=query, _known_related_objects={})))
        if prefetched:
            prefetch_related_objects(rows, *prefetched)
        return rows

    def first(self, **values) -> T | None:
        """The first row of the answer; the question says how many there are at most."""
        return next(iter(self.all(**values)), None)

    def _write(self, connection) -> tuple[type, Any, dict, str, tuple, tuple]:
        queryset = self.question(**{name: Blank(name) for name in signature(self.question).parameters})
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        if any(isinstance(lookup.rhs, date) for lookup in queryset.query.where.leaves()):
            raise ValueError("A moment in a question that is written once must be a blank.")
        converters = compiler.get_converters([expression for expression, _sql, _alias in compiler.select])
        prefetched = queryset._prefetch_related_lookups
        written = (queryset._iterable_class, compiler, converters, sql, params, prefetched)
        self._written[connection.vendor] = written
        return written


def _given(value: Any, connection) -> Any:
    """The value as this database wants it."""
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, date) else value
