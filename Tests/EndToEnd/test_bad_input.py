"""Hostile and broken clients: a clear coded error, bounded memory, and nobody else notices."""
import threading, time

import pytest
from websockets.exceptions import ConnectionClosed

from wire import Closed

SDP = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"


# Malformed messages

@pytest.mark.parametrize("text", [
    "", "x", "[]", "null", "7", "{", '{"type":"ping"', '{"type":"ping"}x', '{"type":"ping","type":"leave"}', '{"type":1}', '{"id":1}',
    '{"type":"ping","id":"1"}', '{"type":"ping","id":NaN}', '{"type":"ping","id":1e999}', '{"type":"ping","id":Infinity}',
    '{"type":"ping","id":01}', '{"type":"ping","x":"\x01"}', '{"type":"ping","x":"\\ud800"}', "{'type':'ping'}",
    '{"type":"ping","x":' + "[" * 17 + "]" * 17 + "}", '{"type":"ping","x":' + "[" * 30000, '{"type":"ping","a":{"b":1,"b":2}}',
], ids=lambda text: ascii(text[:30]) or "empty")
def test_malformed(enter, text):
    """What is not one sound JSON object gets `error` `bad-message`, and the connection lives."""
    ana = enter("Ana")
    ana.send_raw(text)
    error = ana.wait_for("error")
    assert (error["code"], error["retry"]) == ("bad-message", "none") and error["message"]
    assert ana.ask("ping")["type"] == "pong"


def test_malformed_twice(enter):
    """A second malformed message within a second closes with 1008."""
    ana = enter("Ana")
    ana.send_raw("x")
    ana.send_raw("x")
    assert ana.wait_until_closed() == 1008


def test_malformed_rarely(enter):
    """Malformed messages more than a second apart close nothing."""
    ana = enter("Ana")
    for _ in range(3):
        ana.send_raw("x")
        time.sleep(1.1)
    assert ana.ask("ping")["type"] == "pong"


@pytest.mark.parametrize("fields", [
    {"sdp": SDP, "neg": 1, "tracks": {}}, {"to": "x", "neg": -1, "sdp": SDP}, {"to": "x", "neg": 1.5, "sdp": SDP}, {"to": "x", "neg": 1, "sdp": 7},
    {"to": "x", "neg": 1, "sdp": SDP, "tracks": {"0": "kidney"}}, {"to": "x", "neg": 1, "sdp": SDP, "tracks": []},
    {"to": "x", "neg": 1, "sdp": "m=audio 9 x 0\r\n" * 65, "tracks": {}}, {"to": "x", "neg": 1, "sdp": "a=" + "x" * 5000, "tracks": {}},
    {"to": "x", "neg": 1, "sdp": ("a=" + "x" * 3_996 + "\r\n") * 13, "tracks": {}}, {"to": ["x"], "neg": 1, "sdp": SDP, "tracks": {}},
], ids=range(10))
def test_bad_offers(enter, fields):
    """An offer with a field missing, of the wrong type or too large is `bad-message`."""
    assert enter("Ana").refusal("offer", **fields) == "bad-message"


@pytest.mark.parametrize("fields", [
    {"candidate": "x" * 2000}, {"candidate": {"candidate": 1}}, {"candidate": {"candidate": "c", "sdpMid": "m" * 1000}}, {"candidate": 3}, {},
    {"candidate": {"candidate": "c", "sdpMLineIndex": -1}},
], ids=range(6))
def test_bad_candidates(enter, fields):
    """A candidate of the wrong type or too large is `bad-message`."""
    assert enter("Ana").refusal("candidate", to="x", neg=1, **fields) == "bad-message"


@pytest.mark.parametrize("video", [None, "all", [1], [{"track": "x"}], [{"track": "x/camera", "width": -1, "height": 1}],
                                   [{"track": "x/kidney", "width": 1, "height": 1}], [{"track": "x/camera", "width": 1, "height": 1}] * 65], ids=range(7))
def test_bad_wishes(enter, video):
    """A `want` of the wrong type or length is `bad-message`."""
    assert enter("Ana").refusal("want", video=video) == "bad-message"


