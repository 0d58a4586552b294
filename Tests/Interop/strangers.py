"""What somebody without a password can send; functions of a transaction id."""
from client import *
from world import UDP, additional, even, number


def who(username=b"1:x", realm=b"parley", nonce=b"never given"):
    return [Attribute(USERNAME, username), Attribute(REALM, realm), Attribute(NONCE, nonce)]


def signed(method, *attributes, integrity=("sha1",)):
    return lambda transaction: encode(REQUEST, method, attributes, transaction, b"wrong key", integrity)


def plain(method, *attributes, kind=REQUEST, fingerprint=False):
    return lambda transaction: encode(kind, method, attributes, transaction, fingerprint=fingerprint)


STRANGERS = [make(bytes(12)) for make in (
    plain(BINDING), plain(BINDING, number(0x7777, 1)), plain(ALLOCATE, UDP), plain(REFRESH), signed(ALLOCATE, UDP, *who()), signed(ALLOCATE))]
# Allocates in the forms that get furthest.
FORGED = [make(bytes(12)) for make in (
    plain(ALLOCATE, UDP), plain(ALLOCATE, UDP, Attribute(SOFTWARE, b"x" * 120)), plain(ALLOCATE, UDP, even(True)),
    plain(ALLOCATE, UDP, additional(V6)), signed(ALLOCATE, UDP), signed(ALLOCATE, UDP, *who()),
    signed(ALLOCATE, UDP, *who(b"9999999999:somebody", nonce=b"obMatJos2AAAA0123456789abcdef0123")))]
