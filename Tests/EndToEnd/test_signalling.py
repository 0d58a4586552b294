"""docs/PROTOCOL.md from outside: joining, relaying, state, chat, reactions, the end."""
import json, time

import pytest
from websockets.exceptions import InvalidStatus

PARTICIPANT = {"id", "name", "role", "kind", "state", "microphone", "camera", "screen", "hand", "handAt", "away", "joinedAt"}
SDP = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
CANDIDATE = {"candidate": "candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host", "sdpMid": "0", "sdpMLineIndex": 0,
             "usernameFragment": "abcd"}


# Joining

def test_welcome_is_complete(enter, room):
    """The first into a room is host and learns everything that docs/PROTOCOL.md promises of `welcome`."""
    ana = enter("Ana")
    welcome = ana.welcome
    assert welcome["you"]["role"] == "host"
    assert welcome["room"]["name"] == room and welcome["room"]["topology"] == "mesh"
    assert {"name", "topology", "epoch", "locked", "lobby", "startedAt", "limit"} <= welcome["room"].keys()
    assert welcome["room"]["limit"] == 100 and welcome["room"]["locked"] is False and welcome["room"]["lobby"] is False
    assert [person["name"] for person in welcome["participants"]] == ["Ana"]
    assert PARTICIPANT <= welcome["participants"][0].keys()
    assert welcome["chat"] == [] and welcome["waiting"] == []
    assert welcome["graceMs"] == 60000 and len(welcome["resume"]) >= 16 and welcome["seq"] >= 0
    assert abs(welcome["now"] - time.time() * 1000) < 5000
    assert any(url.startswith("stun:127.0.0.1:") for server in welcome["iceServers"] for url in server["urls"])


def test_second_is_member(enter):
    """The second into a room is a member, sees both in order of joining, and the first is told by `joined`."""
    ana, ben = enter("Ana", "Ben")
    assert ben.role == "member"
    assert [person["name"] for person in ben.welcome["participants"]] == ["Ana", "Ben"]
    joined = next(message for message in ana.received if message["type"] == "joined")["participant"]
    assert joined == ben.welcome["participants"][1]
    assert (joined["id"], joined["role"], joined["kind"], joined["state"]) == (ben.you, "member", "headless", "connected")
    assert [joined[key] for key in ("microphone", "camera", "screen", "hand", "handAt", "away")] == ["off", "off", "off", False, None, False]
    assert abs(joined["joinedAt"] - time.time() * 1000) < 5000


def test_each_pair_gets_a_link(start_server, enter):
    """Both of each pair of a mesh get `link`, one of them polite."""
    people = enter("Ana", "Ben", "Cleo", server=start_server("--mesh-limit", "3"))
    links = {(person.you, message["with"]): message["polite"]
             for person in people for message in person.received if message["type"] == "link"}
    assert len(links) == 6
    assert all(links[one, other] != links[other, one] for one, other in links)


def test_seq_rises(enter):
    """Everything that changes state has a `seq` that rises."""
    ana, ben = enter("Ana", "Ben")
    ben.ask("state", hand=True)
    ben.chat("hello")
    ana.since()
    numbers = [message["seq"] for message in ana.received if "seq" in message]
    assert len(numbers) >= 4 and numbers == sorted(set(numbers))


@pytest.mark.parametrize("name", ["", "UPPER", "a_b", "a b", "ä", "x" * 65, "../etc", "a/b"])
def test_bad_room(wire, name):
    """A room name that is not 1 to 64 of a-z, 0-9 and hyphen is `bad-room`, and the connection lives."""
    ana = wire()
    assert ana.refusal("hello", room=name, name="Ana") == "bad-room"
    assert ana.ask("ping")["type"] == "pong"


@pytest.mark.parametrize("name", [
    "", "   ", "x" * 65, "N" * 10_000, "a\u202eb", "a\u2066b", "\u200b\u200b", "a\u200bb", "line\nbreak", "nul\x00", "\u3164", "A" + "\u0301" * 20,
])
def test_bad_name(wire, room, name):
    """A name that is empty, too long, invisible, or that turns or hides text is `bad-name`, and a good one may follow."""
    ana = wire()
    assert ana.refusal("hello", room=room, name=name) == "bad-name"
    assert ana.hello(room, "Ana")["type"] == "welcome"


