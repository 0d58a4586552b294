"""T-TURN-1: the relay is no way into the host's network. Every method that names a peer, every address that is not public."""
import ipaddress, json, socket, time

import pytest

from client import *
from network import SERVER4, SERVER6, Sniffer, socket_inside
from special_addresses import special_addresses
from world import UDP, requested

MARK = b"let me in "
# Ours opens everything with these; it is what a careless host would do.
OPEN_TO_ALL = ["--turn-allow-peer", "0.0.0.0/0", "--turn-allow-peer", "::/0"]


def own_addresses(network):
    """Every address of every interface of the server's machine."""
    interfaces = json.loads(network.inside("ip -json address show"))
    return sorted({each["local"] for interface in interfaces for each in interface["addr_info"]})


@pytest.fixture(scope="module")
def targets(network):
    """Services on the server's machine that a request forger would like to reach; yields UDP sockets that wait for bytes."""
    for each in ("169.254.169.254/32", "10.0.0.5/32", "192.168.0.1/24", "fd00::5/128"):
        network.inside(f"ip address replace {each} dev lo" + " nodad" * (":" in each))
    waiting = []
    for host in ("127.0.0.1", "::1", "169.254.169.254", "10.0.0.5", "192.168.0.1", "fd00::5", SERVER4, SERVER6):
        for port in (80, 6379, 9999):
            target = socket_inside(network, socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
            target.bind((host, port))
            target.setblocking(False)
            waiting.append(target)
    yield waiting
    for target in waiting:
        target.close()


def received(targets):
    """What the services got, and where."""
    got = []
    for target in targets:
        try:
            while True:
                got.append((target.getsockname()[:2], target.recv(2048)))
        except BlockingIOError:
            pass
    return got


def leaked(sniffer, server):
    """Destinations of relayed payload on any wire of the server's machine."""
    return {packet.destination for packet in sniffer.packets() if MARK in packet.payload and packet.destination_port != server.port}


def attack(server, network, dice, addresses, port=9999):
    """Tries all four methods on each address: (address → what was granted, destinations that payload went to)."""
    granted, sniffer = {}, Sniffer(network=network)
    leaks = set()
    for family in (4, 6):
        client = good_client(server, network, dice, participant=f"forger-{family}")
        client.allocate(requested(V4 if family == 4 else V6))
        for place, host in enumerate(each for each in addresses if ipaddress.ip_address(each).version == family):
            peer, channel = (host, port), 0x4000 + place
            # A family mismatch is a refusal too, for IPv4 in IPv6's dress.
            refusals = (403, 443) if "::ffff:" in host.lower() else (403,)
            codes = {"CreatePermission": client.permit(peer).code, "ChannelBind": client.bind(channel, peer).code}
            open_ways = {way: code or "success" for way, code in codes.items() if code not in refusals}
            if open_ways:
                granted[host] = open_ways
            client.say(peer, MARK + host.encode())
            client.say_on(channel, MARK + host.encode())
            if place % 50 == 0:
                client.heard()
                leaks |= leaked(sniffer, server)
        client.heard()
        time.sleep(0.2)
        leaks |= leaked(sniffer, server)
        client.close()
    sniffer.close()
    return granted, leaks


def test_special_addresses_are_closed(start, network, dice, targets):
    """More than 400 addresses, four methods: 403 or silence, and nothing is on any wire nor in any listener."""
    server = start("parley")
    addresses = special_addresses(dice, own_addresses(network))
    assert len(addresses) >= 400
    granted, leaks = attack(server, network, dice, addresses)
    print(f"{len(addresses)} addresses")
    assert not granted and not leaks and not received(targets)


def test_the_attack_finds_an_open_relay(start, network, dice, targets):
    """Negative control: ours opened to all is found open, and what it relays is seen."""
    server = start("parley", *OPEN_TO_ALL)
    addresses = special_addresses(dice, own_addresses(network))
    granted, leaks = attack(server, network, dice, addresses)
    got = received(targets)
    print(f"{len(granted)} of {len(addresses)} granted, {len(leaks)} leaked")
    assert len(granted) > len(addresses) // 2 and "169.254.169.254" in granted and "127.0.0.1" in granted
    assert "10.0.0.5" in leaks and any(MARK in payload for _, payload in got)


def test_the_attack_finds_coturn_open(start, network, dice, targets):
    """Negative control: coturn as it comes allows private addresses and is found out."""
    granted, leaks = attack(start("coturn"), network, dice, special_addresses(dice, own_addresses(network)))
    assert "10.0.0.5" in granted and "10.0.0.5" in leaks and received(targets)


def ports_of_interest(server):
    return [80, 6379, 9999, server.tls_port, getattr(server, "admin_port", 9090), server.port]


def knock(server, network, dice):
    """With a permission for another relay of this server (that is: for its address), tries the server's other ports."""
    one, other = (good_client(server, network, dice, participant=each) for each in ("one", "other"))
    one.allocate()
    host, port = other.allocate()
    sniffer = Sniffer(network=network)
    assert one.permit((host, port)).kind == SUCCESS, "relays of the same server may talk to each other"
    codes = {}
    for place, each in enumerate(ports_of_interest(server)):
        one.say((host, each), MARK)
        codes[each] = one.bind(0x4000 + place, (host, each)).code, one.permit((host, each)).code
        one.say_on(0x4000 + place, MARK)
    one.heard()
    time.sleep(0.2)
    sent = {packet.destination_port for packet in sniffer.packets()
            if MARK in packet.payload and packet.source == host and packet.source_port != server.port}
    for each in (one, other):
        each.close()
    sniffer.close()
    return codes, sent


def test_a_permission_for_a_relay_opens_no_other_port(start, network, dice, targets):
    """A permission is for an address; where the address is the server's own, only the ports of live relays and of the SFU are
    behind it, and the SFU answers nobody who has no link."""
    server = start("parley")
    codes, sent = knock(server, network, dice)
    assert codes.pop(server.port) == (None, None), "the way to the SFU inside"
    assert set(codes.values()) == {(403, 403)} and not sent and not received(targets)


def test_the_way_to_the_sfu_leads_nowhere_else(start, network, dice):
    """Through a relay the media port is the SFU's alone: no STUN, no TURN and no channel answers there, so relays cannot be nested."""
    server = start("parley")
    client = good_client(server, network, dice)
    host = client.allocate()[0]
    own = host, server.port
    assert client.permit(own).kind == SUCCESS and client.bind(0x4000, own).kind == SUCCESS
    for question in (encode(REQUEST, BINDING, [], client.transaction()), encode(REQUEST, ALLOCATE, [UDP], client.transaction()),
                     encode(REQUEST, BINDING, [Attribute(USERNAME, b"AAAAAAAAAAAA:abcd")], client.transaction(), b"guessed", ("sha1",), True),
                     channel_data(0x4000, b"nested"), bytes([22, 254, 253]) + bytes(40), bytes([128, 96]) + bytes(40)):
        client.say(own, question)
        client.say_on(0x4000, question)
    assert client.heard() == []
    client.close()


def test_knocking_finds_open_ports(start, network, dice, targets):
    """Negative control: opened to all, the same reaches the listeners on the server's own address."""
    codes, sent = knock(start("parley", *OPEN_TO_ALL), network, dice)
    assert 9999 in sent and received(targets)


def test_knocking_finds_open_ports_of_coturn(start, network, dice, targets):
    """Negative control: coturn does not tell its own ports from others."""
    codes, sent = knock(start("coturn"), network, dice)
    assert 9999 in sent and received(targets)
