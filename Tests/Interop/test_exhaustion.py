"""T-STUN-3 and T-TURN-2: forged questions leave nothing behind; one user does not take the ports of all."""
import socket, time

from client import *
from network import widen
from strangers import FORGED
from world import UDP, lifetime

MEGABYTE = 1 << 20

def drops(server):
    """Datagrams that the kernel threw away because the server was too slow."""
    counted = 0
    for table in ("udp", "udp6"):
        for line in server.network.inside(f"cat /proc/net/{table}").splitlines()[1:]:
            fields = line.split()
            if int(fields[1].rsplit(":", 1)[1], 16) == server.port:
                counted += int(fields[-1])
    return counted


def growth(server, flood, dice, count, rate):
    """How many bytes a flood of forged Allocates leaves in the server, and how many of them it took in."""
    # The first packets fill tables and pools that are there for good.
    flood(server, count // 50, rate, "random", FORGED, dice.getrandbits(63))
    time.sleep(1)
    before, lost = server.resident(), drops(server)
    sent, took = flood(server, count, rate, "random", FORGED, dice.getrandbits(63))
    time.sleep(1)
    lost = drops(server) - lost
    print(f"{sent} forged in {took:.1f} s, {lost} lost before the server, resident memory {(server.resident() - before) / 1024:+.0f} KiB")
    return server.resident() - before, sent - lost


def test_a_million_forged_allocates(start, network, flood, dice):
    """A million Allocates from forged addresses leave less than a megabyte; then a good client is served at once."""
    server = start("parley")
    good_client(server, network, dice).allocate()
    grown, taken = growth(server, flood, dice, 1_000_000, 120_000)
    assert taken > 500_000, "most were lost before the server: this proves too little"
    assert grown < MEGABYTE
    begin = time.monotonic()
    good_client(server, network, dice).allocate()
    assert time.monotonic() - begin < 1


def test_forged_allocates_fill_a_server_with_state(start, flood, dice):
    """Negative control: a server that keeps something of every stranger is found out by a hundredth of it."""
    grown, taken = growth(start("coturn"), flood, dice, 10_000, 10_000)
    assert grown > MEGABYTE


def allocations(server, network, dice, tries, participant="greedy", hosts=None):
    """Tries to allocate from one new 5-tuple after another; the codes that came (0 is success) and how often."""
    codes, clients = {}, []
    credentials = server.credentials(participant)
    for each in range(tries):
        host = hosts[each % len(hosts)] if hosts else network.client_host()
        client = Client(open_line("udp", server.address(), (host, 0)), dice, credentials)
        answer = client.ask(ALLOCATE, UDP)
        code = answer.code or 0
        codes[code] = codes.get(code, 0) + 1
        clients.append(client)
        if code:
            clients.pop().close()
    return codes, clients


def test_one_user_cannot_take_all(start, network, dice):
    """One participant tries 5,000 allocations from 5,000 addresses: a few succeed, all others are answered 486; another
    participant allocates all the same, and what the first gives back can be had again."""
    server = start("parley")
    codes, clients = allocations(server, network, dice, 5_000)
    print(codes)
    assert set(codes) == {0, 486} and 1 <= codes[0] <= 100
    good_client(server, network, dice).allocate()
    assert clients[0].ask(REFRESH, lifetime(0)).kind == SUCCESS
    again, more = allocations(server, network, dice, 2)
    assert again == {0: 1, 486: 1}
    for client in clients + more:
        client.close()


def connections(server, network, tries):
    """How many of so many TCP connections of one address the server keeps."""
    host, lines = network.client_host(), []
    for _ in range(tries):
        lines.append(socket.create_connection(server.address("tcp"), timeout=2, source_address=(host, 0)))
    time.sleep(0.5)
    kept = 0
    for line in lines:
        line.setblocking(False)
        try:
            kept += line.recv(1) != b""
        except BlockingIOError:
            kept += 1
        except OSError:
            pass
        line.close()
    return kept


def test_one_address_cannot_take_all_connections(start, network, dice):
    """Of 300 TCP connections of one address at most 100 live; another address is served meanwhile and the first one afterwards."""
    server = start("parley")
    kept = connections(server, network, 300)
    print(f"{kept} of 300 connections kept")
    assert 10 <= kept <= 100
    good_client(server, network, dice, transport="tcp").allocate()


def test_without_a_limit_one_address_takes_all_connections(start, network):
    """Negative control: a server without a limit keeps them all."""
    assert connections(start("coturn"), network, 300) == 300


def poured(server, network, dice, megabytes=6, seconds=1.0):
    """Bytes that reach a peer of so many sent through a channel within a second, and how long they had."""
    client, peer = good_client(server, network, dice), network.peer()
    widen(peer)
    client.allocate()
    assert client.bind(0x4000, peer.getsockname()).kind == SUCCESS
    begin, payload = time.monotonic(), bytes(1200)
    packets = megabytes * 1_000_000 // len(payload)
    for number in range(packets):
        client.say_on(0x4000, payload)
        if number % 50 == 0:
            time.sleep(max(0, begin + seconds * number / packets - time.monotonic()))
    client.ask(REFRESH)
    took, arrived = time.monotonic() - begin, 0
    peer.settimeout(0.3)
    try:
        while True:
            arrived += len(peer.recv(2048))
    except TimeoutError:
        pass
    client.close()
    return arrived, took


def test_bandwidth_of_an_allocation_is_bounded(start, network, dice):
    """Six megabytes within a second: what 20 Mbit/s and half a second's burst allow arrives, the rest is dropped; the
    allocation lives."""
    arrived, took = poured(start("parley"), network, dice)
    print(f"{arrived / 1e6:.2f} MB in {took:.2f} s")
    assert 500_000 < arrived < 2_500_000 * (took + 0.5) * 1.1


def test_without_a_bound_it_all_arrives(start, network, dice):
    """Negative control: coturn as it is run here relays most of it."""
    arrived, took = poured(start("coturn"), network, dice)
    assert arrived > 2_500_000 * (took + 0.5) * 1.1


def test_without_quota_one_user_takes_all(start, network, dice):
    """Negative control: a server without a quota gives one user all that he asks for."""
    server = start("unlimited")
    codes, clients = allocations(server, network, dice, 100)
    assert codes == {0: 100}
    for client in clients:
        client.close()
