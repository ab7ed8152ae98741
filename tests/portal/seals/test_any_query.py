"""Whatever is asked of the addresses that programs read, none answers with a fault: questions made up by Hypothesis."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.addresses import ADDRESSES, leading

pytestmark = pytest.mark.django_db
#: The read API of HSDS, what harvesters and programs ask, and the suggestions of the search box.
READ_BY_PROGRAMS = [
    name
    for name in ADDRESSES
    if name.startswith("hsds_")
    or name in ("oai", "cases_jsonl", "cases_csv", "suggest", "directory_file", "sitemap", "calendar_feed")
]
#: Names that mean something somewhere, and such as mean nothing.
NAMES = st.sampled_from(
    [
        "page",
        "per_page",
        "format",
        "search",
        "modified_after",
        "minimal",
        "full",
        "taxonomy_term_id",
        "taxonomy_id",
        "organization_id",
        "postcode",
        "proximity",
        "verb",
        "metadataPrefix",
        "from",
        "until",
        "set",
        "identifier",
        "resumptionToken",
        "q",
        "kind",
        "month",
        "year",
        "district",
        "sort",
    ]
)
VALUES = st.one_of(
    st.text(max_size=30),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(
        ["", "true", "1", "0", "-1", "NaN", "2026-02-30", "2026-11-29T00:00:00Z", "\x00", "ListRecords"]
    ),
    st.datetimes().map(str),
)
QUERIES = st.dictionaries(
    st.one_of(NAMES, st.text(min_size=1, max_size=8)), st.lists(VALUES, max_size=2), max_size=4
)


@pytest.mark.parametrize("name", READ_BY_PROGRAMS)
def test_no_question_of_a_program_ends_in_a_fault(world, client, name):
    client.raise_request_exception = False
    address = leading(world, name)[0]

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(query=QUERIES)
    def ask(query):
        assert client.get(address, query).status_code < 500

    ask()
