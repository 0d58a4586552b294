"""RFC 8656 §11, §12.4 to §12.7: Send, Data and ChannelData; RFC 8489 §6.2.2: messages cut out of a stream."""
from world import *

P, Q = peer("p"), peer("q")
LARGE = bytes(each * 7 % 256 for each in range(1200))
SLOTS = "its packets have at most 2 KiB: nothing larger than a path's MTU is relayed"
HUGE = bytes(each * 11 % 256 for each in range(8000))


def say(name, payload, client="a"):
    return indicate(SEND, peer(name), data(payload), client=client)


def binding(**options):
    return ask(BINDING, auth=ANONYMOUS, **options)


def on_channel(value, payload, length=None, padding=None):
    """ChannelData, padded on streams as the RFC wants, unless told otherwise."""
    def make(client):
        fill = bytes(-len(payload) % 4) if client.line.is_stream else b""
        return channel_data(value, payload, length, fill if padding is None else padding)
    return raw(make)


def echoes(value, name, *payloads):
    """Back and forth through a channel."""
    return [step for payload in payloads for step in (
        on_channel(value, payload), peer_hears(name, payload), peer_says(name, payload[::-1]), hears_on(value, payload[::-1]))]


def relay_of(name):
    """XOR-PEER-ADDRESS of an allocation that was made before."""
    return lambda world: peer_attribute(world.kept[name])


def comes_from(client, relay, payload):
    """The client gets a Data indication from an allocation that was made before."""
    def step(world):
        message = world.client(client).receive()
        assert isinstance(message, Message) and message.address(XOR_PEER_ADDRESS) == world.kept[relay], message
        assert message[DATA] == payload, message
    return step


def say_to_nobody(port):
    """Send to a port of the first peer's host where nobody listens."""
    return lambda world: indicate(SEND, peer_at(world.peer_address("p")[0], port), data(b"anybody?"))(world)


READY = [allocated(), permitted("p")]
CHANNEL = [allocated(), bound(0x4001, "p")]

