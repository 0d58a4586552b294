"""docs/PROTOCOL.md from outside: what hosts may do, and that nobody else may."""
import time

import pytest

ON_ONE = ["mute", "stop-camera", "stop-screen", "lower-hand", "remove", "ban", "promote", "demote"]
ON_ROOM = ["admit", "deny", "lock", "unlock", "lobby", "relay-only", "end"]


@pytest.mark.parametrize("action", ON_ONE + ON_ROOM)
def test_members_may_not(enter, action):
    """Every action of a member is `not-allowed`, and nothing comes of it."""
    ana, ben = enter("Ana", "Ben")
    assert ben.refusal("moderate", action=action, participant=ana.you, on=True) == "not-allowed"
    assert ana.since() == []


def test_unknown_action(enter):
    """An action that does not exist is `bad-message`."""
    assert enter("Ana").refusal("moderate", action="explode") == "bad-message"


@pytest.mark.parametrize("action", ON_ONE)
def test_nobody_there(enter, action):
    """An action on somebody who is not there is `no-such-participant`."""
    assert enter("Ana").refusal("moderate", action=action, participant="nobody") == "no-such-participant"


@pytest.mark.parametrize("action, key, value", [
    ("mute", "microphone", "off"), ("stop-camera", "camera", "off"), ("stop-screen", "screen", "off"), ("lower-hand", "hand", False),
])
def test_calming_one(enter, action, key, value):
    """Mute, stop camera, stop screen and lower hand work on one person; all are told."""
    ana, ben, cleo = enter("Ana", "Ben", "Cleo")
    for person in (ben, cleo):
        person.ask("state", microphone="on", camera="on", screen="on", hand=True)
    moderated = ana.ask("moderate", action=action, participant=ben.you)
    assert (moderated["type"], moderated["action"], moderated["by"], moderated["participant"]) == ("moderated", action, ana.you, ben.you)
    assert ben.wait_for("moderated")["by"] == ana.you
    news = [message["participant"] for message in cleo.since() if message["type"] == "updated"][-1]
    assert news["id"] == ben.you and news[key] == value
    assert cleo.ask("state", away=False)["participant"][key] != value


@pytest.mark.parametrize("action, key, value", [
    ("mute", "microphone", "off"), ("stop-camera", "camera", "off"), ("stop-screen", "screen", "off"), ("lower-hand", "hand", False),
])
def test_calming_all(enter, action, key, value):
    """Without a participant the same actions work on everybody but the caller."""
    ana, ben, cleo = enter("Ana", "Ben", "Cleo")
    for person in (ana, ben, cleo):
        person.ask("state", microphone="on", camera="on", screen="on", hand=True)
    ana.since()
    ana.send("moderate", action=action)
    changed = {message["participant"]["id"]: message["participant"][key] for message in ana.since() if message["type"] == "updated"}
    assert changed == {ben.you: value, cleo.you: value}
    assert ana.ask("state", away=False)["participant"][key] != value


def test_promote_and_demote(enter):
    """A host makes another host, who may then demote him; the last host cannot be demoted."""
    ana, ben = enter("Ana", "Ben")
    assert ana.refusal("moderate", action="demote", participant=ana.you) == "not-allowed"
    ana.ask("moderate", action="promote", participant=ben.you)
    assert ben.wait_for("updated")["participant"]["role"] == "host"
    ben.ask("moderate", action="demote", participant=ana.you)
    ben.since()
    assert ana.refusal("moderate", action="lock") == "not-allowed"


def test_remove(enter, wire, room):
    """Who is removed gets `bye` `removed` and close 1000; the others see `left` `removed`; he may come back."""
    ana, ben, cleo = enter("Ana", "Ben", "Cleo")
    ana.send("moderate", action="remove", participant=ben.you)
    bye = ben.wait_for("bye")
    assert (bye["reason"], bye["retry"]) == ("removed", "none")
    assert ben.wait_until_closed() == 1000
    assert cleo.wait_for("left")["reason"] == "removed"
    assert wire().refusal("hello", room=room, name="Ben", resume=ben.resume, lastSeq=ben.seq) == "stale"
    assert wire().hello(room, "Ben")["type"] == "welcome"