@pytest.mark.parametrize("name", ["Zoë", "Ο Νίκος", "محمد علي", "李小龍", "👩‍👩‍👧‍👦 Smith", "x" * 64, "क्षत्रिय"])
def test_names_of_the_world(wire, room, name):
    """People keep the name that they have, in any script."""
    ana = wire()
    assert ana.hello(room, f"  {name} ")["participants"][0]["name"] == name


def test_unknown_is_ignored(enter):
    """Unknown types and unknown fields are ignored."""
    ana = enter("Ana")
    ana.send_raw('{"type":"from-the-future","id":1,"x":{"y":[1,2]}}')
    assert ana.ask("ping", unknown={"deep": [1]})["type"] == "pong"


def test_hello_twice(enter, room):
    """A second `hello` on a connection is refused; the seat stays as it is."""
    ana = enter("Ana")
    assert ana.refusal("hello", room=room, name="Eve") == "bad-message"
    assert ana.ask("ping")["type"] == "pong"


def test_token_that_nobody_gave(wire, room):
    """A join token that this server has not made is `bad-token`."""
    assert wire().refusal("hello", room=room, name="Ana", token="eyJhbGciOiJub25lIn0.e30.") == "bad-token"


def test_one_too_many_is_refused(start_server, enter, wires, room):
    """Beyond `--room-limit` people get `room-full` with a sentence; `leave` frees the seat at once."""
    server = start_server("--room-limit", "6")
    people = enter(*"ABCDEF", server=server)
    seventh = wires(server)
    assert seventh.refusal("hello", room=room, name="G") == "room-full"
    people[2].ask("leave")
    assert seventh.hello(room, "G")["type"] == "welcome"


# Origin

@pytest.mark.parametrize("origin, status", [
    ("https://evil.example", 403), ("null", 403), ("http://127.0.0.1:1", 403), ("not an origin", 403), (None, 101), ("own", 101),
])
def test_origin(server, wire, origin, status):
    """Pages of other origins may not connect; the own page may, and programs that name no origin."""
    try:
        wire(origin=server.url if origin == "own" else origin)
        answered = 101
    except InvalidStatus as refusal:
        answered = refusal.response.status_code
    assert answered == status


def test_allowed_origin(start_server, wires):
    """`--allow-origin` admits one more origin and no other."""
    server = start_server("--allow-origin", "https://portal.example")
    wires(server, origin="https://portal.example")
    with pytest.raises(InvalidStatus):
        wires(server, origin="https://portal.example.evil.example")


# Relaying

def test_negotiation_is_relayed(enter):
    """`offer`, `answer` and `candidate` reach the one they are for, with `from`, and nobody else."""
    ana, ben, cleo = enter("Ana", "Ben", "Cleo")
    ana.send("offer", to=ben.you, neg=1, sdp=SDP, tracks={"0": "microphone", "1": "camera"})
    offer = ben.wait_for("offer")
    assert (offer["from"], offer["neg"], offer["sdp"], offer["tracks"]) == (ana.you, 1, SDP, {"0": "microphone", "1": "camera"})
    ben.send("answer", to=ana.you, neg=1, sdp=SDP, tracks={"0": "microphone"})
    answer = ana.wait_for("answer")
    assert (answer["from"], answer["neg"], answer["sdp"], answer["tracks"]) == (ben.you, 1, SDP, {"0": "microphone"})
    last = answer["seq"]
    for candidate in (CANDIDATE, CANDIDATE["candidate"], None):
        ben.send("candidate", to=ana.you, neg=1, candidate=candidate)
        relayed = ana.wait_for("candidate")
        assert (relayed["from"], relayed["neg"], relayed["candidate"]) == (ben.you, 1, candidate) and relayed["seq"] == last + 1
        last = relayed["seq"]
    assert not [message for message in cleo.since() if message["type"] in ("offer", "answer", "candidate")]


def test_from_cannot_be_forged(enter):
    """`from` comes from the connection, whatever the message claims."""
    ana, ben, cleo = enter("Ana", "Ben", "Cleo")
    cleo.send("offer", to=ben.you, neg=1, sdp=SDP, tracks={}, **{"from": ana.you})
    assert ben.wait_for("offer")["from"] == cleo.you
    cleo.send("chat", text="I am Ana", clientId="1", **{"from": ana.you, "name": "Ana", "role": "host"})
    said = ben.wait_for("chat")
    assert (said["from"], said["name"]) == (cleo.you, "Cleo")


