"""The conformance table: every row of table_*.py against our server, and against coturn to prove the rows themselves."""
import itertools

import pytest

import table_allocate, table_credentials, table_permissions, table_relay, table_stun
from world import World

TABLES = (table_stun, table_credentials, table_allocate, table_permissions, table_relay)
ROWS = [row for table in TABLES for row in table.ROWS]
CASES = [(row, transport) for row in ROWS for transport in row.over]
participants = itertools.count(1)


def name_of(case):
    row, transport = case
    return f"{row.section} {row.title}, {transport}".replace("§", "")


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_row(case, server, network, dice):
    row, transport = case
    if server.name == "coturn" and (row.coturn or row.own):
        pytest.skip(row.coturn or "a decision of ours")
    if server.name == "parley" and row.parley:
        pytest.skip(row.parley)
    world = World(server, network, transport, dice, f"participant-{next(participants)}")
    try:
        for step in row.steps:
            step(world)
    finally:
        world.close()


def test_table_is_large():
    """150 different rows or more; no title twice in a section."""
    titles = [(row.section, row.title) for row in ROWS]
    assert len(ROWS) >= 150
    assert len(titles) == len(set(titles)), [title for title in titles if titles.count(title) > 1]
