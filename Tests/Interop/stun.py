"""STUN and TURN messages by hand (RFC 8489, RFC 8656): whatever the wire can carry can be said here, the wrong things too.

An attribute's value is bytes, or a function of the transaction id (the addresses of XOR-… attributes are mixed with it).
"""
import base64, dataclasses, hashlib, hmac, ipaddress, struct, zlib
from typing import Callable

COOKIE = 0x2112A442
COOKIE_BYTES = struct.pack("!I", COOKIE)

# Methods (RFC 8489 §18.2, RFC 8656 §17).
BINDING, ALLOCATE, REFRESH, SEND, DATA_METHOD, CREATE_PERMISSION, CHANNEL_BIND = 1, 3, 4, 6, 7, 8, 9
METHODS = {"Binding": BINDING, "Allocate": ALLOCATE, "Refresh": REFRESH, "Send": SEND, "Data": DATA_METHOD,
           "CreatePermission": CREATE_PERMISSION, "ChannelBind": CHANNEL_BIND}
# Classes (RFC 8489 §5).
REQUEST, INDICATION, SUCCESS, ERROR = range(4)

# Attributes (RFC 8489 §18.3, RFC 8656 §18).
MAPPED_ADDRESS, USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, UNKNOWN_ATTRIBUTES = 0x0001, 0x0006, 0x0008, 0x0009, 0x000A
CHANNEL_NUMBER, LIFETIME, XOR_PEER_ADDRESS, DATA, REALM, NONCE = 0x000C, 0x000D, 0x0012, 0x0013, 0x0014, 0x0015
XOR_RELAYED_ADDRESS, REQUESTED_ADDRESS_FAMILY, EVEN_PORT, REQUESTED_TRANSPORT = 0x0016, 0x0017, 0x0018, 0x0019
DONT_FRAGMENT, MESSAGE_INTEGRITY_SHA256, PASSWORD_ALGORITHM, USERHASH = 0x001A, 0x001C, 0x001D, 0x001E
XOR_MAPPED_ADDRESS, RESERVATION_TOKEN = 0x0020, 0x0022
ADDITIONAL_ADDRESS_FAMILY, PASSWORD_ALGORITHMS = 0x8000, 0x8002
SOFTWARE, FINGERPRINT = 0x8022, 0x8028

# Password algorithms (RFC 8489 §18.5).
MD5, SHA256 = 1, 2
NONCE_COOKIE = b"obMatJos2"
V4, V6 = 1, 2


@dataclasses.dataclass(frozen=True)
class Attribute:
    """`length` and `padding` are what the wire says when it lies: the length field, the bytes behind the value."""
    type: int
    value: bytes | Callable[[bytes], bytes] = b""
    length: int | None = None
    padding: bytes | None = None

    def encode(self, transaction):
        value = self.value(transaction) if callable(self.value) else self.value
        padding = bytes(-len(value) % 4) if self.padding is None else self.padding
        return struct.pack("!HH", self.type, len(value) if self.length is None else self.length) + value + padding


def message_type(kind, method):
    """RFC 8489 §5: class and method mixed into 14 bits."""
    return (method & 0xF80) << 2 | (method & 0x70) << 1 | method & 0xF | (kind & 2) << 7 | (kind & 1) << 4


def split_type(wire):
    return wire >> 7 & 2 | wire >> 4 & 1, wire >> 2 & 0xF80 | wire >> 1 & 0x70 | wire & 0xF


def header(kind, method, length, transaction, cookie=COOKIE):
    return struct.pack("!HHI", message_type(kind, method), length, cookie) + transaction


def encode(kind, method, attributes, transaction, key=None, integrity=(), fingerprint=False, after=(), truncated=32):
    """A message; with `key` the MESSAGE-INTEGRITY attributes that `integrity` names ("sha1", "sha256"), then `after`.
    `truncated` is the length of the SHA-256 one (RFC 8489 §14.6)."""
    body = b"".join(attribute.encode(transaction) for attribute in attributes)
    for kind_of_hash in integrity:
        size = 20 if kind_of_hash == "sha1" else truncated
        covered = header(kind, method, len(body) + 4 + size, transaction) + body
        mark = hmac.new(key, covered, kind_of_hash).digest()[:size]
        body += struct.pack("!HH", MESSAGE_INTEGRITY if kind_of_hash == "sha1" else MESSAGE_INTEGRITY_SHA256, size) + mark
    body += b"".join(attribute.encode(transaction) for attribute in after)
    if fingerprint:
        body += struct.pack("!HHI", FINGERPRINT, 4, checksum(header(kind, method, len(body) + 8, transaction) + body))
    return header(kind, method, len(body), transaction) + body


def checksum(covered):
    """FINGERPRINT's value (RFC 8489 §14.7)."""
    return zlib.crc32(covered) ^ 0x5354554E