def test_code_in_sdp_stays_text(enter):
    """An SDP that holds line breaks, quotes and script arrives as the text it is."""
    ana, ben = enter("Ana", "Ben")
    sdp = SDP + 's="},{"type":"bye"}</script>\r\n'
    ana.send("offer", to=ben.you, neg=1, sdp=sdp, tracks={})
    assert ben.wait_for("offer")["sdp"] == sdp
    assert not [message for message in ben.since() if message["type"] == "bye"]


# Frames

def test_large_frame(enter):
    """A frame over 64 KiB closes with 1009; one of exactly 64 KiB does not."""
    ana, ben = enter("Ana", "Ben")
    frame = '{"type":"ping","id":5,"x":"' + "x" * 70_000
    ana.send_raw(frame[: 65_536 - 2] + '"}')
    assert ana.wait_for("pong")["re"] == 5
    ana.send_raw(frame[: 65_537 - 2] + '"}')
    assert ana.wait_until_closed() == 1009
    assert ben.ask("ping")["type"] == "pong"


def test_large_message_in_fragments(enter):
    """A message over 64 KiB in small fragments closes with 1009 too."""
    ana = enter("Ana")
    try:
        ana.socket.send("x" * 1000 for _ in range(200))
    except ConnectionClosed:
        pass  # the server closed while we were still sending
    assert ana.wait_until_closed() == 1009


def test_binary(enter):
    """A binary frame ends the connection or is refused; it is never taken for a message."""
    ana, ben = enter("Ana", "Ben")
    ana.send_raw(b'{"type":"chat","text":"binary","clientId":"1"}')
    try:
        assert ana.wait_for("error")["code"] == "bad-message"
    except Closed as closed:
        assert closed.code in (1003, 1008)
    assert not [message for message in ben.since() if message["type"] == "chat"]


def test_invalid_utf8(enter):
    """A text frame that is not UTF-8 closes with 1007."""
    ana = enter("Ana")
    ana.socket.send(b'{"type":"ping","x":"\xff\xfe"}', text=True)
    assert ana.wait_until_closed() == 1007


# Floods

def test_flood_of_candidates(enter, server):
    """Ten thousand candidates: the flooder is told `rate-limited` or closed, the others are not disturbed, memory stays bounded."""
    ana, ben, eve = enter("Ana", "Ben", "Eve")
    before = server.resident_kilobytes()
    told = []

    def flood():
        try:
            for number in range(10_000):
                eve.send("candidate", to=ana.you, neg=1, candidate=f"candidate:{number} 1 udp 1 192.0.2.7 50000 typ host")
        except (Closed, OSError):
            pass
        try:
            while True:
                told.append(eve.receive(2))
        except Closed as closed:
            told.append({"closed": closed.code})
        except TimeoutError:
            pass

    flooder = threading.Thread(target=flood)
    flooder.start()
    slowest = 0.0
    while flooder.is_alive():
        started = time.monotonic()
        ben.ask("ping")
        slowest = max(slowest, time.monotonic() - started)
        time.sleep(0.01)
    assert slowest < 1.0, f"somebody else waited {slowest:.2f} s for a pong"
    assert any(message.get("code") == "rate-limited" or message.get("closed") == 1008 for message in told)
    relayed = [message for message in ana.since() if message["type"] == "candidate"]
    assert 100 < len(relayed) < 2_000
    assert server.resident_kilobytes() - before < 30_000


def test_flood_of_chat(enter):
    """Chat beyond 20 at once is `rate-limited` with retry `later`, and works again a moment later."""
    ana = enter("Ana")
    codes = [ana.chat(f"spam {number}").get("code", "ok") for number in range(40)]
    assert codes[:20] == ["ok"] * 20 and "rate-limited" in codes
    time.sleep(0.5)
    assert ana.chat("calm")["type"] == "chat"


def test_flood_of_reactions(enter):
    """Reactions beyond the rate reach nobody."""
    ana, ben = enter("Ana", "Ben")
    for _ in range(100):
        ana.send("react", emoji="👍")
    ana.since()
    assert 5 <= len([message for message in ben.since() if message["type"] == "reaction"]) <= 40


