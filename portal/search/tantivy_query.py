"""A question in the terms of tantivy: what is found, and how much each hit weighs. What it means is said in `query.py`."""

from tantivy import Occur
from tantivy import Query as TantivyQuery

from portal.search.query import Choice, Query, Slot
from portal.search.tantivy_schema import SCHEMA

Clause = tuple[Occur, TantivyQuery]


def weighed(query: Query, of_kinds: list[Clause]) -> TantivyQuery:
    """What is asked for, and how much each hit weighs.

    tantivy adds up what single tokens weigh in a loop of its own when nothing else is among them. So all of them stand in
    one list, and what is found is worked out beside it without weighing: quicker by a third, although tokens are read
    twice. Reading tokens in a row twice is too dear; where there are any, what finds weighs too.
    """
    is_apart = all(slot.is_one_token for slot in (*query.phrases, *query.slots))
    asked = found_by(query, of_kinds, weighs=not is_apart)
    if is_apart:
        asked = _constant(asked, 0.0)
    tokens = [
        each
        for slot in ((*query.phrases, *query.slots, *query.faint) if is_apart else query.faint)
        for each in (_fields(slot.choices[0]) if slot.is_one_token else [_slot(slot, weighs=True)])
    ]
    liked = [_constant(_in_a_row("tags", (tag,)), boost) for tag, boost in query.liked]
    for further in (tokens, liked):
        if further:
            asked = TantivyQuery.boolean_query([(Occur.Must, asked), (Occur.Should, _any_of(further))])
    return asked


def found_by(query: Query, of_kinds: list[Clause], *, weighs: bool = False) -> TantivyQuery:
    """What is asked for, without what only helps to order."""
    if query.asks_for_nothing:
        return TantivyQuery.empty_query()
    clauses = [(Occur.Must, _slot(phrase, weighs)) for phrase in query.phrases]
    if query.has_no_words:
        clauses.append((Occur.Must, TantivyQuery.all_query()))
    if query.slots:
        clauses.append((Occur.Must, _some_of([_slot(slot, weighs) for slot in query.slots], query.minimum)))
    clauses += [(Occur.MustNot, _slot(slot)) for slot in query.without]
    clauses += [
        one_of("tags", [f"{name}:{value}" for value in values]) for name, values in query.filters.items()
    ]
    return TantivyQuery.boolean_query([*clauses, *of_kinds])


def _some_of(conditions: list[TantivyQuery], minimum: int) -> TantivyQuery:
    """At least so many of the conditions, with the weights of all that hold.

    Two of them are the first with one of the others, or the second with one of those behind it, and so on; the first of
    these that holds has all the weights. tantivy counts with a heap how many hold, which takes twice as long.
    """
    if minimum != 2 or len(conditions) < 3:
        return _any_of(conditions, minimum)
    return TantivyQuery.disjunction_max_query(
        [
            TantivyQuery.boolean_query([(Occur.Must, each), (Occur.Must, _any_of(conditions[at:]))])
            for at, each in enumerate(conditions[:-1], start=1)
        ]
    )


def _any_of(conditions: list[TantivyQuery], minimum: int = 1) -> TantivyQuery:
    return TantivyQuery.boolean_query([(Occur.Should, each) for each in conditions], minimum)


def one_of(field: str, values: list[str]) -> Clause:
    """A condition that does not weigh. A set of terms would be looked up in all documents before any is passed over."""
    return Occur.Must, _constant(_any_of([_in_a_row(field, (value,)) for value in values]), 0.0)


def _constant(condition: TantivyQuery, weight: float) -> TantivyQuery:
    return TantivyQuery.const_score_query(condition, weight)


def _slot(slot: Slot, weighs: bool = False) -> TantivyQuery:
    choices = [_choice(choice, weighs) for choice in slot.choices]
    return choices[0] if len(choices) == 1 else TantivyQuery.disjunction_max_query(choices)


def _choice(choice: Choice, weighs: bool) -> TantivyQuery:
    """The tokens in a row, in the field that they are looked for in. What stands in the title stands in the text too, so
    further fields only add their weight: asked as an alternative they would take a third more time."""
    first, *others = _fields(choice)
    if not (weighs and others):
        return first
    return TantivyQuery.boolean_query([(Occur.Must, first), *((Occur.Should, other) for other in others)])


def _fields(choice: Choice) -> list[TantivyQuery]:
    """The tokens in each field, with what they weigh there."""
    return [
        TantivyQuery.boost_query(_in_a_row(field, choice.tokens), weight * choice.weight)
        for field, weight in choice.fields.items()
    ]


def _in_a_row(field: str, tokens: tuple[str, ...]) -> TantivyQuery:
    if len(tokens) == 1:
        return TantivyQuery.term_query(SCHEMA, field, tokens[0], index_option="freq")
    return TantivyQuery.phrase_query(SCHEMA, field, list(tokens))
