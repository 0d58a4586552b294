"""Many at once: whatever the workers hand to each other, everybody gets his own, and who does not read costs nobody."""
import select, struct, time

import pytest

from client import *

PAIRS, MESSAGES = 60, 40
TRANSPORTS = ("udp", "tcp", "udp", "tls", "udp")


def drain(clients, heard, seconds):
    """Collects what has come to clients: channel payloads by client."""
    ready, _, _ = select.select([each.line.socket for each in clients], [], [], seconds)
    by_socket = {each.line.socket: each for each in clients}
    for line in ready:
        client = by_socket[line]
        while (message := client.receive(0)) is not None:
            heard[client].append(message)
    return bool(ready)


@pytest.mark.parametrize("transports", (("udp",), TRANSPORTS), ids=("UDP", "all transports"))
def test_everybody_gets_his_own(transports, start, network, dice):
    """Sixty pairs talk through their two relays at once, by channels: all arrives, in order, at the right one only."""
    server = start("parley")
    clients, heard = [], {}
    for each in range(2 * PAIRS):
        client = good_client(server, network, dice, family=6 if each % 10 == 9 else 4, participant=f"of-the-crowd-{each}",
                             transport=transports[each % len(transports)])
        client.relay = client.allocate()
        clients.append(client)
        heard[client] = []
    pairs = [(one, other) for one, other in zip(clients[::2], clients[1::2])]
    for one, other in pairs:
        assert one.bind(0x4000, other.relay).kind == SUCCESS and other.bind(0x4FFF, one.relay).kind == SUCCESS
    for message in range(MESSAGES):
        for number, (one, other) in enumerate(pairs):
            one.say_on(0x4000, b"%d to other, %d" % (number, message))
            other.say_on(0x4FFF, b"%d to one, %d" % (number, message))
        # One round is under way at a time: what UDP may lose when too much comes at once is not the question.
        while any(len(heard[client]) <= message for client in clients) and drain(clients, heard, 5):
            pass
    drain(clients, heard, 0.3)
    for number, (one, other) in enumerate(pairs):
        assert heard[one] == [(0x4000, b"%d to one, %d" % (number, each)) for each in range(MESSAGES)]
        assert heard[other] == [(0x4FFF, b"%d to other, %d" % (number, each)) for each in range(MESSAGES)]
    for client in clients:
        client.close()


def test_a_client_that_does_not_read(start, network, dice):
    """Twenty clients over TCP do not read while their peers send 40 MB: the server keeps little of it, others are not
    delayed, and what the clients then read are whole frames."""
    server = start("parley")
    good = good_client(server, network, dice)
    good.allocate()
    sleepers = []
    for each in range(20):
        client = good_client(server, network, dice, participant=f"sleeper-{each}", transport="tcp")
        relay, peer = client.allocate(), network.peer()
        assert client.bind(0x4000, peer.getsockname()).kind == SUCCESS
        sleepers.append((client, peer, relay))
    before = server.resident()
    for number in range(40_000_000 // 1000 // len(sleepers)):
        for client, peer, relay in sleepers:
            peer.sendto(struct.pack("!I", number) * 250, relay)
        if number % 20 == 0:
            begin = time.monotonic()
            assert good.ask(REFRESH).kind == SUCCESS
            assert time.monotonic() - begin < 1
    grown = server.resident() - before
    print(f"resident memory {grown / 1024:+.0f} KiB")
    assert grown < 20 * 256 * 1024 and server.is_alive()
    for client, peer, _ in sleepers:
        last, frames = -1, 0
        while (message := client.receive(0.05)) is not None:
            channel, payload = message
            number = struct.unpack("!I", payload[:4])[0]
            assert channel == 0x4000 and payload == struct.pack("!I", number) * 250 and number > last
            last, frames = number, frames + 1
        assert frames > 10 and client.ask(REFRESH).kind == SUCCESS
        client.close()
        peer.close()
