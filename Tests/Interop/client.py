"""A TURN client that does what it is told: good credentials by default, any others on request."""
import dataclasses, time

from lines import PATIENCE, Closed, open_line
from stun import *


@dataclasses.dataclass(frozen=True)
class Auth:
    """What a request says about its sender. None: what a good client says.

    `algorithm` MD5 or SHA256 adds PASSWORD-ALGORITHM and the offered PASSWORD-ALGORITHMS (RFC 8489 §9.2.4).
    `integrity` names the hashes; `omit` leaves attributes out; `after` puts attributes behind the integrity."""
    username: str | None = None
    password: str | None = None
    realm: bytes | None = None
    nonce: bytes | None = None
    algorithm: int | None = None
    algorithms: bytes | None = None
    integrity: tuple | None = None
    truncated: int = 32
    omit: tuple = ()
    after: tuple = ()
    use_hash: bool = False
    fingerprint: bool = False


GOOD = Auth()
ANONYMOUS = None
MODERN = Auth(algorithm=SHA256)


class Client:
    """One 5-tuple. `random` makes the transaction ids; `credentials` is (username, password)."""

    def __init__(self, line, random, credentials, patience=PATIENCE):
        self.line, self.random, self.credentials, self.patience = line, random, credentials, patience
        self.realm = self.nonce = self.algorithms = None
        self.key = None
        self.asked = self.sent = None
        self.waiting = []

    @property
    def address(self):
        return self.line.address

    def transaction(self):
        return self.random.randbytes(12)

    def learn(self, large=False):
        """Asks for realm and nonce, again while the server is silent: it answers only so many strangers' questions a second.
        A large question leaves it room for PASSWORD-ALGORITHMS in its answer."""
        attributes = [Attribute(REQUESTED_TRANSPORT, b"\x11\0\0\0")] + [Attribute(SOFTWARE, b"x" * 120)] * large
        for _ in range(20):
            self.send(encode(REQUEST, ALLOCATE, attributes, self.transaction()))
            if (answer := self.answer(seconds=0.5)) is not None:
                break
        assert answer is not None and answer.code == 401, f"wanted 401, got {answer}"
        self.realm, self.nonce, self.algorithms = answer[REALM], answer[NONCE], answer.get(PASSWORD_ALGORITHMS)

    def request(self, method, attributes=(), auth=GOOD, kind=REQUEST, transaction=None, fingerprint=False):
        """The bytes of a request; remembers the key that its answer must be signed with."""
        transaction = transaction or self.transaction()
        if auth is None:
            self.key = None
            return encode(kind, method, attributes, transaction, fingerprint=fingerprint)
        if self.nonce is None or (auth.algorithm is not None and self.algorithms is None):
            self.learn(large=auth.algorithm is not None)
        username, password = auth.username or self.credentials[0], auth.password or self.credentials[1]
        realm, nonce = auth.realm or self.realm, auth.nonce or self.nonce
        who = [Attribute(USERHASH, userhash(username, realm)) if auth.use_hash else Attribute(USERNAME, username.encode()),
               Attribute(REALM, realm), Attribute(NONCE, nonce)]
        if auth.algorithm is not None:
            who += [Attribute(PASSWORD_ALGORITHMS, auth.algorithms or self.algorithms or b""),
                    Attribute(PASSWORD_ALGORITHM, struct.pack("!HH", auth.algorithm, 0))]
        who = [attribute for attribute in who if attribute.type not in auth.omit]
        integrity = auth.integrity if auth.integrity is not None else (("sha256",) if auth.algorithm else ("sha1",))
        self.key = long_term_key(username, realm, password, auth.algorithm or MD5)
        return encode(kind, method, [*attributes, *who], transaction, self.key, integrity, fingerprint or auth.fingerprint,
                      auth.after, auth.truncated)

    def send(self, wire):
        self.sent = wire
        self.line.send(wire)

    def ask(self, method, *attributes, auth=GOOD, kind=REQUEST):
        """Sends a request and returns its answer; fetches a new nonce once when the old one is stale."""
        self.send(self.request(method, attributes, auth, kind))
        answer = self.answer()
        if answer is not None and answer.code == 438 and auth is not None and auth.nonce is None:
            self.nonce = answer[NONCE]
            self.send(self.request(method, attributes, auth, kind))
            answer = self.answer()
        return answer

    def receive(self, seconds=None):
        """The next thing from the server: a Message, or (channel, payload)."""
        if self.waiting:
            return self.waiting.pop(0)
        wire = self.line.receive(self.patience if seconds is None else seconds)
        if wire is None:
            return None
        if wire[:1] and 0x40 <= wire[0] <= 0x7F:
            number, length = struct.unpack_from("!HH", wire)
            if not 4 + length <= len(wire) <= 4 + length + 3:
                raise Malformed(f"ChannelData of {length} in {len(wire)}")
            return number, wire[4:4 + length]
        return Message(wire)

    def answer(self, transaction=None, seconds=None):
        """The answer to the last request. Data that comes in between waits its turn."""
        transaction = transaction or self.sent[8:20]
        deadline, others = time.monotonic() + (self.patience if seconds is None else seconds), []
        try:
            while (left := deadline - time.monotonic()) > 0:
                message = self.receive(left)
                if isinstance(message, Message) and message.transaction == transaction:
                    return message
                if message is not None:
                    others.append(message)
            return None
        finally:
            self.waiting[:0] = others

    def heard(self):
        """All that came before now: asks a Binding and collects what comes before its answer.
        A server works through one 5-tuple in order, so silence needs no waiting."""
        transaction, heard = self.transaction(), []
        self.line.send(encode(REQUEST, BINDING, [], transaction))
        while (message := self.receive()) is not None:
            if isinstance(message, Message) and message.transaction == transaction:
                return heard
            heard.append(message)
        raise AssertionError(f"the Binding behind it is not answered either; heard {heard}")

    # What a good client does, for tests whose point is elsewhere.

    def allocate(self, *attributes, auth=GOOD):
        answer = self.ask(ALLOCATE, Attribute(REQUESTED_TRANSPORT, b"\x11\0\0\0"), *attributes, auth=auth)
        assert answer is not None and answer.kind == SUCCESS, f"Allocate: {answer}"
        return answer.address(XOR_RELAYED_ADDRESS)

    def permit(self, *peers):
        return self.ask(CREATE_PERMISSION, *map(peer_attribute, peers))

    def bind(self, number, peer):
        return self.ask(CHANNEL_BIND, Attribute(CHANNEL_NUMBER, struct.pack("!HH", number, 0)), peer_attribute(peer))

    def say(self, peer, payload):
        self.line.send(encode(INDICATION, SEND, [peer_attribute(peer), Attribute(DATA, payload)], self.transaction()))

    def say_on(self, number, payload):
        self.line.send(channel_data(number, payload, padding=bytes(-len(payload) % 4) if self.line.is_stream else b""))

    def close(self):
        self.line.close()


def peer_attribute(address):
    return Attribute(XOR_PEER_ADDRESS, lambda transaction: mixed(address, transaction))


def good_client(server, network, dice, family=4, participant="good", transport="udp"):
    """A client with good credentials on an address of its own."""
    line = open_line(transport, server.address(transport, family), (network.client_host(family), 0))
    return Client(line, dice, server.credentials(participant))
