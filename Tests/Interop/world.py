"""The words that rows of the conformance table are made of.

A row is a list of steps; each step is a function of the World it happens in: one server, any number of clients ("a" unless
named) and peers ("p", "q"; "p2" is another port of p's address; "six" has IPv6). What is random comes from the seed."""
import dataclasses, select, time

from client import *
from lines import Closed, open_line
from stun import *

GRACE = 0.15


@dataclasses.dataclass(frozen=True)
class Row:
    """`coturn`: why Debian's coturn (4.6.1) does something else; None: it has to do the same.
    `own`: a decision of ours that the RFCs leave open; coturn is not asked.
    `parley`: why our server does something else than the RFC; coturn shows that the row is right."""
    section: str
    title: str
    steps: list
    over: tuple = ("udp",)
    coturn: str | None = None
    own: bool = False
    parley: str | None = None


class World:
    def __init__(self, server, network, transport, random, participant):
        self.server, self.network, self.random, self.participant = server, network, random, participant
        self.transport, self.family = transport.rstrip("6"), 6 if transport.endswith("6") else 4
        self.clients, self.peers, self.kept = {}, {}, {}
        self.asked = None

    def client(self, name="a"):
        if name not in self.clients:
            source = (self.network.client_host(self.family), 0)
            line = open_line(self.transport, self.server.address(self.transport, self.family), source)
            line.is_strict = self.server.pads_with_zeros
            self.clients[name] = Client(line, self.random, self.server.credentials(self.participant))
        return self.clients[name]

    def peer(self, name):
        if name not in self.peers:
            host = self.peer(name[0]).getsockname()[0] if name[1:] == "2" else None
            self.peers[name] = self.network.peer(host, family=6 if name == "six" else 4)
        return self.peers[name]

    def peer_address(self, name):
        return self.peer(name).getsockname()[:2]

    def attributes(self, made):
        return [attribute(self) if callable(attribute) else attribute for attribute in made]

    def send(self, name, wire):
        self.asked = name
        client = self.client(name)
        client.sent = wire
        client.line.send(wire)

    def answer(self):
        """The answer to the last request, its form checked."""
        client = self.clients[self.asked]
        message = client.answer()
        assert message is not None, f"no answer to {client.sent.hex()}"
        where = f"\nasked    {client.sent.hex()}\nanswered {message.wire.hex()}"
        assert message.method == split_type(struct.unpack_from("!H", client.sent)[0])[1], "another method answers" + where
        assert message.fingerprint_is_right(), "FINGERPRINT is wrong" + where
        return message, client, where

    def close(self):
        for one in [*self.clients.values(), *self.peers.values()]:
            one.close()


# What a client does.

def ask(method, *attributes, auth=GOOD, client="a", fingerprint=False):
    """Sends a request."""
    def step(world):
        one = world.client(client)
        made = auth(world) if callable(auth) else auth
        world.send(client, one.request(method, world.attributes(attributes), made, fingerprint=fingerprint))
    return step


def again(client="a"):
    """Sends the last request once more, byte for byte."""
    return lambda world: world.send(client, world.client(client).sent)


def indicate(method, *attributes, client="a"):
    """Sends an indication."""
    def step(world):
        one = world.client(client)
        world.send(client, encode(INDICATION, method, world.attributes(attributes), one.transaction()))
    return step


def raw(make, client="a"):
    """Sends bytes as they are; `make` may be a function of the client."""
    return lambda world: world.send(client, make(world.client(client)) if callable(make) else make)


def in_pieces(step, *sizes):
    """Cuts what a step sends into pieces of these sizes and the rest, each a TCP segment of its own."""
    def cut(world):
        line = world.client().line
        whole, send = [], line.send
        line.send = whole.append
        step(world)
        line.send = send
        rest = b"".join(whole)
        for size in sizes:
            send(rest[:size])
            rest = rest[size:]
            time.sleep(0.01)
        if rest:
            send(rest)
    return cut


def at_once(*steps):
    """Sends what several steps send as one piece."""
    def together(world):
        line = world.client().line
        whole, send = [], line.send
        line.send = whole.append
        for step in steps:
            step(world)
        line.send = send
        send(b"".join(whole))
    return together


def learned(world):
    """The client has asked for its nonce already."""
    world.client().learn()


def nonce_of(client):
    """The good credentials, but with the nonce that another client was given."""
    def auth(world):
        other = world.client(client)
        other.learn()
        return Auth(nonce=other.nonce)
    return auth


# What it expects.

def success(*has, lacks=(), check=None, client="a"):
    """A success with these attributes and without those; `check(message, world)` looks at the values."""
    def step(world):
        message, client, where = world.answer()
        assert message.kind == SUCCESS, f"wanted success, got {message.code}" + where
        if client.key is not None:
            assert message.integrity_is_right(client.key), "MESSAGE-INTEGRITY is missing or wrong" + where
        expect(message, world, has, lacks, check, where)
    return step


def error(code, *has, lacks=(), check=None):
    """An error with this code; or one of these, where the RFC leaves it open."""
    codes = code if isinstance(code, tuple) else (code,)

    def step(world):
        message, client, where = world.answer()
        assert message.kind == ERROR and message.code in codes, f"wanted {code}, got {message.code or 'success'}" + where
        expect(message, world, has, lacks, check, where)
    return step