def test_nothing_leaves_the_room(enter, wire):
    """Messages for somebody of another room are `no-such-participant`, and he hears nothing."""
    ana = enter("Ana")
    stranger = wire()
    stranger.hello("another-" + str(time.monotonic_ns()), "Eve")
    stranger.since()
    assert stranger.refusal("offer", to=ana.you, neg=1, sdp=SDP, tracks={}) == "no-such-participant"
    assert stranger.refusal("candidate", to=ana.you, neg=1, candidate=None) == "no-such-participant"
    assert stranger.refusal("chat", to=ana.you, text="hi", clientId="1") == "no-such-participant"
    assert stranger.refusal("moderate", action="mute", participant=ana.you) == "no-such-participant"
    stranger.send("want", video=[{"track": f"{ana.you}/camera", "width": 10, "height": 10}])
    stranger.send("chat", text="for my room", clientId="2", room=ana.welcome["room"]["name"])
    stranger.wait_for("chat")
    assert ana.since() == []


def test_want_reaches_publishers(enter):
    """`want` tells each publisher what is wanted of his own tracks, and an empty list when nothing is any more."""
    ana, ben, cleo = enter("Ana", "Ben", "Cleo")
    wish = {"track": f"{ben.you}/camera", "width": 640, "height": 360, "priority": 1}
    ana.send("want", video=[wish, {"track": f"{cleo.you}/camera", "width": 320, "height": 180}])
    wanted = ben.wait_for("want")
    assert wanted["from"] == ana.you and wanted["video"] == [wish]
    ana.send("want", video=[{"track": f"{cleo.you}/camera", "width": 320, "height": 180}])
    assert ben.wait_for("want")["video"] == []


# State and reactions

def test_state_is_broadcast(enter):
    """`state` becomes `updated` for all, with `re` for the sender only."""
    ana, ben = enter("Ana", "Ben")
    answer = ben.ask("state", microphone="on", camera="on", screen="on", hand=True, away=True)
    news = ana.wait_for("updated")
    assert answer["type"] == "updated" and "re" not in news
    assert answer["participant"] == news["participant"]
    assert {key: news["participant"][key] for key in ("id", "name", "kind", "joinedAt")} == \
        {key: ben.welcome["participants"][1][key] for key in ("id", "name", "kind", "joinedAt")}
    person = news["participant"]
    assert [person[key] for key in ("microphone", "camera", "screen", "hand", "away")] == ["on", "on", "on", True, True]
    assert abs(person["handAt"] - time.time() * 1000) < 5000
    assert ben.ask("state", hand=False)["participant"]["handAt"] is None


def test_late_joiner_sees_state(enter, wire, room):
    """Who joins later sees who is muted and whose hand is up."""
    ana = enter("Ana")
    ana.ask("state", microphone="on", hand=True)
    ben = wire()
    seen = ben.hello(room, "Ben")["participants"][0]
    assert (seen["microphone"], seen["camera"], seen["hand"]) == ("on", "off", True)


@pytest.mark.parametrize("fields", [{"microphone": "loud"}, {"hand": "yes"}, {"camera": 1}])
def test_bad_state(enter, fields):
    """A state of the wrong type is `bad-message`."""
    assert enter("Ana").refusal("state", **fields) == "bad-message"


@pytest.mark.parametrize("emoji", list("👍👏😂😮😢🎉🤔🙏👋") + ["❤️"])
def test_reactions(enter, emoji):
    """Each of the ten reactions reaches all, without `seq`."""
    ana, ben = enter("Ana", "Ben")
    ben.send("react", emoji=emoji)
    seen = ana.wait_for("reaction")
    assert (seen["emoji"], seen["participant"]) == (emoji, ben.you) and "seq" not in seen


def test_other_reactions(enter):
    """A reaction that is not of the list is refused."""
    assert enter("Ana").refusal("react", emoji="💩") in ("bad-message", "not-allowed")


# Chat

def test_chat(enter):
    """Chat is acknowledged to the sender with `re` and told to all, with the server's id, time and name."""
    ana, ben = enter("Ana", "Ben")
    acknowledged = ana.ask("chat", text="Hello <b>everybody</b>", clientId="m-1")
    heard = ben.wait_for("chat")
    assert acknowledged["type"] == "chat" and acknowledged.get("stored", True) and "re" not in heard
    assert heard["text"] == "Hello <b>everybody</b>" and heard["id"] == acknowledged["id"]
    assert (heard["from"], heard["name"], heard["clientId"]) == (ana.you, "Ana", "m-1")
    assert abs(heard["at"] - time.time() * 1000) < 5000


