"""RFC 8489 from outside: the Binding that browsers ask for to learn their address."""
import os, socket, struct, zlib

import pytest
from turn_client import COOKIE, attributes


def request(kind=0x0001, attributes=b"", cookie=COOKIE):
    return struct.pack("!HHI", kind, len(attributes), cookie) + os.urandom(12) + attributes


def mapped(message):
    """The address in XOR-MAPPED-ADDRESS."""
    value = attributes(message)[0x0020]
    port = struct.unpack_from("!H", value, 2)[0] ^ COOKIE >> 16
    mask = struct.pack("!I", COOKIE) + message[8:20]
    packed = bytes(one ^ other for one, other in zip(value[4:], mask))
    return socket.inet_ntop(socket.AF_INET if value[1] == 1 else socket.AF_INET6, packed), port


@pytest.fixture(params=["udp4", "udp6", "tcp4"])
def line(request, server):
    """A socket to the media port; returns what asks and what the answer must name."""
    family, host = (socket.AF_INET6, "::1") if request.param == "udp6" else (socket.AF_INET, "127.0.0.1")
    kind = socket.SOCK_STREAM if request.param == "tcp4" else socket.SOCK_DGRAM
    with socket.socket(family, kind) as line:
        line.settimeout(5)
        line.connect((host, server.media_port))
        yield line


def test_binding(line):
    """A Binding over UDP and TCP is answered with the sender's own address and port, and the same transaction."""
    asked = request()
    line.send(asked)
    answer = line.recv(2000)
    assert struct.unpack_from("!HHI", answer) == (0x0101, len(answer) - 20, COOKIE) and answer[8:20] == asked[8:20]
    assert mapped(answer) == line.getsockname()[:2]


def test_fingerprint(line):
    """A FINGERPRINT in the answer, if there is one, is right; a wrong one in a request gets no answer over UDP."""
    line.send(request())
    answer = line.recv(2000)
    mark = attributes(answer).get(0x8028)
    if mark is not None:
        assert struct.unpack("!I", mark)[0] == zlib.crc32(answer[:-8]) ^ 0x5354554E
    if line.type == socket.SOCK_DGRAM:
        line.send(request(attributes=struct.pack("!HHI", 0x8028, 4, 12345)))
        line.settimeout(0.5)
        with pytest.raises(TimeoutError):
            line.recv(2000)


def test_unknown_required_attribute(line):
    """An attribute that must be understood and is not is answered with 420 and its name."""
    line.send(request(attributes=struct.pack("!HHI", 0x7777, 4, 1)))
    answer = line.recv(2000)
    found = attributes(answer)
    assert struct.unpack_from("!H", answer)[0] == 0x0111 and found[0x0009][2:4] == b"\x04\x14" and b"\x77\x77" in found[0x000A]


def test_garbage(server):
    """What is no STUN gets no answer over UDP, and the next good request does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect(("127.0.0.1", server.media_port))
        for garbage in (b"", b"x", os.urandom(20), os.urandom(1400), request(cookie=1), request()[:-3], request() + b"more", request(kind=0x0101)):
            line.send(garbage)
        line.settimeout(0.5)
        with pytest.raises(TimeoutError):
            line.recv(2000)
        line.settimeout(5)
        line.send(request())
        assert mapped(line.recv(2000)) == line.getsockname()
