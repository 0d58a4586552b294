"""RFC 8656 §9, §10, §12.2: CreatePermission and ChannelBind."""
from world import *

P, Q, P2, SIX = peer("p"), peer("q"), peer("p2"), peer("six")
MISSHAPEN = Attribute(XOR_PEER_ADDRESS, b"\0\1\0\0\1")
STRANGE_FAMILY = Attribute(XOR_PEER_ADDRESS, b"\0\3\0\0\1\1\1\1")
SHORT_V6 = Attribute(XOR_PEER_ADDRESS, b"\0\2\0\0\1\1\1\1")
LONG_V4 = Attribute(XOR_PEER_ADDRESS, b"\0\1" + bytes(18))


def permit(*attributes, **options):
    return ask(CREATE_PERMISSION, *attributes, **options)


def bind(*attributes, **options):
    return ask(CHANNEL_BIND, *attributes, **options)


def say(name, payload, client="a"):
    return indicate(SEND, peer(name), data(payload), client=client)


def permit_many(first, last):
    """CreatePermission for so many addresses at once."""
    return permit(*[peer_at(f"11.9.{each >> 8}.{each & 255}") for each in range(first, last + 1)])


def bind_many(count):
    """Binds channels one by one; the last answer is left to be expected."""
    def step(world):
        for each in range(count):
            bind(channel(0x4000 + each), peer_at("11.9.0.1", 1000 + each))(world)
            if each < count - 1 and world.answer()[0].kind != SUCCESS:
                raise AssertionError(f"channel number {each} is refused already")
    return step


def names(*unknown):
    return lambda message, world: message.unknown == set(unknown)


FORBIDDEN = ("127.0.0.1", "0.0.0.0", "10.0.0.1", "192.168.0.1", "169.254.169.254", "224.0.0.1", "255.255.255.255", "100.64.0.1")
FORBIDDEN6 = ("::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1")
SKIPS = "it skips addresses that it cannot read"
TWO = "it does not know ADDITIONAL-ADDRESS-FAMILY by the number of RFC 8656"
HOLDS = "it holds the allocation for a while"
OPEN = "its peers are allowed unless denied"