def test_chat_is_not_doubled(enter):
    """The same `clientId` again is acknowledged again and told once."""
    ana, ben = enter("Ana", "Ben")
    first = ana.ask("chat", text="once", clientId="m-1")
    second = ana.ask("chat", text="once", clientId="m-1")
    assert first["id"] == second["id"] != ana.ask("chat", text="once", clientId="m-2")["id"]
    assert [message["clientId"] for message in ben.since() if message["type"] == "chat"] == ["m-1", "m-2"]


def test_private_chat(enter, wire, room):
    """A private message reaches the two it concerns; neither the others nor late joiners ever see it."""
    ana, ben, cleo = enter("Ana", "Ben", "Cleo")
    assert ana.ask("chat", text="secret", clientId="1", to=ben.you)["to"] == ben.you
    assert ben.wait_for("chat")["text"] == "secret"
    assert not [message for message in cleo.since() if message["type"] == "chat"]
    assert wire().hello(room, "Dan")["chat"] == []


def test_chat_history(enter, wire, room):
    """A late joiner gets the latest 200 messages, oldest first."""
    senders = enter("A", "B", "C", "D", "E")
    said = []
    for number in range(42):  # within each sender's rate of 5 a second after a burst of 20
        for sender in senders:
            while True:
                answer = sender.ask("chat", text=f"message {len(said)}", clientId=f"{len(said)}")
                if answer["type"] == "chat":
                    break
                assert answer["code"] == "rate-limited" and answer["retry"] == "later"
                time.sleep(0.2)
            said.append(answer["text"])
    history = [message["text"] for message in wire().hello(room, "Late")["chat"]]
    assert len(said) == 210 and history == said[-200:]


@pytest.mark.parametrize("text", ["", "   ", "x" * 4097])
def test_chat_limits(enter, text):
    """A message of no or of more than 4,096 characters is `bad-message`."""
    assert enter("Ana").refusal("chat", text=text, clientId="1") == "bad-message"


def test_chat_of_full_length(enter):
    """A message of 4,096 characters arrives whole, whatever it contains."""
    ana, ben = enter("Ana", "Ben")
    text = ("\"\\\u0000\u2028é漢👍</script>" * 400)[:4096]
    assert ana.chat(text)["text"] == text
    assert ben.wait_for("chat")["text"] == text


# Keeping alive and ending

def test_ping(wire):
    """`ping` is answered with `pong`, before and after `hello`."""
    ana = wire()
    assert ana.ask("ping")["type"] == "pong"


def test_leave(enter):
    """`leave` is answered with `bye` and close 1000; the others get `left`, and the longest present becomes host."""
    ana, ben, cleo = enter("Ana", "Ben", "Cleo")
    bye = ana.ask("leave")
    assert (bye["type"], bye["reason"], bye["retry"]) == ("bye", "left", "none")
    assert ana.wait_until_closed() == 1000
    left = ben.wait_for("left")
    assert (left["participant"]["id"], left["participant"]["name"], left["reason"]) == (ana.you, "Ana", "left")
    assert cleo.wait_for("updated")["participant"] | {"role": "host"} == cleo.received[-1]["participant"]
    assert cleo.received[-1]["participant"]["id"] == ben.you


def test_host_comes_back(enter, wire, room):
    """A host who left and comes back on the same device is host again."""
    ana = enter("Ana", device="the-laptop")
    enter("Ben")
    ana.ask("leave")
    assert wire().hello(room, "Ana", device="the-laptop")["you"]["role"] == "host"
    assert wire().hello(room, "Eve", device="another")["you"]["role"] == "member"


def test_rooms_of_the_api(enter, wire, room, server):
    """What strangers may see of a room follows who is inside."""
    import urllib.request
    enter("Ana", "Ben")
    with urllib.request.urlopen(f"{server.url}/api/rooms/{room}") as answer:
        glance = json.load(answer)
    assert [person["name"] for person in glance["participants"]] == ["Ana", "Ben"]
    assert glance["locked"] is False and glance["lobby"] is False