def mixed(address, transaction):
    """A transport address as XOR-… attributes hold it (RFC 8489 §14.2)."""
    host, port = ipaddress.ip_address(address[0]), address[1]
    mask = COOKIE_BYTES + transaction
    packed = bytes(one ^ other for one, other in zip(host.packed, mask))
    return struct.pack("!BBH", 0, V4 if host.version == 4 else V6, port ^ COOKIE >> 16) + packed


def unmixed(value, transaction):
    port = struct.unpack_from("!H", value, 2)[0] ^ COOKIE >> 16
    packed = bytes(one ^ other for one, other in zip(value[4:], COOKIE_BYTES + transaction))
    return str(ipaddress.ip_address(packed)), port


class Malformed(Exception):
    """What a server sent is no well-formed message."""


class Message:
    """A message from the wire. Attributes keep their order; each knows where it begins."""

    def __init__(self, wire):
        if len(wire) < 20 or wire[0] & 0xC0:
            raise Malformed(f"no STUN message: {wire.hex()}")
        kind, length, cookie = struct.unpack_from("!HHI", wire)
        if cookie != COOKIE or length % 4 or length != len(wire) - 20:
            raise Malformed(f"cookie {cookie:x}, length {length} of {len(wire) - 20}: {wire.hex()}")
        self.wire, self.transaction = wire, wire[8:20]
        self.kind, self.method = split_type(kind)
        self.attributes, place = [], 20
        while place < len(wire):
            if place + 4 > len(wire):
                raise Malformed(f"an attribute is cut off: {wire.hex()}")
            type, size = struct.unpack_from("!HH", wire, place)
            end = place + 4 + size
            if end + -size % 4 > len(wire):
                raise Malformed(f"attribute {type:04x} is cut off: {wire.hex()}")
            if any(wire[end:end + -size % 4]):
                raise Malformed(f"the padding of {type:04x} is not zero: {wire.hex()}")
            self.attributes.append((type, wire[place + 4:end], place))
            place = end + -size % 4

    def __contains__(self, type):
        return any(attribute[0] == type for attribute in self.attributes)

    def __getitem__(self, type):
        return next(value for kind, value, _ in self.attributes if kind == type)

    def get(self, type):
        return self[type] if type in self else None

    def all(self, type):
        return [value for kind, value, _ in self.attributes if kind == type]

    @property
    def code(self):
        value = self.get(ERROR_CODE)
        return None if value is None else (value[2] & 7) * 100 + value[3]

    @property
    def lifetime(self):
        return struct.unpack("!I", self[LIFETIME])[0]

    @property
    def unknown(self):
        value = self[UNKNOWN_ATTRIBUTES]
        return set(struct.unpack(f"!{len(value) // 2}H", value))

    def addresses(self, type):
        return [unmixed(value, self.transaction) for value in self.all(type)]

    def address(self, type):
        return self.addresses(type)[0]

    def integrity_is_right(self, key):
        """Whether there is a MESSAGE-INTEGRITY(-SHA256) and every one is right."""
        marks = [(kind, value, place) for kind, value, place in self.attributes
                 if kind in (MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256)]
        for kind, value, place in marks:
            covered = self.wire[:2] + struct.pack("!H", place - 20 + 4 + len(value)) + self.wire[4:place]
            digest = hmac.new(key, covered, "sha1" if kind == MESSAGE_INTEGRITY else "sha256").digest()
            if digest[:len(value)] != value or len(value) < 16:
                return False
        return bool(marks)

    def fingerprint_is_right(self):
        """Whether FINGERPRINT, if there is one, is the last attribute and right."""
        if FINGERPRINT not in self:
            return True
        type, value, place = self.attributes[-1]
        return type == FINGERPRINT and struct.unpack("!I", value)[0] == checksum(self.wire[:place])

    def __repr__(self):
        kind = ("request", "indication", "success", "error")[self.kind]
        names = ", ".join(f"{type:04x}={value.hex()}" for type, value, _ in self.attributes)
        return f"<{kind} of method {self.method}, code {self.code}: {names}>"


def channel_data(number, payload, length=None, padding=b""):
    """RFC 8656 §12.4."""
    return struct.pack("!HH", number, len(payload) if length is None else length) + payload + padding


def rest_credentials(secret, expiry, participant):
    """(username, password) as a TURN server with a shared secret wants them."""
    username = f"{expiry}:{participant}"
    return username, base64.b64encode(hmac.new(secret.encode(), username.encode(), "sha1").digest()).decode()


def long_term_key(username, realm, password, algorithm=MD5):
    """RFC 8489 §18.5.1."""
    text = b":".join((username.encode(), realm, password.encode()))
    return hashlib.md5(text).digest() if algorithm == MD5 else hashlib.sha256(text).digest()


def userhash(username, realm):
    return hashlib.sha256(username.encode() + b":" + realm).digest()
