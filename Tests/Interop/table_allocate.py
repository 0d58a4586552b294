"""RFC 8656 §6 to §8: Allocate and Refresh."""
from world import *

ALLOCATION = (XOR_RELAYED_ADDRESS, LIFETIME, XOR_MAPPED_ADDRESS)


def allocate(*attributes, **options):
    return ask(ALLOCATE, *attributes, **options)


def is_complete(message, world):
    """The client's own address, a relayed one with a port of RFC 8656 §7.2, the default lifetime."""
    port = message.address(XOR_RELAYED_ADDRESS)[1]
    return (message.address(XOR_MAPPED_ADDRESS) == world.clients[world.asked].address and message.lifetime == 600 and 1024 <= port <= 65535)


def families(*wanted):
    return lambda message, world: sorted(6 if ":" in host else 4 for host, _ in message.addresses(XOR_RELAYED_ADDRESS)) == list(wanted)


def lives(seconds):
    return lambda message, world: message.lifetime == seconds


def is_even(message, world):
    return message.address(XOR_RELAYED_ADDRESS)[1] % 2 == 0


def is_next(message, world):
    """The reserved port is the next higher one on the same address."""
    host, port = world.kept["relay"]
    return message.address(XOR_RELAYED_ADDRESS) == (host, port + 1)


def same(message, world):
    return message.address(XOR_RELAYED_ADDRESS) == world.kept["relay"]


def another(message, world):
    return message.address(XOR_RELAYED_ADDRESS) != world.kept["relay"]


def is_in_dynamic_range(message, world):
    return message.address(XOR_RELAYED_ADDRESS)[1] >= 49152


def names(*unknown):
    return lambda message, world: message.unknown == set(unknown)


def later(*attributes):
    """A good request with these attributes behind its MESSAGE-INTEGRITY."""
    return Auth(after=attributes)


TWO = "it does not know ADDITIONAL-ADDRESS-FAMILY by the number of RFC 8656"
HOLDS = "it holds the 5-tuple for a while"
HONOURS = "it honours attributes behind MESSAGE-INTEGRITY (fixed in later releases)"
TOKEN = kept(RESERVATION_TOKEN, "relay token")
SHORT = Attribute(REQUESTED_TRANSPORT, b"\x11")
BAD_TOKEN = Attribute(RESERVATION_TOKEN, b"not kept")

