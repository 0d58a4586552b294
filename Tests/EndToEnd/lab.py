"""Fixtures for callers behind NATs; a plugin of conftest.py."""
import base64, hashlib, hmac, time

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


SECRET = "known-to-the-tests"


def credentials(seconds=600, participant="tester", secret=SECRET):
    """A user name and a password as the server gives them, good for so many seconds from now."""
    username = f"{int(time.time()) + seconds}:{participant}"
    mac = hmac.new(secret.encode(), username.encode(), hashlib.sha1)
    return {"username": username, "credential": base64.b64encode(mac.digest()).decode()}


@pytest.fixture(scope="session")
def relay_server(whole_lab):
    """One server for all callers."""
    return whole_lab.server("--turn-secret", SECRET)


@pytest.fixture(scope="session")
def forwarding_server(whole_lab):
    """One server for all callers whose media it forwards."""
    return whole_lab.server("--mesh-limit", "0")


class Call:
    """People on both sides of the network who join one room."""

    def __init__(self, lab, server, room):
        self.network, self.sites, self.server = lab.network, lab.sites, server
        self.url = f"{server.url}/r/{room}"
        self.people = []

    def join(self, side, name, kind="chromium", only=None, **options):
        """`only`: words of the URLs of the ICE servers that this browser may know."""
        person = self.sites[side].person(name, kind, **options)
        if only:
            person.only(only)
        self.people.append(person)
        return person.join(self.url)

    def pair(self, *kinds, **options):
        """Ana behind one NAT, Ben behind the other."""
        first, second = kinds or ("chromium", "chromium")
        return self.join("alice", "Ana", first, **options), self.join("ben", "Ben", second, **options)


@pytest.fixture
def call(lab, relay_server, room, request):
    yield from calling(Call(lab, relay_server, room), request)


@pytest.fixture
def forwarded_call(lab, forwarding_server, room, request):
    """A call whose media the server forwards from the beginning."""
    yield from calling(Call(lab, forwarding_server, room), request)


def calling(call, request):
    yield call
    troubles = {person.name: person.errors for person in call.people if person.errors}
    if not getattr(request.node, "failed", False):
        assert not troubles, f"errors in the console: {troubles}"
