"""Bad input of every kind: the RFC's answer or silence, never an end, never memory that stays."""
import os, socket, time

import pytest

from client import *
from mutants import corpus, is_signed, mutant
from network import SERVER4, Sniffer
from world import lifetime

UDP_MUTANTS, STREAM_MUTANTS, WARM_UP = 20_000, 20_000, 4_000
MEGABYTE = 1 << 20


class Tormentor:
    """A client with an allocation, a permission and a channel that sends mutants of its own good messages and of another's."""

    def __init__(self, server, network, dice, number, forged=()):
        self.dice, self.forged, self.judged = dice, list(forged), 0
        self.client = good_client(server, network, dice, participant=f"tormentor-{number}")
        self.client.allocate()
        self.peer = network.peer()
        address = self.peer.getsockname()
        assert self.client.permit(address).kind == SUCCESS and self.client.bind(0x4001, address).kind == SUCCESS
        self.good, self.sent = corpus(self.client, address), {}
        self.key = long_term_key(self.client.credentials[0], self.client.realm, self.client.credentials[1])

    def torment(self, count):
        """Sends mutants and judges what comes back, up to the answer to a good Refresh."""
        sent = self.sent
        for _ in range(count):
            wire = mutant(self.good, self.forged, self.dice)
            sent.setdefault(wire[8:20], []).append(wire)
            self.client.line.send(wire[:65_000])
        transaction = self.client.transaction()
        self.client.line.send(self.client.request(REFRESH, [lifetime(1000)], transaction=transaction))
        while (message := self.client.receive()) is not None:
            assert isinstance(message, Message), f"nobody sent {message}"
            if message.transaction == transaction:
                assert message.code in (None, 437), message
                return
            judge(message, sent, self.key)
            self.judged += 1
        raise AssertionError("the good Refresh behind the mutants is not answered")

    def close(self):
        self.client.close()
        self.peer.close()


def judge(message, sent, key):
    """An answer is well-formed (Message has looked), answers something that was sent, and succeeds only what may succeed."""
    asked = sent.get(message.transaction)
    assert asked, f"an answer to nothing: {message}"
    assert message.kind in (SUCCESS, ERROR) and message.fingerprint_is_right(), message
    if message.kind == SUCCESS and message.method != BINDING:
        assert any(is_signed(wire, key) for wire in asked), f"{message}\nfor {[wire.hex() for wire in asked]}"
    if message.kind == ERROR:
        assert message.code in (400, 401, 403, 420, 437, 438, 440, 441, 442, 443, 486, 508), message


def relayed_elsewhere(sniffer, server, peers):
    """What the server sent out of relayed ports to anybody but the permitted peers."""
    return [packet for packet in sniffer.packets() if packet.protocol == 17 and packet.source == SERVER4
            and packet.source_port != server.port and packet.destination not in peers]


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def settled(server, value, most, seconds=5):
    """A figure of the server once it is low enough, or as it is after some seconds."""
    deadline = time.monotonic() + seconds
    while value(server) > most and time.monotonic() < deadline:
        time.sleep(0.1)
    return value(server)


def test_datagrams(start, network, dice):
    """20,000 mutants over UDP: answers only as the RFC has them, nothing relayed where no permission is, memory back."""
    server = start("parley")
    hurt(server, network, dice)


