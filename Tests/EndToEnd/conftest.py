"""Fixtures; see README.md."""
import os, pathlib, random, string, sys

import pytest

from server import Server, binary
from wire import Wire

ARTIFACTS = pathlib.Path(__file__).resolve().parents[2] / "artifacts"
# Cheap claims first: somebody who broke the server learns it within a minute.
ORDER = ["test_http", "test_signalling", "test_moderation", "test_resume", "test_bad_input", "test_restart", "test_stun", "test_turn", "test_broadcast", "test_patience", "test_page", "test_reconnect",
         "test_meeting", "test_relay", "test_hidden_addresses"]

pytest_plugins = ["browsers", "lab", "patience"]


def pytest_configure():
    try:
        binary()
    except FileNotFoundError as missing:
        pytest.exit(str(missing), returncode=2)


def pytest_collection_modifyitems(items):
    names = {name: place for place, name in enumerate(ORDER)}
    items.sort(key=lambda item: names.get(item.path.stem, len(ORDER)))


@pytest.fixture
def seed():
    """The seed of whatever is random in a test; printed, and repeatable with MEETING_TEST_SEED."""
    seed = int(os.environ.get("MEETING_TEST_SEED", random.randrange(2**32)))
    print(f"MEETING_TEST_SEED={seed}", file=sys.stderr)
    return seed


@pytest.fixture
def room():
    """A room name that nobody has used."""
    return "test-" + "".join(random.choices(string.ascii_lowercase + string.digits, k=12))


@pytest.fixture(scope="session")
def server():
    """One server for all tests that neither kill nor configure it: rooms are each other's business as little as in real life."""
    server = Server().start()
    yield server
    server.close()


@pytest.fixture
def start_server():
    """Starts servers with arguments of the test's own; ends them after it."""
    servers = []

    def start(*arguments, **options):
        server = Server(*arguments, **options)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def wires():
    """Makes raw clients of any server; closes them after the test."""
    made = []

    def make(server, **options):
        wire = Wire(server, **options)
        made.append(wire)
        return wire

    yield make
    for wire in made:
        wire.close()


@pytest.fixture
def wire(server, wires):
    """Makes raw clients of the common server."""
    return lambda **options: wires(server, **options)


@pytest.fixture
def enter(server, room, wires):
    """`ana, ben = enter("Ana", "Ben")`: they join the test's room in that order, and all news of it is read."""

    def enter(*names, server=server, room=room, **fields):
        people = []
        for name in names:
            person = wires(server)
            answer = person.hello(room, name, **fields)
            assert answer["type"] == "welcome", answer
            people.append(person)
        for person in people:
            person.since()
        return people[0] if len(people) == 1 else people

    return enter


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test says which claim is broken and leaves the server's log behind."""
    outcome = yield
    report = outcome.get_result()
    if report.when != "call" or not report.failed:
        return
    report.sections.append(("claim", (item.function.__doc__ or "").strip()))
    for name in ("site", "relay_server", "server"):
        if isinstance(item.funcargs.get(name), Server):
            lines = [line for line in item.funcargs[name].log_text().splitlines() if line.startswith("{")]
            report.sections.append(("server log", "\n".join(lines[-15:])))
            break