ROWS = [
    Row("8656 §7.2", "Allocate answers with relayed and mapped address and lifetime",
        [allocate(UDP), success(*ALLOCATION, check=is_complete)], EVERYWHERE),
    Row("8656 §7.2", "without a wish the relayed address is IPv4, even for a client over IPv6",
        [allocate(UDP), success(check=families(4))], ("udp", "udp6", "tcp6")),
    Row("8656 §7.2", "the relayed port is in the dynamic range", [allocate(UDP), success(check=is_in_dynamic_range)]),
    Row("8656 §7.2", "no reservation is given to whom did not ask", [allocate(UDP), success(lacks=(RESERVATION_TOKEN,))]),
    Row("8656 §7.2", "an answer with FINGERPRINT to a request with FINGERPRINT", [allocate(UDP, fingerprint=True), success(FINGERPRINT)]),
    Row("8656 §7.2", "the answer is signed and says no credentials",
        [allocate(UDP), success(MESSAGE_INTEGRITY, lacks=(USERNAME, REALM, NONCE))]),
    Row("8656 §7.2", "two clients get different ports", [allocated(), allocate(UDP, client="b"), success(check=another)]),
    Row("8656 §7.2", "an unknown optional attribute is ignored", [allocate(UDP, number(0xC001, 1)), success(*ALLOCATION)]),
    Row("8489 §14", "of two LIFETIMEs the first counts",
        [allocate(UDP, lifetime(700), lifetime(900)), success(check=lives(700))], coturn="the last one counts"),
    # 1 and 2: the 5-tuple
    Row("8656 §7.2 (2)", "a second Allocate on the same 5-tuple is answered 437", [allocated(), allocate(UDP), error(437)], EVERYWHERE),
    Row("8656 §7.2 (2)", "437 comes before a missing REQUESTED-TRANSPORT", [allocated(), allocate(), error(437)]),
    Row("8656 §7.2 (2)", "437 comes before an unsupported transport", [allocated(), allocate(transport(6)), error(437)]),
    Row("8656 §7.2 (2)", "a second Allocate leaves the first alive",
        [allocated(), allocate(UDP), error(437), ask(REFRESH), success(LIFETIME)]),
    Row("8656 §5", "a retransmitted Allocate is answered with the same allocation",
        [allocated(), again(), success(*ALLOCATION, check=same)], ("udp", "udp6")),
    Row("8656 §5", "also the tenth time", [allocated(), *[step for _ in range(9) for step in (again(), success(check=same))]]),
    Row("8656 §7.2 (2)", "after a Refresh of 0 the 5-tuple is free again",
        [allocated(), ask(REFRESH, lifetime(0)), success(), allocate(UDP), success(*ALLOCATION)], EVERYWHERE, coturn=HOLDS),
    Row("8656 §7.2 (1)", "credentials come before everything: an empty Allocate of nobody is answered 401",
        [allocate(auth=ANONYMOUS), error(401)]),
    Row("8489 §6.3.1", "credentials come before unknown attributes", [allocate(UDP, number(0x7777, 1), auth=ANONYMOUS), error(401)]),
    # 3: REQUESTED-TRANSPORT
    Row("8656 §7.2 (3)", "no REQUESTED-TRANSPORT is answered 400", [allocate(), error(400)], EVERYWHERE),
    Row("8656 §7.2 (3)", "a REQUESTED-TRANSPORT of one byte is answered 400", [allocate(SHORT), error(400)]),
    Row("8656 §7.2 (3)", "a REQUESTED-TRANSPORT of eight bytes is answered 400",
        [allocate(Attribute(REQUESTED_TRANSPORT, b"\x11" + bytes(7))), error(400)]),
    *[Row("8656 §7.2 (3)", f"transport protocol {protocol} is answered 442", [allocate(transport(protocol)), error(442)],
          coturn="RFC 6062: it relays TCP" if protocol == 6 else "400") for protocol in (0, 1, 6, 16, 33, 132, 255)],
    Row("8656 §7.2 (3)", "after 442 UDP is accepted",
        [allocate(transport(132)), error(442), allocate(UDP), success(*ALLOCATION)], coturn="400"),
    Row("8656 §18.8", "the reserved bytes of REQUESTED-TRANSPORT do not count",
        [allocate(Attribute(REQUESTED_TRANSPORT, b"\x11\xff\xff\xff")), success(*ALLOCATION)]),
    # 4: DONT-FRAGMENT and other required attributes
    Row("8656 §7.2 (4)", "DONT-FRAGMENT is unknown here: 420",
        [allocate(UDP, Attribute(DONT_FRAGMENT)), error(420, UNKNOWN_ATTRIBUTES, check=names(DONT_FRAGMENT))], coturn="it can set DF"),
    Row("8489 §6.3.1", "in an Allocate an unknown required attribute is answered 420 with its name",
        [allocate(UDP, number(0x7777, 1)), error(420, UNKNOWN_ATTRIBUTES, check=names(0x7777))], EVERYWHERE),
    Row("8489 §6.3.1", "DONT-FRAGMENT and another are both named",
        [allocate(UDP, Attribute(DONT_FRAGMENT), number(0x7777, 1)),
         error(420, check=names(0x7777, DONT_FRAGMENT))], coturn="it can set DF"),
    Row("8489 §6.3.1", "a 420 is signed", [allocate(UDP, number(0x7777, 1)), error(420, MESSAGE_INTEGRITY)]),
    Row("8489 §6.3.1", "after 420 a good Allocate is answered",
        [allocate(UDP, number(0x7777, 1)), error(420), allocate(UDP), success(*ALLOCATION)]),
    # 5: RESERVATION-TOKEN
    Row("8656 §7.2 (5)", "a token that nobody gave is answered 508",
        [allocate(UDP, BAD_TOKEN), error(508)], coturn="404, a code of its own"),
    Row("8656 §7.2 (5)", "a token of zeros is answered 508",
        [allocate(UDP, number(RESERVATION_TOKEN, 0, 8)), error(508)], coturn="it takes zeros for no token"),
    Row("8656 §18.10", "a token of four bytes is answered 400", [allocate(UDP, number(RESERVATION_TOKEN, 1)), error(400)]),
    Row("8656 §7.2 (5)", "a token and EVEN-PORT are answered 400", [allocate(UDP, BAD_TOKEN, even(False)), error(400)]),
    Row("8656 §7.2 (5)", "a token and REQUESTED-ADDRESS-FAMILY are answered 400", [allocate(UDP, BAD_TOKEN, requested(V4)), error(400)]),
    Row("8656 §7.2 (5)", "a token and ADDITIONAL-ADDRESS-FAMILY are answered 400",
        [allocate(UDP, BAD_TOKEN, additional(V6)), error(400)], coturn=TWO),
    # 6, 7: address families
    Row("8656 §7.2 (6)", "REQUESTED- and ADDITIONAL-ADDRESS-FAMILY are answered 400",
        [allocate(UDP, requested(V4), additional(V6)), error(400)], coturn=TWO),
    Row("8656 §7.2 (7)", "IPv4 asked for is IPv4 given",
        [allocate(UDP, requested(V4)), success(check=families(4))], ("udp", "udp6", "tcp")),
    Row("8656 §7.2 (7)", "IPv6 asked for is IPv6 given",
        [allocate(UDP, requested(V6)), success(check=families(6))], ("udp", "udp6", "tcp", "tls")),
    *[Row("8656 §7.2 (7)", f"address family {family:02x} is answered 440", [allocate(UDP, requested(family)), error(440)])
      for family in (0, 3, 0xFF)],
    Row("8656 §18.6", "a REQUESTED-ADDRESS-FAMILY of one byte is answered 400",
        [allocate(UDP, Attribute(REQUESTED_ADDRESS_FAMILY, b"\1")), error((400, 440))]),
    # 8: EVEN-PORT
    Row("8656 §7.2 (8)", "EVEN-PORT gives an even port", [allocate(UDP, even(False)), success(check=is_even, lacks=(RESERVATION_TOKEN,))]),
    Row("8656 §7.2 (8)", "ten times EVEN-PORT give ten even ports",
        [step for each in range(10) for step in (allocate(UDP, even(False), client=f"client {each}"), success(check=is_even))]),
    Row("8656 §7.2 (8)", "EVEN-PORT with R gives an even port and a token of eight bytes",
        [allocate(UDP, even(True)),
         success(RESERVATION_TOKEN, check=lambda message, world: is_even(message, world) and len(message[RESERVATION_TOKEN]) == 8)],
        ("udp", "tcp", "tls")),
    Row("8656 §7.2 (5)", "the token gives the next higher port to another client",
        [allocated(even(True)), allocate(UDP, TOKEN, client="b"), success(check=is_next)], ("udp", "tcp", "udp6")),
    Row("8656 §7.2 (5)", "a token serves once",
        [allocated(even(True)), allocate(UDP, TOKEN, client="b"), success(), allocate(UDP, TOKEN, client="c"),
         error(508)], coturn="404, a code of its own"),
    Row("8656 §7.2 (5)", "the reserved port lives when the allocation that reserved it is gone",
        [allocated(even(True)), ask(REFRESH, lifetime(0)), success(), allocate(UDP, TOKEN, client="b"), success(check=is_next)]),
    Row("8656 §7.2 (8)", "EVEN-PORT with R and ADDITIONAL-ADDRESS-FAMILY are answered 400",
        [allocate(UDP, even(True), additional(V6)), error(400)], coturn=TWO),
    Row("8656 §7.2 (8)", "EVEN-PORT for IPv6",
        [allocate(UDP, even(True), requested(V6)),
         success(RESERVATION_TOKEN, check=lambda message, world: is_even(message, world) and families(6)(message, world))]),
    Row("8656 §18.7", "an EVEN-PORT without value is answered 400",
        [allocate(UDP, Attribute(EVEN_PORT)), error(400)], coturn="it takes it for R = 0"),
    Row("8656 §18.7", "the other bits of EVEN-PORT do not count",
        [allocate(UDP, Attribute(EVEN_PORT, b"\x7f")), success(check=is_even, lacks=(RESERVATION_TOKEN,))]),
    # 9: ADDITIONAL-ADDRESS-FAMILY
    Row("8656 §7.2 (9)", "ADDITIONAL-ADDRESS-FAMILY IPv6 gives one address of each family",
        [allocate(UDP, additional(V6)), success(*ALLOCATION, check=families(4, 6))], ("udp", "udp6", "tcp"), coturn=TWO),
    Row("8656 §7.2 (9)", "ADDITIONAL-ADDRESS-FAMILY IPv4 is answered 400", [allocate(UDP, additional(V4)), error(400)], coturn=TWO),
    Row("8656 §7.2 (9)", "ADDITIONAL-ADDRESS-FAMILY of another family is refused",
        [allocate(UDP, additional(9)), error((400, 440))], coturn=TWO),
    Row("8656 §7.2 (9)", "a retransmitted dual Allocate repeats both addresses",
        [allocated(additional(V6)), again(),
         success(check=lambda message, world: same(message, world) and families(4, 6)(message, world))], coturn=TWO),
    # LIFETIME
    Row("8656 §7.2", "a lifetime between default and maximum is granted", [allocate(UDP, lifetime(1234)), success(check=lives(1234))]),
    Row("8656 §7.2", "the greatest lifetime is granted", [allocate(UDP, lifetime(3600)), success(check=lives(3600))]),
    Row("8656 §7.2", "a lifetime above is cut to it", [allocate(UDP, lifetime(3601)), success(check=lives(3600))]),
    Row("8656 §7.2", "the longest lifetime that can be written is cut", [allocate(UDP, lifetime(0xFFFFFFFF)), success(check=lives(3600))]),
    *[Row("8656 §7.2", f"a lifetime of {seconds} s becomes the default", [allocate(UDP, lifetime(seconds)), success(check=lives(600))])
      for seconds in (0, 1, 599)],
    Row("8656 §18.2", "a LIFETIME of two bytes is answered 400", [allocate(UDP, Attribute(LIFETIME, b"\2\0")), error(400)]),
    # Behind MESSAGE-INTEGRITY
    Row("8489 §14.5", "REQUESTED-TRANSPORT behind MESSAGE-INTEGRITY is not there", [allocate(auth=later(UDP)), error(400)], coturn=HONOURS),
    Row("8489 §14.5", "LIFETIME behind MESSAGE-INTEGRITY is not there",
        [allocate(UDP, auth=later(lifetime(1234))), success(check=lives(600))], coturn=HONOURS),
    Row("8489 §14.5", "an unknown required attribute behind MESSAGE-INTEGRITY is not there",
        [allocate(UDP, auth=later(number(0x7777, 1))), success(*ALLOCATION)], coturn=HONOURS),
    Row("8489 §14.5", "EVEN-PORT behind MESSAGE-INTEGRITY is not there",
        [allocate(UDP, auth=later(even(True))), success(lacks=(RESERVATION_TOKEN,))], coturn=HONOURS),
    Row("8489 §14.7", "FINGERPRINT behind MESSAGE-INTEGRITY is", [allocate(UDP, auth=Auth(fingerprint=True)), success(FINGERPRINT)]),
    # Other classes
    Row("8656 §7", "an Allocate indication gets no answer", [indicate(ALLOCATE, UDP), silence()]),
    Row("8489 §6.3.3", "an Allocate success from a client gets no answer",
        [raw(lambda client: header(SUCCESS, ALLOCATE, 0, client.transaction())), silence()]),
    # Refresh
    Row("8656 §8.2", "Refresh without LIFETIME gives the default",
        [allocated(), ask(REFRESH), success(LIFETIME, check=lives(600))], EVERYWHERE),
    Row("8656 §8.2", "Refresh with 1000 gives 1000", [allocated(), ask(REFRESH, lifetime(1000)), success(check=lives(1000))]),
    Row("8656 §8.2", "Refresh with 1 gives the default", [allocated(), ask(REFRESH, lifetime(1)), success(check=lives(600))]),
    Row("8656 §8.2", "Refresh with more than the maximum gives the maximum",
        [allocated(), ask(REFRESH, lifetime(0xFFFFFFFF)), success(check=lives(3600))]),
    Row("8656 §8.2", "Refresh can shorten", [allocated(lifetime(3600)), ask(REFRESH, lifetime(700)), success(check=lives(700))]),
    Row("8656 §8.2", "Refresh with 0 deletes: success, lifetime 0, then 437",
        [allocated(), ask(REFRESH, lifetime(0)), success(check=lives(0)), ask(REFRESH), error(437)], EVERYWHERE, coturn=HOLDS),
    Row("8656 §8.2", "a Refresh is repeated with the same answer",
        [allocated(), ask(REFRESH, lifetime(1000)), success(), again(), success(check=lives(1000))]),
    Row("8656 §8.2", "a deleting Refresh that is retransmitted is answered 0 or 437",
        [allocated(), ask(REFRESH, lifetime(0)), success(), again(),
         lambda world: (answer := world.answer()[0]).code == 437 or lives(0)(answer, world) or error(437)(world)]),
    Row("8656 §8.2", "Refresh for the allocation's own family", [allocated(), ask(REFRESH, requested(V4)), success(check=lives(600))]),
    Row("8656 §8.2", "Refresh for the other family is answered 443", [allocated(), ask(REFRESH, requested(V6)), error(443)]),
    Row("8656 §8.2", "Refresh of an IPv6 allocation for IPv4 is answered 443",
        [allocated(requested(V6)), ask(REFRESH, requested(V4)), error(443)]),
    Row("8656 §8.2", "a 443 leaves the allocation alive",
        [allocated(), ask(REFRESH, lifetime(0), requested(V6)), error(443), ask(REFRESH), success(check=lives(600))]),
    Row("8656 §8.2", "one half of a dual allocation is deleted, the other lives",
        [allocated(additional(V6)), ask(REFRESH, lifetime(0), requested(V6)), success(check=lives(0)), ask(REFRESH, requested(V4)),
         success(check=lives(600))], coturn=TWO),
    Row("8656 §8.2", "the deleted half is not there any more: 443",
        [allocated(additional(V6)), ask(REFRESH, lifetime(0), requested(V6)), success(), ask(REFRESH, requested(V6)),
         error(443)], coturn=TWO),
    Row("8656 §8.2", "with both halves deleted the allocation is gone: 437",
        [allocated(additional(V6)), ask(REFRESH, lifetime(0), requested(V6)), success(), ask(REFRESH, lifetime(0), requested(V4)),
         success(), ask(REFRESH), error(437)], coturn=TWO),
    Row("8489 §6.3.1", "Refresh with an unknown required attribute is answered 420",
        [allocated(), ask(REFRESH, number(0x7777, 1)), error(420, check=names(0x7777))]),
    Row("8489 §14.5", "LIFETIME 0 behind MESSAGE-INTEGRITY does not delete",
        [allocated(), ask(REFRESH, auth=later(lifetime(0))), success(check=lives(600)), ask(REFRESH), success()], coturn=HONOURS),
    Row("8656 §8", "a Refresh indication does nothing", [allocated(), indicate(REFRESH, lifetime(0)), silence(), ask(REFRESH), success()]),
    Row("8656 §5", "another 5-tuple has no part in the allocation", [allocated(), ask(REFRESH, client="b"), error(437)]),
]
