"""docs/PROTOCOL.md from outside: a connection breaks, a seat is held, somebody comes back."""
import threading, time

import pytest

from wire import Closed


def test_dropped_is_reconnecting(enter, wire, room):
    """Who loses his connection is shown as reconnecting, keeps seat and role, and is shown as connected when he is back."""
    ana, ben = enter("Ana", "Ben")
    ana.drop()
    assert ben.wait_for("updated")["participant"]["state"] == "reconnecting"
    back = wire()
    answer = back.hello(room, "Ana", resume=ana.resume, lastSeq=ana.seq)
    assert (answer["type"], answer["you"]) == ("resumed", {"id": ana.you, "role": "host"})
    assert answer["resume"] != ana.resume and answer["graceMs"] == 60000 and [server["urls"] for server in answer["iceServers"]] == [server["urls"] for server in ana.welcome["iceServers"]]
    assert answer["seq"] >= ana.seq and abs(answer["now"] - time.time() * 1000) < 5000
    assert ben.wait_for("updated")["participant"]["state"] == "connected"


def test_missed_messages_follow(enter, wire, room):
    """After `resumed` come exactly the messages that were missed, in order, private ones included, other people's not."""
    ana, ben, cleo = enter("Ana", "Ben", "Cleo")
    ben.drop()
    ana.wait_for("updated", seconds=10)
    ana.chat("one")
    ana.chat("for Ben", to=ben.you)
    ana.chat("for Cleo", to=cleo.you)
    ana.ask("state", hand=True)
    ana.chat("two")
    back = wire()
    assert back.hello(room, "Ben", resume=ben.resume, lastSeq=ben.seq)["type"] == "resumed"
    missed = back.since()
    assert [message["text"] for message in missed if message["type"] == "chat"] == ["one", "for Ben", "two"]
    assert [message["participant"]["hand"] for message in missed if message["type"] == "updated" and message["participant"]["id"] == ana.you] == [True]
    numbers = [message["seq"] for message in missed if "seq" in message]
    assert numbers == sorted(set(numbers)) and numbers[0] > ben.seq


def test_token_is_single_use(enter, wire, room):
    """A resume token works once: after its successor has arrived the old one is `stale`, and `hello` without it works."""
    ana = enter("Ana")
    second = wire()
    second.hello(room, "Ana", resume=ana.resume, lastSeq=ana.seq)
    second.since()
    assert second.resume != ana.resume
    thief = wire()
    answer = thief.hello(room, "Ana", resume=ana.resume, lastSeq=ana.seq)
    assert (answer["type"], answer["code"], answer["retry"]) == ("error", "stale", "now")
    assert second.ask("ping")["type"] == "pong", "the seat must stay with its owner"
    second.drop()
    assert wire().refusal("hello", room=room, name="Ana", resume=ana.resume, lastSeq=ana.seq) == "stale"
    assert thief.hello(room, "Ana again")["type"] == "welcome"


def test_lost_answer(enter, wire, room):
    """When the connection broke before anything came back over it, the token that opened it may be used once more."""
    ana, ben = enter("Ana", "Ben")
    ana.drop()
    ben.wait_for("updated")
    unlucky = wire()
    unlucky.send("hello", room=room, name="Ana", kind="headless", resume=ana.resume, lastSeq=ana.seq)
    ben.wait_for("updated")  # connected: the server has answered, whoever reads it
    unlucky.drop()
    ben.wait_for("updated")
    answer = wire().hello(room, "Ana", resume=ana.resume, lastSeq=ana.seq)
    assert (answer["type"], answer["you"]["id"]) == ("resumed", ana.you)


@pytest.mark.parametrize("token", ["", "nonsense", "A" * 4096])
def test_unknown_token(wire, room, token):
    """A token that nobody gave is `stale` with retry `now`."""
    assert wire().refusal("hello", room=room, name="Ana", resume=token, lastSeq=3) == "stale"


def test_token_of_another_room(enter, wire, room):
    """A token opens no other room."""
    ana = enter("Ana")
    assert wire().refusal("hello", room=room + "-2", name="Ana", resume=ana.resume, lastSeq=ana.seq) == "stale"


