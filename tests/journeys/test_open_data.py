"""Every object that the running portal with its demo world serves as open data, held against the published schemas."""

import json
from urllib.request import urlopen

import pytest

from tests.orgs.test_open_data import LISTS, wrong

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("full", ["false", "true"])
def test_every_object_of_the_demo_world_is_valid(address, kind, full):
    schema = LISTS[kind][full == "true"]
    with urlopen(f"{address}/hsds/v3/{kind}?format=ndjson&full={full}") as stream:
        records = [json.loads(line) for line in stream]
    assert len(records) >= 10
    assert [problem for record in records for problem in wrong(record, schema)] == []