def expect(message, world, has, lacks, check, where):
    for type in has:
        assert type in message, f"{type:04x} is missing" + where
    for type in lacks:
        assert type not in message, f"{type:04x} should not be there" + where
    if check is not None:
        assert check(message, world), f"what it says is wrong ({message})" + where


def silence(client="a"):
    """No answer, and the connection lives."""
    def step(world):
        one = world.client(client)
        sent = one.sent
        heard = one.heard()
        assert not heard, f"wanted silence, heard {heard}\nasked {sent.hex() if sent else None}"
    return step


def hang_up_or_silence(client="a"):
    """No answer; a stream that cannot be told apart any more may be closed."""
    def step(world):
        try:
            message = world.client(client).receive(0.4)
        except Closed:
            return
        assert message is None, f"wanted silence, heard {message}"
    return step


# What peers do and hear.

def peer_hears(name, payload, source=None):
    """The peer gets exactly this datagram, from the relayed address that was kept as `relay` or `source`."""
    def step(world):
        peer = world.peer(name)
        peer.settimeout(4)
        wanted = payload(world) if callable(payload) else payload
        data, sender = peer.recvfrom(65536)
        assert data == wanted, f"the peer got {data[:64]!r} of {len(data)}, not {wanted[:64]!r} of {len(wanted)}"
        assert sender[:2] == world.kept[source or "relay"], f"from {sender}, not {world.kept[source or 'relay']}"
    return step


def peer_hears_at_most(name, payload):
    """The peer gets this or nothing; the RFC leaves it open."""
    def step(world):
        for client in world.clients.values():
            client.heard()
        if select.select([world.peer(name)], [], [], GRACE)[0]:
            assert world.peer(name).recv(65536) == payload
    return step


def peer_hears_nothing(*names):
    """Nothing came, and nothing comes for a moment after the server has done all before it."""
    def step(world):
        for client in world.clients.values():
            client.heard()
        ready, _, _ = select.select([world.peer(name) for name in names], [], [], GRACE)
        assert not ready, f"a peer got {ready[0].recv(65536)!r}"
    return step


def peer_says(name, payload, to="relay"):
    return lambda world: world.peer(name).sendto(payload, world.kept[to])


def hears_data(name, payload, client="a"):
    """The client gets a Data indication from this peer."""
    def step(world):
        message = world.client(client).receive()
        assert isinstance(message, Message), f"wanted a Data indication, got {message}"
        assert (message.kind, message.method) == (INDICATION, DATA_METHOD), message
        assert message.address(XOR_PEER_ADDRESS) == world.peer_address(name) and message[DATA] == payload, message
    return step


def hears_on(number, payload, client="a"):
    """The client gets ChannelData."""
    def step(world):
        message = world.client(client).receive()
        assert message == (number, payload), f"wanted ChannelData on {number:04x}, got {message}"
    return step


def hears_nothing(client="a", seconds=GRACE):
    """The client gets nothing for a moment; for what peers send, which overtakes nothing."""
    def step(world):
        message = world.client(client).receive(seconds)
        assert message is None, f"heard {message}"
    return step


# Attributes by name.

def peer(name):
    return lambda world: peer_attribute(world.peer_address(name))


def peer_at(host, port=9):
    return peer_attribute((host, port))


def kept(type, name):
    return lambda world: Attribute(type, world.kept[name])


def number(type, value, size=4):
    return Attribute(type, value.to_bytes(size, "big"))


def transport(protocol=17):
    return Attribute(REQUESTED_TRANSPORT, bytes((protocol, 0, 0, 0)))


def requested(family):
    return Attribute(REQUESTED_ADDRESS_FAMILY, bytes((family, 0, 0, 0)))


def additional(family):
    return Attribute(ADDITIONAL_ADDRESS_FAMILY, bytes((family, 0, 0, 0)))


def even(reserve):
    return Attribute(EVEN_PORT, bytes((0x80 * reserve,)))


def channel(value):
    return Attribute(CHANNEL_NUMBER, struct.pack("!HH", value, 0))


def lifetime(seconds):
    return number(LIFETIME, seconds)


def data(payload):
    return Attribute(DATA, payload)


UDP = transport()


def allocated(*attributes, client="a", name="relay", auth=GOOD):
    """An allocation whose relayed address is kept as `name`."""
    def step(world):
        ask(ALLOCATE, UDP, *attributes, client=client, auth=auth)(world)
        message, one, where = world.answer()
        assert message.kind == SUCCESS, f"Allocate was answered {message.code}" + where
        world.kept[name] = message.address(XOR_RELAYED_ADDRESS)
        world.kept[name + " token"] = message.get(RESERVATION_TOKEN)
    return step


def permitted(*names, client="a"):
    return lambda world: [step(world) for step in (ask(CREATE_PERMISSION, *map(peer, names), client=client), success())]


def bound(value, name, client="a"):
    return lambda world: [step(world) for step in (ask(CHANNEL_BIND, channel(value), peer(name), client=client), success())]


EVERYWHERE = ("udp", "tcp", "tls", "udp6", "tcp6")
STREAMS = ("tcp", "tls")