def test_newer_replaces_older(enter, wire, room):
    """A newer connection of the same participant closes the older one with `bye` `replaced`; there is one seat."""
    ana, ben = enter("Ana", "Ben")
    newer = wire()
    assert newer.hello(room, "Ana", resume=ana.resume, lastSeq=ana.seq)["type"] == "resumed"
    bye = ana.wait_for("bye")
    assert (bye["reason"], bye["retry"]) == ("replaced", "none")
    assert ana.wait_until_closed() == 1000
    ben.since()
    assert [person["name"] for person in wire().hello(room, "Cleo")["participants"]] == ["Ana", "Ben", "Cleo"]


def test_reloaded_page(enter, wire, room):
    """A page that was reloaded (`resume` without `lastSeq`) gets `welcome` with its old id; both ends build fresh links."""
    ana, ben = enter("Ana", "Ben")
    ana.drop()
    back = wire()
    answer = back.hello(room, "Ana", resume=ana.resume)
    assert (answer["type"], answer["you"]["id"], answer["you"]["role"]) == ("welcome", ana.you, "host")
    mine, theirs = back.wait_for("link"), ben.wait_for("link", fresh=True)
    assert mine["with"] == ben.you and mine["fresh"] is True and theirs["with"] == ana.you
    assert mine["polite"] != theirs["polite"]


def test_too_much_was_missed(enter, wire, room):
    """When the missed messages are gone the answer is a `welcome` with the old id, never an error."""
    ana, ben = enter("Ana", "Ben")
    ben.drop()
    ana.wait_for("updated")
    sdp = "v=0\r\n" + "a=x:" + "y" * 3_000 + "\r\n"
    cleo = enter("Cleo")
    for number in range(250):  # 250 × 3 KB is more than the server keeps of a room
        ana.send("offer", to=cleo.you, neg=number, sdp=sdp, tracks={})
        if number % 50 == 49:
            ana.since(), cleo.since()
    answer = wire().hello(room, "Ben", resume=ben.resume, lastSeq=ben.seq)
    assert (answer["type"], answer["you"]["id"]) == ("welcome", ben.you)


def test_future_seq(enter, wire, room):
    """A `lastSeq` from the future is answered with a fresh `welcome`."""
    ana = enter("Ana")
    ana.drop()
    answer = wire().hello(room, "Ana", resume=ana.resume, lastSeq=10**9)
    assert (answer["type"], answer["you"]["id"]) == ("welcome", ana.you)


def test_resume_after_leave(enter, wire, room):
    """Who left on purpose has no seat to resume."""
    ana, ben = enter("Ana", "Ben")
    token = ana.resume
    ana.ask("leave")
    assert wire().refusal("hello", room=room, name="Ana", resume=token, lastSeq=ana.seq) == "stale"


def test_chat_resent_after_reconnect(enter, wire, room):
    """A message sent again after a reconnect, because its acknowledgement was lost, is not doubled."""
    ana, ben = enter("Ana", "Ben")
    ana.send("chat", text="did it arrive?", clientId="m-1")
    ben.wait_for("chat")
    ana.drop()
    back = wire()
    back.hello(room, "Ana", resume=ana.resume, lastSeq=ana.seq)
    again = back.ask("chat", text="did it arrive?", clientId="m-1")
    assert again["type"] == "chat"
    assert not [message for message in ben.since() if message["type"] == "chat"]


def test_two_tabs_do_not_fight(enter, wire, room):
    """Two connections with one token: one wins, the other is told `stale` or `replaced`; then there is quiet."""
    ana, ben = enter("Ana", "Ben")
    ana.drop()
    ben.wait_for("updated")
    tabs, answers = [wire(), wire()], []
    start = threading.Barrier(2)

    def come_back(tab):
        start.wait()
        try:
            answers.append(tab.hello(room, "Ana", resume=ana.resume, lastSeq=ana.seq)["type"])
        except Closed as closed:
            answers.append(closed.code)

    threads = [threading.Thread(target=come_back, args=[tab]) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "resumed" in answers
    assert len([person for person in wire().hello(room, "Cleo")["participants"] if person["name"] == "Ana"]) == 1


def test_host_role_survives_others(enter, wire, room):
    """While a host is reconnecting nobody else becomes host."""
    ana, ben = enter("Ana", "Ben")
    ana.drop()
    ben.wait_for("updated")
    assert ben.refusal("moderate", action="lock") == "not-allowed"
