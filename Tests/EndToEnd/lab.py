"""Fixtures for callers behind NATs; a plugin of conftest.py."""
import pytest

import network
from caller import Site
from server import Server


class LabServer(Server):
    """A server on the host of its own in the network."""

    def __init__(self, namespace, *arguments, **options):
        super().__init__(*arguments, tls=True, host=network.SERVER, **options)
        self.namespace = namespace
        self.prefix = ["ip", "netns", "exec", namespace]

    def health(self):
        return network.inside(self.namespace, super().health)


class Lab:
    def __init__(self):
        self.network = network.Network()
        self.sites = {side: Site(self.network.host(side)) for side in network.SIDES}
        self.servers = []

    def server(self, *arguments, **options):
        server = LabServer(self.network.server, *arguments, **options)
        self.servers.append(server)
        return server.start()

    def close(self):
        for site in self.sites.values():
            site.close()
        for server in self.servers:
            server.close()
        self.network.close()


@pytest.fixture(scope="session")
def whole_lab():
    reason = network.why_not()
    if reason:
        pytest.skip(reason)
    lab = Lab()
    yield lab
    lab.close()


@pytest.fixture
def lab(whole_lab):
    """The network with everything open and nobody there yet."""
    yield whole_lab
    whole_lab.network.reset()
    for site in whole_lab.sites.values():
        site.clear()


@pytest.fixture(scope="session")
def relay_server(whole_lab):
    """One server for all callers."""
    return whole_lab.server()
