"""T-STUN-1: nobody takes a call over by messages that were forged, or caught on the way and sent again from elsewhere."""
import pytest

from client import *
from conftest import SERVERS
from network import Sniffer
from world import lifetime

REPLAY_MOST = 3.0


class Caught:
    """A call with a channel and a permission whose every message was caught on the way."""

    def __init__(self, server, network, dice):
        self.client, self.peer, self.wires = good_client(server, network, dice), network.peer(), []
        self.peer.settimeout(5)
        send = self.client.line.send
        self.client.line.send = lambda wire: (self.wires.append(wire), send(wire))
        self.relay = self.client.allocate()
        address = self.peer.getsockname()
        assert self.client.permit(address).kind == SUCCESS and self.client.bind(0x4000, address).kind == SUCCESS
        assert self.client.ask(REFRESH, lifetime(700)).kind == SUCCESS
        self.client.say(address, b"said")
        self.client.say_on(0x4000, b"said on a channel")
        assert self.peer.recv(100) == b"said" and self.peer.recv(100) == b"said on a channel"
        self.wires.append(self.client.request(REFRESH, [lifetime(0)]))  # written, but never sent by the owner

    def works(self):
        """Both directions, and nothing more than that has come."""
        self.client.say_on(0x4000, b"still here")
        assert self.peer.recv(100) == b"still here"
        self.peer.sendto(b"me too", self.relay)
        assert self.client.receive(5) == (0x4000, b"me too")
        assert self.client.ask(REFRESH, lifetime(600)).kind == SUCCESS


def replay(call, server, network, dice):
    """Sends all that was caught from an address of somebody else's; the factor by which that grew on its way to him."""
    sniffer, thief = Sniffer("cable0"), good_client(server, network, dice)
    for wire in call.wires:  # few enough for the budget of one source: what is silent for that reason proves nothing
        thief.line.send(wire)
    thief.heard()
    here, sent, got = thief.line.address[0], 0, 0
    for packet in sniffer.packets():
        sent += packet.size * (packet.source == here)
        got += packet.size * (packet.destination == here)
        assert packet.source == here or packet.destination != call.peer.getsockname()[0], "the peer heard what a thief said"
    sniffer.close()
    assert sent > 0
    return thief, got / sent


@pytest.mark.parametrize("kind", SERVERS)
def test_what_was_caught_moves_nothing(kind, start, network, dice):
    """Every message of a call, sent again from another address, leaves the call where it is and brings that address little."""
    server = start(kind)
    call = Caught(server, network, dice)
    thief, factor = replay(call, server, network, dice)
    print(f"{factor:.2f}")
    assert factor <= REPLAY_MOST
    call.works()
    assert thief.heard() == []


def test_what_was_caught_does_work_from_its_own_address(start, network, dice):
    """Negative control: from the call's own address the same messages do what they say, up to its end."""
    call = Caught(start("parley"), network, dice)
    for wire in list(call.wires):
        call.client.line.send(wire)
    call.client.heard()
    assert call.client.ask(REFRESH, lifetime(600)).code == 437


@pytest.mark.parametrize("signed", (False, True), ids=("unsigned", "signed"))
def test_checks_for_nobody_are_silent(signed, start, network, dice):
    """A connectivity check with a user name that no transport of ours has gets no answer, and no call moves to its sender."""
    server = start("parley")
    call = Caught(server, network, dice)
    thief = good_client(server, network, dice)
    for username in (b"a:b", b"AAAAAAAAAAAA:abcd", call.client.credentials[0].encode(), b"x" * 513, b""):
        thief.line.send(encode(REQUEST, BINDING, [Attribute(USERNAME, username)], thief.transaction(),
                               b"guessed", ("sha1",) if signed else (), fingerprint=True))
    assert thief.heard() == []
    call.works()