def hurt(server, network, dice, mutants=UDP_MUTANTS):
    victim = good_client(server, network, dice, participant="victim")
    victim.allocate()
    forged = corpus(victim, ("8.8.8.8", 53))
    tormentors = [Tormentor(server, network, dice, number, forged) for number in range(20)]
    peers = {each.peer.getsockname()[0] for each in tormentors}
    for each in tormentors:
        each.torment(WARM_UP // len(tormentors))
    before, sniffer = server.resident(), Sniffer("cable0")
    for batch in range(mutants // 50):
        tormentors[batch % len(tormentors)].torment(50)
        if batch % 20 == 0:
            assert not (stray := relayed_elsewhere(sniffer, server, peers)), stray[0]
    assert not (stray := relayed_elsewhere(sniffer, server, peers)), stray[0]
    assert server.is_alive()
    assert victim.ask(REFRESH).kind == SUCCESS, "a forged message has hurt somebody else's allocation"
    for each in tormentors + [victim]:
        each.close()
    grown = server.resident() - before
    judged = sum(each.judged for each in tormentors)
    print(f"{mutants} mutants, {judged} answers, resident memory {grown / 1024:+.0f} KiB")
    assert grown < 2 * MEGABYTE and judged > mutants // 100
    good_client(server, network, dice, participant="afterwards").allocate()


def pour(server, network, dice, transport, good, key, count):
    """One connection: mutants, the end; judges all answers and counts them. On half of the connections the mutants are cut so that the
    stream stays in step and all of them are looked at; on the others the first bad length ends it."""
    line = open_line(transport, server.address(transport), (network.client_host(), 0))
    sent, wire, judged, is_framed = {}, b"", 0, dice.random() < 0.5
    for _ in range(count):
        each = mutant(good, [], dice)
        each = framed(each) if is_framed else each
        sent.setdefault(each[8:20], []).append(each)
        wire += each
    # Where frames are cut wrong, a later message may begin anywhere.
    for place in range(len(wire) - 20):
        if wire[place + 4:place + 8] == COOKIE_BYTES:
            sent.setdefault(wire[place + 8:place + 20], []).append(wire[place:])
    try:
        for start in range(0, len(wire), size := dice.choice((7, 100, 1460, 1 << 20))):
            line.send(wire[start:start + size])
        if transport == "tcp":
            line.socket.shutdown(socket.SHUT_WR)
        while (answer := line.receive(0.2 if transport == "tls" else 2)) is not None:
            judge(Message(answer), sent, key)
            judged += 1
    except (Closed, OSError):
        pass
    finally:
        line.close()
    return judged


def framed(wire):
    """The same with a length that is right, so that what follows on a stream is understood; at most what a server takes."""
    wire = bytes((wire[0] & 0x03,)) + wire[1:] if wire and not 0x40 <= wire[0] < 0x80 else wire
    if wire[:1] and wire[0] >= 0x40:
        return channel_data(struct.unpack_from("!H", wire.ljust(4, b"\0"))[0], body := wire[4:1000], padding=bytes(-len(body) % 4))
    body = wire[20:1000] + bytes(-len(wire[20:1000]) % 4)
    return wire[:2].ljust(2, b"\0") + struct.pack("!H", len(body)) + COOKIE_BYTES + wire[8:20].ljust(12, b"\0") + body


@pytest.mark.parametrize("transport, share", (("tcp", 0.9), ("tls", 0.1)))
def test_streams(transport, share, start, network, dice):
    """20,000 mutants over TCP and TLS, some in pieces: answers only as the RFC has them; connections, memory back."""
    server = start("parley")
    pelt(server, network, dice, transport, int(STREAM_MUTANTS * share))


def pelt(server, network, dice, transport, mutants):
    client = good_client(server, network, dice, participant="model", transport=transport)
    client.allocate()
    good, key = corpus(client, ("8.8.8.8", 53)), long_term_key(client.credentials[0], client.realm, client.credentials[1])
    for _ in range(mutants // 100):
        pour(server, network, dice, transport, good, key, 20)
    before, open_before = server.resident(), settled(server, descriptors, 0, 0.5)
    judged = sum(pour(server, network, dice, transport, good, key, 20) for _ in range(mutants // 20))
    assert server.is_alive() and client.ask(REFRESH).kind == SUCCESS
    # What looks like the beginning of an HTTP request has ten seconds to become one.
    left = settled(server, descriptors, open_before, 15) - open_before
    grown = server.resident() - before
    print(f"{mutants} mutants over {transport}, {judged} answers, resident memory {grown / 1024:+.0f} KiB, {left:+d} descriptors")
    assert left <= 0 and grown < 4 * MEGABYTE and judged > mutants // 100
    good_client(server, network, dice, participant="afterwards", transport=transport).allocate()


def test_mutants_are_mutants(start, network, dice):
    """The dice make wrong messages and some right ones; the same dice make the same."""
    client = good_client(start("coturn"), network, dice)
    client.learn()
    good = corpus(client, ("8.8.8.8", 53))
    first, second = ([mutant(good, good, random) for _ in range(2000)] for random in (type(dice)(5), type(dice)(5)))
    assert first == second
    assert 50 < sum(each in good for each in first) < 400
    well_formed = 0
    for each in first:
        try:
            Message(each)
            well_formed += 1
        except Malformed:
            pass
    assert 500 < well_formed < 1500
