"""Fixtures: the network, the servers, the seed. See README.md."""
import os, pathlib, random, sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

from network import Network, is_isolated
from servers import KINDS

SEED = int(os.environ.get("INTEROP_SEED", random.randrange(2**32)))
SERVERS = os.environ.get("INTEROP_SERVERS", "parley,coturn").split(",")


def pytest_report_header():
    return f"INTEROP_SEED={SEED}, servers: {', '.join(SERVERS)}"


def pytest_collection_modifyitems(items):
    if not is_isolated():
        for item in items:
            item.add_marker(pytest.mark.skip(reason="needs root and a network namespace: run scripts/conformance-turn"))


@pytest.fixture
def dice(request):
    """Random numbers that are the same for the same seed and test."""
    return random.Random(f"{SEED} {request.node.nodeid}")


@pytest.fixture(scope="session")
def network():
    network = Network()
    yield network
    network.close()


def make(name, network, *arguments):
    kind = KINDS[name]
    if not kind.is_installed():
        pytest.skip(f"{kind.name} is not installed")
    return kind(network, *arguments).start()


@pytest.fixture(scope="module", params=SERVERS)
def server(request, network):
    """The servers one after another, fresh for each file of tests."""
    server = make(request.param, network)
    yield server
    server.close()


@pytest.fixture
def start(network):
    """Starts a server with arguments of the test's own; ends it after the test."""
    servers = []

    def begin(name, *arguments):
        servers.append(make(name, network, *arguments))
        return servers[-1]

    yield begin
    for server in servers:
        server.close()