def test_ban(enter, wire, room):
    """Who is banned cannot come back on the same device, whatever he calls himself."""
    ana = enter("Ana", device="laptop-of-ana")
    ben = enter("Ben", device="laptop-of-ben")
    ana.send("moderate", action="ban", participant=ben.you)
    assert ben.wait_for("bye")["reason"] == "banned"
    assert wire().refusal("hello", room=room, name="Another", device="laptop-of-ben") == "denied"
    assert wire().refusal("hello", room=room, name="Another", device="laptop-of-ben", resume=ben.resume) in ("denied", "stale")
    assert wire().hello(room, "Cleo", device="laptop-of-cleo")["type"] == "welcome"


def test_lock(enter, wire, room):
    """A locked room takes nobody new, lets its people resume, and opens again."""
    ana, ben = enter("Ana", "Ben")
    assert ana.ask("moderate", action="lock")["room"] == {"locked": True, "lobby": False, "relayOnly": False}
    assert ben.wait_for("moderated")["room"]["locked"] is True
    stranger = wire()
    assert stranger.refusal("hello", room=room, name="Cleo") == "room-locked"
    ben.drop()
    assert wire().hello(room, "Ben", resume=ben.resume, lastSeq=ben.seq)["type"] == "resumed"
    assert ana.ask("moderate", action="unlock")["room"]["locked"] is False
    assert stranger.hello(room, "Cleo")["type"] == "welcome"


def test_end(enter, wire, room):
    """`end` says `bye` `ended` to all, guests included, and nobody can resume into it."""
    ana, ben = enter("Ana", "Ben")
    ana.ask("moderate", action="lobby", on=True)
    guest = wire()
    guest.hello(room, "Cleo")
    ana.send("moderate", action="end")
    for person in (ana, ben, guest):
        assert person.wait_for("bye")["reason"] == "ended"
        assert person.wait_until_closed() == 1000
    assert wire().refusal("hello", room=room, name="Ben", resume=ben.resume, lastSeq=ben.seq) == "stale"
    assert wire().hello(room, "Dan")["you"]["role"] == "host"


# Lobby

@pytest.fixture
def lobby(enter, wire, room):
    """Ana is host of a room with a lobby; Ben was inside before; Cleo and Dan wait."""
    ana, ben = enter("Ana", "Ben")
    ana.ask("moderate", action="lobby", on=True)
    guests = []
    for name in ("Cleo", "Dan"):
        guest = wire()
        assert guest.hello(room, name)["type"] == "waiting"
        guests.append(guest)
    for person in (ana, ben):
        person.since()
    return ana, ben, *guests


def test_lobby_positions(lobby):
    """Guests learn their position, hosts who waits, members nothing."""
    ana, ben, cleo, dan = lobby
    assert [guest.received[-1]["position"] for guest in (cleo, dan)] == [1, 2]
    waiting = [message for message in ana.received if message["type"] == "lobby"][-1]["waiting"]
    assert [(guest["id"], guest["name"]) for guest in waiting] == [(cleo.you, "Cleo"), (dan.you, "Dan")]
    assert all(abs(guest["since"] - time.time() * 1000) < 5000 for guest in waiting)
    assert not [message for message in ben.received if message["type"] == "lobby"]
    cleo.ask("leave")
    assert dan.wait_for("waiting")["position"] == 1


def test_lobby_hears_nothing(lobby):
    """Whatever happens inside, a guest hears nothing of it before admission, and can say nothing into the room."""
    ana, ben, cleo, dan = lobby
    ana.chat("inside")
    ben.ask("state", hand=True, microphone="on")
    ben.send("react", emoji="👍")
    ana.ask("moderate", action="mute")
    heard = cleo.since()
    assert heard == []
    assert set(cleo.received[0]) <= {"type", "re", "seq", "you", "position", "now"} and set(cleo.received[0]["you"]) == {"id"}
    assert cleo.refusal("chat", text="knock knock", clientId="1") == "not-allowed"
    assert cleo.refusal("offer", to=ana.you, neg=1, sdp="v=0\r\n", tracks={}) == "not-allowed"
    assert cleo.refusal("moderate", action="admit") == "not-allowed"
    ben.since()
    inside = [message for message in ben.received if message["type"] in ("chat", "offer")]
    assert [message["text"] for message in inside] == ["inside"]


