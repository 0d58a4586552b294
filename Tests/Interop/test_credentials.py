"""T-TURN-3: credentials are a participant's, for as long as he takes part. (Wrong, foreign and stale ones are in the table.)"""
import pathlib, sys, time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "EndToEnd"))

from client import *
from wire import Wire
from world import UDP

SILENT_WITHIN = 2.0


@pytest.fixture(scope="module")
def meeting(network):
    """A server of ours, for all tests of this file."""
    from conftest import make
    server = make("parley", network)
    yield server
    server.close()


@pytest.fixture
def join(meeting):
    """Makes members of meetings; closes them after the test."""
    wires = []

    def enter(room, name):
        wire = Wire(meeting)
        wires.append(wire)
        wire.hello(room, name)
        assert wire.welcome, wire.received
        return wire

    yield enter
    for wire in wires:
        wire.close()


def relay_of(wire):
    """The server's own TURN in a member's `welcome`."""
    return next(each for each in wire.welcome["iceServers"] if "username" in each)


def client_of(wire, server, network, dice, transport="udp"):
    """A TURN client with the credentials that the member was given."""
    given = relay_of(wire)
    line = open_line(transport, server.address(transport), (network.client_host(), 0))
    return Client(line, dice, (given["username"], given["credential"]))


class Call:
    """A client with a channel to a peer; keeps both talking."""

    def __init__(self, client, network):
        self.client, self.peer = client, network.peer()
        self.peer.setblocking(False)
        self.relay = client.allocate()
        assert client.bind(0x4000, self.peer.getsockname()).kind == SUCCESS

    def last_heard(self, seconds):
        """Talks both ways for some seconds; when anything arrived for the last time, as seconds from now; 0 for never."""
        begin, last = time.monotonic(), 0.0
        while (now := time.monotonic() - begin) < seconds:
            self.client.say_on(0x4000, b"to the peer")
            self.peer.sendto(b"from the peer", self.relay)
            heard = self.client.receive(0.02) is not None
            while self.client.receive(0) is not None:
                pass
            if self.peer_has_heard() or heard:
                last = now
        return last

    def peer_has_heard(self):
        """Whether anything has come; takes all of it."""
        heard = False
        try:
            while self.peer.recv(2048):
                heard = True
        except BlockingIOError:
            return heard


@pytest.mark.parametrize("transport", ("udp", "tcp", "tls"))
def test_the_credentials_of_a_member_are_good(transport, meeting, join, network, dice):
    """What `welcome` gives allocates, over every transport that it names."""
    wire = join(f"good-{transport}", "Kevin")
    urls = relay_of(wire)["urls"]
    assert any((url.startswith("turns:") if transport == "tls" else f"transport={transport}" in url) for url in urls), urls
    client = client_of(wire, meeting, network, dice, transport)
    client.allocate()
    client.close()


ENDS = {
    "removed by a host": lambda host, guest: host.ask("moderate", action="remove", participant=guest.you),
    "banned by a host": lambda host, guest: host.ask("moderate", action="ban", participant=guest.you),
    "left": lambda host, guest: guest.send("leave"),
    "the meeting was ended": lambda host, guest: host.ask("moderate", action="end"),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_relay_falls_silent(how, meeting, join, network, dice):
    """Whoever is out of the meeting has no relay two seconds later, and gets none with the same credentials."""
    room = f"silent-{list(ENDS).index(how)}"
    host, guest = join(room, "Zana"), join(room, "Mallory")
    client = client_of(guest, meeting, network, dice)
    call = Call(client, network)
    assert call.last_heard(1) > 0
    ENDS[how](host, guest)
    last = call.last_heard(SILENT_WITHIN + 1.5)
    print(f"{how}: silent after {last:.2f} s")
    assert last <= SILENT_WITHIN
    again = client_of(guest, meeting, network, dice)
    assert again.ask(ALLOCATE, UDP).code == 401


def test_others_go_on(meeting, join, network, dice):
    """Negative control: the relay of whoever stays is not silent, neither before nor after somebody else was removed."""
    host, guest, third = (join("go-on", name) for name in ("Zana", "Mallory", "Kevin"))
    call = Call(client_of(third, meeting, network, dice), network)
    ENDS["removed by a host"](host, guest)
    assert call.last_heard(SILENT_WITHIN + 2) > SILENT_WITHIN


def test_expiry_counts_at_allocate(start, network, dice):
    """Credentials that run out during a call go on refreshing its allocation, but get no other."""
    server = start("parley")
    client = good_client(server, network, dice)
    client.credentials = server.credentials("brief", 2)
    client.allocate()
    time.sleep(3.1)
    assert client.ask(REFRESH).kind == SUCCESS
    late = good_client(server, network, dice)
    late.credentials = client.credentials
    assert late.ask(ALLOCATE, UDP).code == 401


def test_a_nonce_of_one_address_is_not_anothers(server, network, dice):
    """A nonce that was overheard is stale from any other address, port or transport."""
    owner = good_client(server, network, dice)
    owner.learn()
    for transport in ("udp", "tcp"):
        thief = good_client(server, network, dice, transport=transport)
        thief.learn()
        assert thief.ask(ALLOCATE, UDP, auth=Auth(nonce=owner.nonce)).code == 438