def test_many_rooms(wire, server, room):
    """A thousand rooms that somebody only looked into leave nothing behind in memory."""
    before = server.resident_kilobytes()
    for number in range(300):
        visitor = wire()
        visitor.hello(f"{room}-{number}", "Ana")
        visitor.ask("leave")
        visitor.close()
    assert server.resident_kilobytes() - before < 20_000


def test_slow_reader(server, enter, wires, room):
    """Who stops reading is closed and resumes; the others and the server's memory do not notice."""
    ana, ben = enter("Ana", "Ben")
    slow = wires(server, receive_buffer=4096, max_queue=1)
    slow.hello(room, "Slow")
    slow.since()
    before = server.resident_kilobytes()
    sdp = "v=0\r\n" + ("a=" + "y" * 3000 + "\r\n") * 12
    slowest, gone = 0.0, None
    for number in range(300):
        started = time.monotonic()
        ana.send("offer", to=slow.you, neg=number, sdp=sdp, tracks={})
        ana.since()
        slowest = max(slowest, time.monotonic() - started)
        if any(message["type"] == "updated" and message["participant"]["id"] == slow.you for message in ben.since()):
            gone = number
            break
        time.sleep(0.02)  # stays within the rate
    assert gone is not None and gone * len(sdp) < 4_000_000, "the server buffered without end"
    assert slowest < 1.0
    assert server.resident_kilobytes() - before < 10_000
    seq = slow.seq
    code = slow.wait_until_closed()
    assert code in (1013, None), f"closed with {code}"
    back = wires(server)
    answer = back.hello(room, "Slow", resume=slow.resume, lastSeq=max(seq, slow.seq))
    assert answer["type"] in ("resumed", "welcome") and answer["you"]["id"] == slow.you


def test_chat_full_of_long_messages(enter, wire, room):
    """Two hundred messages of the greatest length keep nobody out: a late joiner still gets his `welcome`."""
    senders = enter(*"ABCDE")
    for number in range(200):
        while senders[number % 5].ask("chat", text="漢" * 4096, clientId=str(number))["type"] == "error":
            time.sleep(0.2)
    welcome = wire().hello(room, "Late")
    assert welcome["type"] == "welcome" and len(welcome["chat"]) > 5
    assert welcome["chat"][-1]["clientId"] == "199"


def test_much_was_missed(enter, wire, room):
    """Whatever was missed, coming back takes one attempt: what is too much to send again becomes a fresh `welcome`."""
    ana, ben = enter("Ana", "Ben")
    ben.drop()
    ana.wait_for("updated")
    for number in range(13):  # just under what the server keeps of a room, well over what one connection may queue
        ana.send("offer", to=ben.you, neg=number, sdp="v=0\r\n" + ("a=" + "y" * 3000 + "\r\n") * 12, tracks={})
        ana.since()
    answer = wire().hello(room, "Ben", resume=ben.resume, lastSeq=ben.seq)
    assert answer["type"] in ("resumed", "welcome") and answer["you"]["id"] == ben.you


def test_half_open_sockets(server, enter):
    """Two hundred TCP connections that say nothing, or half a request, keep nobody out."""
    import socket
    sockets = []
    for number in range(200):
        tcp = socket.create_connection(("127.0.0.1", server.port))
        if number % 2:
            tcp.sendall(b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: webso")
        sockets.append(tcp)
    assert enter("Ana").ask("ping")["type"] == "pong"
    for tcp in sockets:
        tcp.close()


@pytest.mark.parametrize("request_line", [
    b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 7\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n",
    b"GET /ws HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
b"FOO\r\n\r\n", b"\x00" * 100,
], ids=["version", "no-key", "no-upgrade", "tls", "huge-header", "no-http", "zeros"])
def test_bad_http(server, request_line):
    """A request that is no good is answered with 4xx or hung up on; the server lives."""
    import socket
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as tcp:
        try:
            tcp.sendall(request_line)
            tcp.shutdown(socket.SHUT_WR)
            answer = tcp.recv(4096)
        except ConnectionError:
            answer = b""
    assert answer == b"" or answer.split()[1][:1] == b"4", answer[:100]
    assert server.health()["status"] == "ok"