def test_messages_at_guests(lobby):
    """Members cannot send anything to somebody who waits."""
    ana, ben, cleo, dan = lobby
    assert ben.refusal("chat", text="psst", to=cleo.you, clientId="1") == "no-such-participant"
    assert ben.refusal("candidate", to=cleo.you, neg=1, candidate=None) == "no-such-participant"
    assert cleo.since() == []


def test_admit_one(lobby):
    """Who is admitted gets `welcome` and is `joined`; the other moves up."""
    ana, ben, cleo, dan = lobby
    ana.send("moderate", action="admit", participant=dan.you)
    assert dan.wait_for("welcome")["you"] == {"id": dan.you, "role": "member"}
    assert ben.wait_for("joined")["participant"]["name"] == "Dan"
    assert not [message for message in cleo.since() if message["type"] == "welcome"]


def test_admit_all(lobby):
    """`admit` without a participant lets in all who wait."""
    ana, ben, cleo, dan = lobby
    ana.send("moderate", action="admit")
    for guest in (cleo, dan):
        guest.wait_for("welcome")
    assert ana.wait_for("lobby")["waiting"] == []


def test_deny(lobby):
    """Who is denied gets `error` `denied` and `bye`; the other goes on waiting."""
    ana, ben, cleo, dan = lobby
    ana.send("moderate", action="deny", participant=cleo.you)
    assert cleo.wait_for("error")["code"] == "denied"
    assert cleo.wait_for("bye")["reason"] == "denied"
    assert cleo.wait_until_closed() == 1000
    assert dan.wait_for("waiting")["position"] == 1


def test_admit_nobody(lobby):
    """Admitting somebody who does not wait is `no-such-participant`."""
    ana, ben, cleo, dan = lobby
    assert ana.refusal("moderate", action="admit", participant=ben.you) == "no-such-participant"


def test_lobby_off(lobby):
    """Switching the lobby off lets in whoever waits."""
    ana, ben, cleo, dan = lobby
    assert ana.ask("moderate", action="lobby", on=False)["room"]["lobby"] is False
    cleo.wait_for("welcome")
    dan.wait_for("welcome")


def test_lobby_is_not_bypassed_early(enter, wire, room):
    """Coming before the host is no way around the lobby; the host himself comes in by his device."""
    ana = enter("Ana", device="laptop-of-ana")
    ana.ask("moderate", action="lobby", on=True)
    ana.ask("leave")
    early = wire()
    assert early.hello(room, "Early")["type"] == "waiting"
    host = wire()
    assert host.hello(room, "Ana", device="laptop-of-ana")["you"]["role"] == "host"
    assert [guest["name"] for guest in host.welcome["waiting"]] == ["Early"]
    host.send("moderate", action="admit")
    assert early.wait_for("welcome")["you"]["role"] == "member"


def test_strangers_see_no_names(lobby, server, room):
    """With a lobby, `/api/rooms` tells how many are inside and no names."""
    import json, urllib.request
    with urllib.request.urlopen(f"{server.url}/api/rooms/{room}") as answer:
        text = answer.read().decode()
    assert "Ana" not in text and "Ben" not in text and "Cleo" not in text
    glance = json.loads(text)
    assert glance["count"] == 2 and glance["lobby"] is True and not glance.get("participants") and not glance.get("names")


def test_full_room_admits_nobody(start_server, enter, wires, room):
    """Admission into a full room is `room-full`; the guest keeps his place and may come in when there is a seat."""
    server = start_server("--room-limit", "6")
    people = enter(*"ABCDEF", server=server)
    people[0].ask("moderate", action="lobby", on=True)
    guest = wires(server)
    answer = guest.hello(room, "G")
    if answer["type"] == "error":  # no seat, so not even the lobby: also clear
        assert answer["code"] == "room-full"
        return
    assert people[0].refusal("moderate", action="admit", participant=guest.you) == "room-full"
    people[3].ask("leave")
    people[0].send("moderate", action="admit", participant=guest.you)
    guest.wait_for("welcome")
