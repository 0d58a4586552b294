"""TURN with the credentials that signalling hands out, and its end with the seat."""
import time

import pytest

from turn_client import TurnClient


@pytest.fixture(scope="module")
def tls_server():
    from server import Server
    server = Server(tls=True).start()
    yield server
    server.close()


@pytest.fixture
def turn():
    made = []

    def make(person, scheme):
        client = TurnClient(person.welcome["iceServers"], scheme)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.mark.parametrize("scheme", ["udp", "tcp", "tls"])
def test_allocation(enter, tls_server, turn, scheme):
    """What `welcome` hands out opens an allocation over every URL of it, TLS on the page's port among them."""
    ana = enter("Ana", server=tls_server)
    client = turn(ana, scheme)
    assert client.allocate() == 0
    assert client.refresh() == 0
    assert client.permit("9.9.9.9") == 0
    assert client.permit("10.0.0.1") == 403


@pytest.mark.parametrize("scheme", ["udp", "tls"])
@pytest.mark.parametrize("action", ["remove", "ban", "end", "leave"])
def test_revoked(enter, tls_server, turn, action, scheme):
    """Within two seconds of the end of a seat its allocation is gone, and its credentials open no other."""
    ana, ben = enter("Ana", "Ben", server=tls_server)
    client = turn(ben, scheme)
    assert client.allocate() == 0
    if action == "leave":
        ben.send("leave")
    else:
        ana.ask("moderate", action=action, **({} if action == "end" else {"participant": ben.you}))
    deadline = time.monotonic() + 2
    while not is_over(client):
        assert time.monotonic() < deadline, "the allocation outlives the seat"
    assert turn(ben, scheme).allocate() == 401


def is_over(client):
    """Whether the allocation is gone: the server knows none, or has closed the connection."""
    try:
        return client.refresh() in (437, 401)
    except (ConnectionError, OSError):
        return True


def test_removed_while_reconnecting(enter, turn):
    """Who is removed while his connection is lost loses his allocation too."""
    ana, ben = enter("Ana", "Ben")
    client = turn(ben, "udp")
    assert client.allocate() == 0
    ben.drop()
    ana.wait_for("updated")
    assert client.refresh() == 0
    ana.ask("moderate", action="remove", participant=ben.you)
    deadline = time.monotonic() + 2
    while not is_over(client):
        assert time.monotonic() < deadline, "the allocation outlives the seat"


def test_hidden_addresses(enter):
    """In a room that hides addresses nobody is told a host's; a relayed candidate passes without what it was relayed for."""
    ana, ben = enter("Ana", "Ben")
    assert ana.ask("moderate", action="relay-only", on=True)["room"]["relayOnly"] is True
    ben.send("candidate", to=ana.you, neg=1, candidate="candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host")
    relayed = "candidate:3 1 udp 41885439 198.51.100.4 50002 typ relay raddr 192.0.2.7 rport 50000"
    ben.send("candidate", to=ana.you, neg=1, candidate={"candidate": relayed, "sdpMid": "0"})
    assert ana.wait_for("candidate")["candidate"]["candidate"] == relayed.replace("192.0.2.7 rport 50000", "0.0.0.0 rport 9")
    assert not [message for message in ana.received if "192.0.2.7" in str(message)]
