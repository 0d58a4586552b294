"""docs/PROTOCOL.md from outside: what happens to those who say nothing for long."""


def test_no_hello(patience):
    """No `hello` within 10 s closes with 1008."""
    code, seconds = patience.wait("silent", 20)
    assert code == 1008 and 9 <= seconds <= 13


def test_no_pong(patience):
    """The server pings every 10 s and gives a connection up that has said nothing for 25 s."""
    pings, seconds = patience.wait("deaf", 45)
    assert len(pings) >= 2 and all(9 <= later - earlier <= 12 for earlier, later in zip(pings, pings[1:]))
    assert 24 <= seconds <= 37


def test_lost_for_good(patience):
    """After 60 s a lost participant is `left` with reason `lost`, and not before."""
    left, seconds = patience.wait("lost", 75)
    assert (left["participant"]["id"], left["reason"]) == (patience.lost, "lost")
    assert 58 <= seconds <= 66
