"""Fixtures: the network, the servers, the seed. See README.md."""
import os, pathlib, random, shutil, subprocess, sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

from network import Network, is_isolated
from servers import KINDS

SEED = int(os.environ.get("INTEROP_SEED", random.randrange(2**32)))
SERVERS = os.environ.get("INTEROP_SERVERS", "parley,coturn").split(",")


def pytest_report_header():
    return f"INTEROP_SEED={SEED}, servers: {', '.join(SERVERS)}"


# Cheap claims first: somebody who broke the server learns it within a minute.
ORDER = ["test_table", "test_clients", "test_credentials", "test_peers", "test_hijack", "test_crowd", "test_reflection", "test_exhaustion", "test_garbage"]


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: ORDER.index(item.path.stem))
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


@pytest.fixture(scope="session")
def flood(tmp_path_factory):
    """Compiles flood.c; returns what runs it: packets sent, seconds taken."""
    program = tmp_path_factory.mktemp("flood") / "flood"
    source = pathlib.Path(__file__).parent / "flood.c"
    compiler = next(filter(shutil.which, ("cc", "gcc", "clang")))  # Swift brings clang
    subprocess.run([compiler, "-O2", "-Wall", "-Werror", "-o", program, source], check=True)

    def run(server, count, rate, victim, templates, seed):
        host, port = server.address()
        done = subprocess.run([program, host, str(port), str(count), str(rate), victim, str(seed)], check=True, timeout=180,
                              input="\n".join(each.hex() for each in templates), capture_output=True, text=True)
        sent, milliseconds = map(int, done.stdout.split())
        return sent, milliseconds / 1000

    return run
