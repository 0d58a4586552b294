"""RFC 8489 §5 to §7, §14: the header, attributes, Binding, FINGERPRINT, unknown attributes."""
from world import *


def own_address(message, world):
    return message.address(XOR_MAPPED_ADDRESS) == world.clients[world.asked].address


def names(*unknown):
    return lambda message, world: message.unknown == set(unknown)


def binding(*attributes, **options):
    return ask(BINDING, *attributes, auth=ANONYMOUS, **options)


def message(kind=REQUEST, method=BINDING, body=b"", length=None, cookie=COOKIE, cut=None):
    """A message whose header may lie."""
    return raw(lambda client: (header(kind, method, len(body) if length is None else length, client.transaction(), cookie) + body)[:cut])


def first_byte(value):
    return raw(lambda client: bytes((value,)) + header(REQUEST, BINDING, 0, client.transaction())[1:])


def fingerprinted(wrong=False, behind=b""):
    def make(client):
        head = header(REQUEST, BINDING, 8 + len(behind), client.transaction())
        return head + struct.pack("!HHI", FINGERPRINT, 4, checksum(head) ^ wrong) + behind
    return raw(make)


SOFT = Attribute(SOFTWARE, b"a client")

ROWS = [
    # Binding
    Row("8489 §7", "a Binding is answered with the sender's own address and port",
        [binding(), success(XOR_MAPPED_ADDRESS, check=own_address)], EVERYWHERE),
    Row("8489 §7", "a Binding with SOFTWARE is answered", [binding(SOFT), success(check=own_address)], EVERYWHERE),
    Row("8489 §6.3.1", "a retransmitted Binding is answered again",
        [binding(), success(check=own_address), again(), success(check=own_address)]),
    Row("8489 §6.3.1", "a Binding needs no credentials, and its answer has no MESSAGE-INTEGRITY",
        [binding(), success(lacks=(MESSAGE_INTEGRITY, MESSAGE_INTEGRITY_SHA256, REALM, NONCE, USERNAME))]),
    Row("8489 §6.3.1", "a Binding's answer says nothing superfluous to a stranger", [binding(), success(lacks=(SOFTWARE, MAPPED_ADDRESS))]),
    Row("8489 §7", "two clients are told their own address each",
        [binding(), success(check=own_address), binding(client="b"), success(check=own_address)]),
    Row("8489 §6.3.2", "a Binding indication gets no answer", [indicate(BINDING), silence()], EVERYWHERE),
    Row("8489 §6.3.2", "an indication with an unknown attribute gets no answer", [indicate(BINDING, number(0x7777, 1)), silence()]),
    Row("8489 §6.3.3", "a success response to nothing gets no answer", [message(SUCCESS), silence()]),
    Row("8489 §6.3.4", "an error response to nothing gets no answer", [message(ERROR, body=bytes.fromhex("0009000400000401")), silence()]),
    # Header
    *(Row("8489 §6.3", f"a message that begins with {value:02x} is no STUN", [first_byte(value), silence()])
      for value in (0x80, 0xC0, 0xFF)),
    Row("8489 §6.3", "an unknown method gets no answer",
        [message(method=0x0FFF), silence()], coturn="it answers 400 or 401 to methods it does not know"),
    Row("8489 §6.3", "method 0 is reserved and gets no answer",
        [message(method=0), silence()], coturn="it answers 400 or 401 to methods it does not know"),
    Row("8489 §6.3", "method 2, the old Shared Secret, gets no answer",
        [message(method=2), silence()], coturn="it answers 400 or 401 to methods it does not know"),
    Row("8489 §5", "a wrong magic cookie gets no answer", [message(cookie=0), silence()]),
    Row("8489 §5", "a cookie that is wrong in one bit gets no answer", [message(cookie=COOKIE ^ 1), silence()]),
    Row("8489 §6.3", "a length longer than the datagram gets no answer", [message(length=4), silence()]),
    Row("8489 §6.3", "a length shorter than the datagram gets no answer", [message(body=bytes(4), length=0), silence()]),
    Row("8489 §5", "a length that is no multiple of four gets no answer", [message(body=b"\x80\x22\0\1x", length=5), silence()]),
    Row("8489 §5", "half a header gets no answer", [message(cut=10), silence()]),
    Row("8489 §5", "nineteen bytes get no answer", [message(cut=19), silence()]),
    Row("8489 §5", "one byte gets no answer", [raw(b"\0"), silence()]),
    Row("8489 §5", "an empty datagram gets no answer", [raw(b""), silence()]),
    Row("8489 §5", "a length of 65532 in twenty bytes gets no answer", [message(length=65532), silence()]),
    # Attributes
    Row("8489 §14", "padding may hold anything in a request",
        [binding(Attribute(SOFTWARE, b"abcde", padding=b"\xff\xff\xff")), success(check=own_address)]),
    Row("8489 §14", "an empty SOFTWARE is an attribute like others", [binding(Attribute(SOFTWARE)), success(check=own_address)]),
    Row("8489 §14", "an attribute that runs past the message gets no answer",
        [message(body=bytes.fromhex("8022000800000000")), silence()], coturn="it reads as far as it goes and answers"),
    Row("8489 §14", "an attribute header cut in half by the end gets no success",
        [message(body=bytes.fromhex("8022ffff")), silence()], coturn="it reads as far as it goes and answers"),
    Row("8489 §14", "twenty optional attributes are skipped",
        [binding(*[number(0xC000 + each, each) for each in range(20)]), success(check=own_address)]),
    Row("8489 §6.3.1", "an unknown optional attribute is ignored", [binding(number(0xFFFF, 1)), success(check=own_address)]),
    Row("8489 §6.3.1", "the smallest optional type, 8000, is ignored in a Binding",
        [binding(number(0x8000, 1)), success(check=own_address)]),
    Row("8489 §6.3.1", "a known attribute where nobody expects it is ignored",
        [binding(lifetime(600)), success(check=own_address)], coturn="it answers 420 to LIFETIME in a Binding"),
    Row("8489 §6.3.1", "in a Binding an unknown required attribute is answered 420 with its name",
        [binding(number(0x7777, 1)), error(420, UNKNOWN_ATTRIBUTES, check=names(0x7777))], EVERYWHERE),
    Row("8489 §14.9", "two unknown required attributes are both named",
        [binding(number(0x7777, 1), number(0x7001, 1)), error(420, check=names(0x7777, 0x7001))]),
    Row("8489 §6.3.1", "7fff is the last required type", [binding(number(0x7FFF, 1)), error(420, check=names(0x7FFF))]),
    Row("8489 §6.3.1", "one required among optional ones is found",
        [binding(SOFT, number(0x6001, 1), SOFT), error(420, check=names(0x6001))]),
    Row("8489 §6.3.1", "only the required ones are named",
        [binding(number(0xFF00, 1), number(0x6001, 1)), error(420, check=names(0x6001))]),
    Row("8489 §6.3.1", "after 420 the next good Binding is answered",
        [binding(number(0x7777, 1)), error(420), binding(), success(check=own_address)]),
    # FINGERPRINT
    Row("8489 §14.7", "a right FINGERPRINT is accepted", [fingerprinted(), success(check=own_address)], EVERYWHERE),
    Row("8489 §14.7", "the answer to a request with FINGERPRINT has one", [fingerprinted(), success(FINGERPRINT)]),
    Row("8489 §7.3", "a wrong FINGERPRINT gets no answer", [fingerprinted(wrong=True), silence()]),
    Row("8489 §14.7", "a FINGERPRINT that is not the last attribute gets no answer",
        [fingerprinted(behind=bytes.fromhex("802200046f6e6365")), silence()], own=True),
    Row("8489 §14.7", "a FINGERPRINT of two bytes gets no answer", [message(body=bytes.fromhex("8028000200000000")), silence()]),
]