ROWS = [
    # Send
    Row("8656 §11.2", "Send reaches a permitted peer from the relayed address",
        [*READY, say("p", b"hello"), peer_hears("p", b"hello")], EVERYWHERE),
    Row("8656 §11.2", "Send reaches any port of a permitted address", [*READY, say("p2", b"hello"), peer_hears("p2", b"hello")]),
    Row("8656 §11.2", "Send of no bytes is a datagram of no bytes", [*READY, say("p", b""), peer_hears("p", b"")], ("udp", "tcp")),
    *[Row("8656 §11.2", f"Send of {size} bytes arrives whole", [*READY, say("p", LARGE[:size]), peer_hears("p", LARGE[:size])], ("udp", "tcp"))
      for size in (1, 2, 3, 4, 5, 1200)],
    Row("8656 §11.2", "Send works beside a channel to the same peer", [*CHANNEL, say("p", b"hello"), peer_hears("p", b"hello")]),
    Row("8656 §11.2", "Send through an IPv6 allocation",
        [allocated(requested(V6)), permitted("six"), say("six", b"hello"), peer_hears("six", b"hello")], EVERYWHERE),
    Row("8656 §11.2", "Send without permission reaches nobody and is not answered",
        [allocated(), say("p", b"hello"), silence(), peer_hears_nothing("p")], ("udp", "tcp")),
    Row("8656 §11.2", "Send without allocation is not answered", [say("p", b"hello"), silence(), peer_hears_nothing("p")], EVERYWHERE),
    Row("8656 §11.2", "Send to a peer that has no permission while another has",
        [*READY, say("q", b"hello"), silence(), peer_hears_nothing("p", "q")]),
    Row("8656 §11.2", "Send without XOR-PEER-ADDRESS is dropped",
        [*READY, indicate(SEND, data(b"hello")), silence(), peer_hears_nothing("p")]),
    Row("8656 §11.2", "Send without DATA is dropped", [*READY, indicate(SEND, P), silence(), peer_hears_nothing("p")]),
    Row("8656 §11.2", "Send with a misshapen peer is dropped",
        [*READY, indicate(SEND, Attribute(XOR_PEER_ADDRESS, b"\0\1\0"), data(b"hello")), silence(), peer_hears_nothing("p")]),
    Row("8489 §6.3.2", "Send with an unknown required attribute is dropped",
        [*READY, indicate(SEND, P, data(b"hello"), number(0x7777, 1)), silence(), peer_hears_nothing("p")]),
    Row("8489 §6.3.2", "Send with an unknown optional attribute is relayed",
        [*READY, indicate(SEND, P, data(b"hello"), number(0xC001, 1)), peer_hears("p", b"hello")]),
    Row("8656 §11.2", "Send with DONT-FRAGMENT, unknown here, is dropped",
        [*READY, indicate(SEND, P, data(b"hello"), Attribute(DONT_FRAGMENT)), silence(), peer_hears_nothing("p")], coturn="it can set DF"),
    Row("8656 §11.2", "Send to an IPv6 peer on an IPv4 allocation is dropped",
        [*READY, say("six", b"hello"), silence(), peer_hears_nothing("six")]),
    Row("8656 §11.2", "DATA may come before XOR-PEER-ADDRESS", [*READY, indicate(SEND, data(b"hello"), P), peer_hears("p", b"hello")]),
    Row("8489 §14", "of two DATA the first counts",
        [*READY, indicate(SEND, P, data(b"first"), data(b"second")), peer_hears("p", b"first")], coturn="the last one counts"),
    Row("8656 §11", "a Send request relays nothing", [*READY, ask(SEND, P, data(b"hello")), peer_hears_nothing("p")]),
    Row("8656 §11.4", "a Data indication from a client is dropped",
        [*READY, indicate(DATA_METHOD, P, data(b"hello")), silence(), peer_hears_nothing("p")]),
    Row("8656 §11.2", "a Send needs no credentials and ignores those it has",
        [*READY, indicate(SEND, P, data(b"hello"), Attribute(USERNAME, b"somebody")), peer_hears("p", b"hello")]),
    Row("8489 §7.3", "a Send with a wrong FINGERPRINT is dropped",
        [*READY, indicate(SEND, P, data(b"hello"), number(FINGERPRINT, 1)), silence(), peer_hears_nothing("p")]),
    Row("8656 §11.5", "a peer that is not there does not disturb the others",
        [*READY, *[say_to_nobody(port) for port in (1, 2, 3)], say("p", b"hello"), peer_hears("p", b"hello"), peer_says("p", b"yes"),
         hears_data("p", b"yes"), ask(REFRESH), success()], ("udp", "tcp")),
    Row("8656 §11.2", "port 0 of a permitted peer is nowhere, and the allocation lives",
        [*READY, say_to_nobody(0), say("p", b"hello"), peer_hears("p", b"hello")],
        coturn="it relays nothing more after that"),
    # Data
    Row("8656 §11.3", "what a permitted peer says comes as a Data indication",
        [*READY, peer_says("p", b"hello"), hears_data("p", b"hello")], EVERYWHERE),
    Row("8656 §11.3", "it comes without credentials and integrity",
        [*READY, peer_says("p", b"hello"),
         lambda world: expect(world.client().receive(), world, (XOR_PEER_ADDRESS, DATA), (USERNAME, MESSAGE_INTEGRITY, NONCE), None, "")]),
    Row("8656 §11.3", "no bytes come as no bytes", [*READY, peer_says("p", b""), hears_data("p", b"")]),
    *[Row("8656 §11.3", f"{size} bytes come whole, padded with zeros",
          [*READY, peer_says("p", LARGE[:size]), hears_data("p", LARGE[:size])], ("udp", "tcp")) for size in (1, 2, 3, 5, 1200)],
    Row("8656 §11.3", "through an IPv6 allocation",
        [allocated(requested(V6)), permitted("six"), peer_says("six", b"hello"), hears_data("six", b"hello")], EVERYWHERE),
    Row("8656 §11.3", "a peer without permission is not heard", [allocated(), peer_says("p", b"hello"), hears_nothing()], ("udp", "tcp")),
    Row("8656 §11.3", "a peer without permission is not heard while another has one",
        [*READY, peer_says("q", b"hello"), peer_says("p", b"after"), hears_data("p", b"after")]),
    Row("8656 §11.3", "after the end of the allocation nobody is heard",
        [*READY, ask(REFRESH, lifetime(0)), success(), peer_says("p", b"hello"),
         hears_nothing()], coturn="it holds the allocation for a while"),
    Row("8656 §11.3", "what looks like a STUN message is relayed as it is",
        [*READY, peer_says("p", header(REQUEST, BINDING, 0, b"x" * 12)), hears_data("p", header(REQUEST, BINDING, 0, b"x" * 12))]),
    Row("8656 §11.3", "ten datagrams come in their order",
        [*READY, *[peer_says("p", b"%d" % each) for each in range(10)],
         *[hears_data("p", b"%d" % each) for each in range(10)]], ("udp", "tcp", "tls")),
    # ChannelData
    Row("8656 §12.6", "ChannelData goes to the peer and comes back",
        [*CHANNEL, *echoes(0x4001, "p", b"four", b"fives", b"x", LARGE)], EVERYWHERE),
    Row("8656 §12.7", "a peer with a channel is heard on it", [*CHANNEL, peer_says("p", b"hello"), hears_on(0x4001, b"hello")], EVERYWHERE),
    Row("8656 §12.7", "another port of that peer is heard by Data indication",
        [*CHANNEL, peer_says("p2", b"hello"), hears_data("p2", b"hello")]),
    Row("8656 §12.4", "ChannelData of no bytes is a datagram of no bytes",
        [*CHANNEL, on_channel(0x4001, b""), peer_hears("p", b"")], ("udp", "tcp")),
    Row("8656 §12.4", "a datagram of no bytes is ChannelData of no bytes",
        [*CHANNEL, peer_says("p", b""), hears_on(0x4001, b"")], ("udp", "tcp")),
    Row("8656 §12.5", "over UDP ChannelData may be padded",
        [*CHANNEL, on_channel(0x4001, b"fives", padding=b"\0\0\0"), peer_hears("p", b"fives")]),
    Row("8656 §12.6", "what is behind the length is not relayed",
        [*CHANNEL, on_channel(0x4001, b"four and more", length=4), peer_hears_at_most("p", b"four")]),
    Row("8656 §12.6", "ChannelData that is shorter than it says is dropped",
        [*CHANNEL, on_channel(0x4001, b"four", length=5), silence(), peer_hears_nothing("p")]),
    Row("8656 §12.6", "and one that says 65535",
        [*CHANNEL, on_channel(0x4001, b"four", length=0xFFFF), silence(), peer_hears_nothing("p")]),
    Row("8656 §12.6", "a header cut in half is dropped", [*CHANNEL, raw(b"\x40\x01\0"), silence(), peer_hears_nothing("p")]),
    Row("8656 §12.6", "ChannelData on a channel that is not bound is dropped",
        [*CHANNEL, on_channel(0x4002, b"four"), silence(), peer_hears_nothing("p")], ("udp", "tcp", "tls")),
    Row("8656 §12.6", "ChannelData without allocation is dropped",
        [binding(), success(), on_channel(0x4001, b"four"), silence()], EVERYWHERE),
    *[Row("8656 §12.6", f"{first:02x}00 is no channel: dropped",
          [*CHANNEL, raw(bytes((first, 0, 0, 4)) + b"four"), silence(), peer_hears_nothing("p")])
      for first in (0x80, 0xC0, 0xFF, 0x14, 0x3F)],
    Row("8656 §12.6", "a channel of another client is not mine",
        [*CHANNEL, allocated(client="b", name="other"), raw(channel_data(0x4001, b"four"), client="b"), silence("b"),
         peer_hears_nothing("p")]),
    Row("8656 §12.6", "ChannelData through an IPv6 allocation",
        [allocated(requested(V6)), bound(0x4001, "six"), *echoes(0x4001, "six", b"four", b"fives")], EVERYWHERE),
    Row("8656 §12.6", "twenty channels do not mix",
        [allocated(), *[bound(0x4000 + each, f"{each}") for each in range(20)],
         *[step for each in range(20) for step in echoes(0x4000 + each, f"{each}", b"number %d" % each)]]),
    Row("8656 §12.6", "ChannelData in between requests",
        [*CHANNEL, ask(REFRESH), success(), *echoes(0x4001, "p", b"one"), ask(REFRESH), success(),
         *echoes(0x4001, "p", b"two")], EVERYWHERE),
    # Both ends on this server
    Row("8656 §3", "two clients of the server meet through their relayed addresses",
        [allocated(), allocated(client="b", name="other"),
         ask(CREATE_PERMISSION, relay_of("other")), success(), ask(CREATE_PERMISSION, relay_of("relay"), client="b"), success(),
         indicate(SEND, relay_of("other"), data(b"hello")),
         comes_from("b", "relay", b"hello")], EVERYWHERE),
    Row("8656 §9", "and not without the other's permission",
        [allocated(), allocated(client="b", name="other"),
         ask(CREATE_PERMISSION, relay_of("other")), success(),
         indicate(SEND, relay_of("other"), data(b"hello")), hears_nothing("b")], ("udp", "tcp")),
    Row("8656 §12", "also by channels",
        [allocated(), allocated(client="b", name="other"),
         ask(CHANNEL_BIND, channel(0x4001), relay_of("other")), success(),
         ask(CHANNEL_BIND, channel(0x4002), relay_of("relay"), client="b"), success(),
         on_channel(0x4001, b"hello"), hears_on(0x4002, b"hello", client="b")], EVERYWHERE),
    # Streams
    Row("8489 §6.2.2", "a request in single bytes", [in_pieces(binding(), *[1] * 20), success()], STREAMS),
    Row("8489 §6.2.2", "a header and a body apart", [learned, in_pieces(ask(ALLOCATE, UDP), 20), success()], STREAMS),
    Row("8489 §6.2.2", "two requests in one segment", [at_once(binding(), say("p", b"x"), binding()), success()], STREAMS),
    Row("8489 §6.2.2", "the end of one request with the beginning of the next",
        [lambda world: world.client(), in_pieces(at_once(binding(), binding()), 30), success()], STREAMS),
    Row("8656 §12.5", "ChannelData in pieces",
        [*CHANNEL, in_pieces(on_channel(0x4001, b"fives"), 2, 2, 3, 2), peer_hears("p", b"fives")], STREAMS),
    Row("8656 §12.5", "two ChannelData in one segment",
        [*CHANNEL, at_once(on_channel(0x4001, b"fives"), on_channel(0x4001, b"next")), peer_hears("p", b"fives"),
         peer_hears("p", b"next")], STREAMS),
    Row("8656 §12.5", "the padding of ChannelData does not count",
        [*CHANNEL, on_channel(0x4001, b"fives", padding=b"\xff\xff\xff"), peer_hears("p", b"fives"), ask(REFRESH), success()], STREAMS),
    Row("8656 §12.5", "ChannelData of 8000 bytes", [*CHANNEL, on_channel(0x4001, HUGE), peer_hears("p", HUGE)], STREAMS, parley=SLOTS),
    Row("8656 §12.5", "a peer's 8000 bytes come whole", [*CHANNEL, peer_says("p", HUGE), hears_on(0x4001, HUGE)], STREAMS, parley=SLOTS),
    Row("8489 §6.2.2", "a wrong cookie on a stream is hung up on or ignored, never answered",
        [raw(header(REQUEST, BINDING, 0, b"x" * 12, 1)), hang_up_or_silence()], STREAMS),
    Row("8489 §6.2.2", "HTTP on the media port is not answered with STUN",
        [raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), hang_up_or_silence()], ("tcp",)),
    Row("8656 §12.6", "ff00 on a stream is hung up on or ignored", [raw(b"\xff\0\0\4four"), hang_up_or_silence()], STREAMS),
    Row("8489 §6.2.2", "a length that is no multiple of four on a stream is hung up on or ignored",
        [raw(header(REQUEST, BINDING, 5, b"x" * 12) + b"\x80\x22\0\1x"), hang_up_or_silence()], STREAMS),
    Row("8656 §12.6", "ChannelData for a channel not bound leaves the stream in step",
        
        [binding(), success(), on_channel(0x4fff, b"sevens!"), binding(), success()], STREAMS),
]