ROWS = [
    # CreatePermission
    Row("8656 §10.2", "CreatePermission for one peer succeeds", [allocated(), permit(P), success()], EVERYWHERE),
    Row("8656 §10.2", "its answer is signed and says nothing",
        [allocated(), permit(P), success(MESSAGE_INTEGRITY, lacks=(XOR_PEER_ADDRESS, LIFETIME, USERNAME))]),
    Row("8656 §10.2", "for three peers at once",
        [allocated(), permit(P, Q, peer("r")), success(),
         *[step for each in "pqr" for step in (say(each, b"to " + each.encode()), peer_hears(each, b"to " + each.encode()))]]),
    Row("8656 §9", "a permission can be refreshed", [allocated(), permit(P), success(), permit(P), success()]),
    Row("8656 §9", "the same address twice in a request is one permission",
        [allocated(), permit(P, P2, P), success(), say("p2", b"x"), peer_hears("p2", b"x")]),
    Row("8656 §10.2", "the port does not count: another port of the peer may speak",
        [allocated(), permit(P), success(), peer_says("p2", b"hi"), hears_data("p2", b"hi")]),
    Row("8656 §10.2", "port 0 will do",
        [allocated(), lambda world: permit(peer_at(world.peer_address("p")[0], 0))(world), success(), say("p", b"x"),
         peer_hears("p", b"x")]),
    Row("8656 §10.2", "no XOR-PEER-ADDRESS is answered 400", [allocated(), permit(), error(400)], EVERYWHERE),
    Row("8656 §10.2", "an XOR-PEER-ADDRESS of five bytes is answered 400", [allocated(), permit(MISSHAPEN), error(400)], coturn=SKIPS),
    Row("8656 §10.2", "an XOR-PEER-ADDRESS of family 3 is answered 400", [allocated(), permit(STRANGE_FAMILY), error(400)], coturn=SKIPS),
    Row("8656 §10.2", "an IPv6 family with four bytes is answered 400", [allocated(), permit(SHORT_V6), error(400)], coturn=SKIPS),
    Row("8656 §10.2", "an IPv4 family with sixteen bytes is answered 400",
        [allocated(), permit(LONG_V4), error(400)], coturn="it reads the first four"),
    Row("8656 §10.2", "an empty XOR-PEER-ADDRESS is answered 400",
        [allocated(), permit(Attribute(XOR_PEER_ADDRESS)), error(400)], coturn=SKIPS),
    Row("8656 §10.2", "one bad address spoils the request", [allocated(), permit(P, MISSHAPEN), error(400)], coturn=SKIPS),
    Row("8656 §10.2", "and no permission is installed by it",
        [allocated(), permit(P, MISSHAPEN), error(400), say("p", b"x"), peer_hears_nothing("p")], coturn=SKIPS),
    Row("8656 §10.2", "an IPv6 peer on an IPv4 allocation is answered 443", [allocated(), permit(SIX), error(443)]),
    Row("8656 §10.2", "an IPv4 peer on an IPv6 allocation is answered 443", [allocated(requested(V6)), permit(P), error(443)]),
    Row("8656 §10.2", "a good peer beside one of the wrong family: 443, and none is installed",
        [allocated(), permit(P, SIX), error(443), say("p", b"x"), peer_hears_nothing("p")]),
    Row("8656 §10.2", "an IPv6 allocation has IPv6 permissions",
        [allocated(requested(V6)), permit(SIX), success()], ("udp", "udp6", "tcp")),
    Row("8656 §10.2", "a dual allocation has both", [allocated(additional(V6)), permit(P, SIX), success()], coturn=TWO),
    Row("8656 §10.2", "a peer address that is forbidden beside a good one: 403, and none is installed",
        [allocated(), permit(P, peer_at("127.0.0.1")), error(403), say("p", b"x"), peer_hears_nothing("p")]),
    Row("8489 §6.3.1", "CreatePermission with an unknown required attribute is answered 420",
        [allocated(), permit(P, number(0x7777, 1)), error(420, check=names(0x7777))]),
    Row("8489 §14.5", "an XOR-PEER-ADDRESS behind MESSAGE-INTEGRITY is not there",
        [allocated(), lambda world: permit(auth=Auth(after=(P(world),)))(world),
         error(400)], coturn="it honours attributes behind MESSAGE-INTEGRITY"),
    Row("8656 §10.2", "a retransmitted CreatePermission is answered again", [allocated(), permit(P), success(), again(), success()]),
    Row("8656 §10", "a CreatePermission indication installs nothing",
        [allocated(), indicate(CREATE_PERMISSION, P), silence(), say("p", b"x"), peer_hears_nothing("p")]),
    Row("8656 §9", "permissions of one allocation are not another's",
        [allocated(), permit(P), success(), allocated(client="b", name="other"), say("p", b"x", client="b"), peer_hears_nothing("p")]),
    Row("8656 §9", "the end of an allocation is the end of its permissions",
        [allocated(), permit(P), success(), ask(REFRESH, lifetime(0)), success(), say("p", b"x"), peer_hears_nothing("p")], coturn=HOLDS),
    *[Row("8656 §10.2", f"peers at {host} are answered 403", [allocated(), permit(peer_at(host)), error(403)],
          coturn=None if host in ("127.0.0.1", "0.0.0.0") else OPEN) for host in FORBIDDEN],
    *[Row("8656 §10.2", f"peers at {host} are answered 403",
          [allocated(requested(V6)), permit(peer_at(host)), error((403, 443) if host.startswith("::ffff:") else 403)],
          coturn=None if host in ("::1", "::") else OPEN) for host in FORBIDDEN6],
    Row("8656 §10.2", "more permissions than an allocation may have are answered 508, and the allocation lives",
        [allocated(), permit_many(1, 100), success(), permit_many(101, 200), error(508), ask(REFRESH), success()], own=True),
    # ChannelBind
    Row("8656 §12.2", "ChannelBind succeeds", [allocated(), bind(channel(0x4000), P), success()], EVERYWHERE),
    Row("8656 §12.2", "the answer to ChannelBind is signed and says nothing",
        [allocated(), bind(channel(0x4000), P), success(MESSAGE_INTEGRITY, lacks=(CHANNEL_NUMBER, XOR_PEER_ADDRESS, LIFETIME))]),
    Row("8656 §12", "4FFF is a channel", [allocated(), bind(channel(0x4FFF), P), success()]),
    *[Row("8656 §12.2", f"channel {value:04x} is answered 400", [allocated(), bind(channel(value), P), error(400)])
      for value in (0, 0x3FFF, 0x8000, 0xFFFF)],
    Row("5766 §11", "7FFF is the last channel: clients of the older RFC, coturn's among them, draw from its range",
        [allocated(), bind(channel(0x7FFF), P), success()]),
    Row("8656 §12.2", "no CHANNEL-NUMBER is answered 400", [allocated(), bind(P), error(400)]),
    Row("8656 §12.2", "no XOR-PEER-ADDRESS is answered 400", [allocated(), bind(channel(0x4000)), error(400)]),
    Row("8656 §12.2", "neither is answered 400", [allocated(), bind(), error(400)]),
    Row("8656 §18.1", "a CHANNEL-NUMBER of two bytes is answered 400",
        [allocated(), bind(Attribute(CHANNEL_NUMBER, b"\x40\0"), P), error(400)], coturn="it reads the two"),
    Row("8656 §18.1", "the reserved bytes of CHANNEL-NUMBER do not count",
        [allocated(), bind(Attribute(CHANNEL_NUMBER, b"\x40\0\xff\xff"), P), success()]),
    Row("8656 §12.2", "a misshapen peer is answered 400", [allocated(), bind(channel(0x4000), MISSHAPEN), error(400)]),
    Row("8656 §12.2", "the same channel for the same peer again is a refresh",
        [allocated(), bind(channel(0x4000), P), success(), bind(channel(0x4000), P), success()]),
    Row("8656 §12.2", "a retransmitted ChannelBind is answered again",
        [allocated(), bind(channel(0x4000), P), success(), again(), success()]),
    Row("8656 §12.2", "a channel that is bound to another peer is answered 400",
        [allocated(), bound(0x4000, "p"), bind(channel(0x4000), Q), error(400)], ("udp", "tcp")),
    Row("8656 §12.2", "another port of the same host is another peer: 400",
        [allocated(), bound(0x4000, "p"), bind(channel(0x4000), P2), error(400)]),
    Row("8656 §12.2", "a peer that has another channel is answered 400",
        [allocated(), bound(0x4000, "p"), bind(channel(0x4001), P), error(400)]),
    Row("8656 §12.2", "two ports of a host can have a channel each",
        [allocated(), bound(0x4000, "p"), bind(channel(0x4001), P2), success()]),
    Row("8656 §12.2", "after a refused rebinding the channel leads where it led",
        [allocated(), bound(0x4000, "p"), bind(channel(0x4000), Q), error(400), raw(channel_data(0x4000, b"still")),
         peer_hears("p", b"still")]),
    Row("8656 §12", "two clients may use the same channel number",
        [allocated(), bound(0x4000, "p"), allocated(client="b", name="other"), bound(0x4000, "q", client="b"),
         raw(channel_data(0x4000, b"of b"), client="b"), peer_hears("q", b"of b", source="other"), peer_hears_nothing("p")]),
    Row("8656 §12.2", "ChannelBind installs a permission", [allocated(), bound(0x4000, "p"), say("p2", b"x"), peer_hears("p2", b"x")]),
    Row("8656 §12.2", "an IPv6 peer on an IPv4 allocation is answered 443", [allocated(), bind(channel(0x4000), SIX), error(443)]),
    Row("8656 §12.2", "an IPv4 peer on an IPv6 allocation is answered 443",
        [allocated(requested(V6)), bind(channel(0x4000), P), error(443)]),
    Row("8656 §12.2", "a forbidden peer is answered 403", [allocated(), bind(channel(0x4000), peer_at("127.0.0.1", 80)), error(403)]),
    Row("8656 §12.2", "after 403 the channel is free",
        [allocated(), bind(channel(0x4000), peer_at("127.0.0.1", 80)), error(403), bind(channel(0x4000), P), success()]),
    Row("8489 §6.3.1", "ChannelBind with an unknown required attribute is answered 420",
        [allocated(), bind(channel(0x4000), P, number(0x7777, 1)), error(420, check=names(0x7777))]),
    Row("8489 §14.5", "CHANNEL-NUMBER behind MESSAGE-INTEGRITY is not there",
        [allocated(), bind(P, auth=Auth(after=(channel(0x4000),))), error(400)], coturn="it honours attributes behind MESSAGE-INTEGRITY"),
    Row("8656 §12", "a ChannelBind indication binds nothing",
        [allocated(), indicate(CHANNEL_BIND, channel(0x4000), P), silence(), raw(channel_data(0x4000, b"x")), peer_hears_nothing("p")]),
    Row("8656 §12", "the end of an allocation is the end of its channels",
        [allocated(), bound(0x4000, "p"), ask(REFRESH, lifetime(0)), success(), raw(channel_data(0x4000, b"x")),
         peer_hears_nothing("p")], coturn=HOLDS),
    Row("8656 §12.2", "more channels than an allocation may have are answered 508", [allocated(), bind_many(129), error(508)], own=True),
]
