"""Calls through the server's relay: two browsers behind symmetric NATs, over what their networks let through."""
import re, time

import pytest

import network
from lab import credentials

RELAYS = ("udp", "tcp", "tls")


def meet(ana, ben):
    for person in (ana, ben):
        person.wait_for_media(seconds=60)


@pytest.mark.parametrize("kinds", [("chromium", "chromium"), ("chromium", "firefox"), ("firefox", "chromium")], ids="-".join)
def test_udp(call, kinds):
    """Two browsers behind symmetric NATs see and hear each other through the relay, by UDP."""
    ana, ben = call.pair(*kinds)
    meet(ana, ben)
    for person in (ana, ben):
        person.wait_for_way("direct", "udp")
    assert "relay" in (ana.ways()[0]["local"], ben.ways()[0]["local"])


@pytest.mark.parametrize("kinds", [("chromium", "chromium"), ("chromium", "firefox")], ids="-".join)
def test_tcp(call, kinds):
    """Where no UDP passes on either side they meet by TCP to the media port."""
    for side in network.SIDES:
        call.network.only_tcp(side, call.server.port, call.server.media_port)
    ana, ben = call.pair(*kinds, only=f":{call.server.media_port}?transport=tcp")
    meet(ana, ben)
    for person in (ana, ben):
        person.wait_for_way("tcp")


def test_any_tcp(call):
    """Given all relays, who has no UDP meets by TCP, to the media port or in TLS to the page's, whichever answered first."""
    for side in network.SIDES:
        call.network.only_tcp(side, call.server.port, call.server.media_port)
    ana, ben = call.pair()
    meet(ana, ben)
    for person in (ana, ben):
        person.wait_for_way("tcp", "tls")


def test_tls(call):
    """Where only the port of the page is open they meet by TLS on that port."""
    for side in network.SIDES:
        call.network.only_tcp(side, call.server.port)
    ana, ben = call.pair()
    meet(ana, ben)
    for person in (ana, ben):
        person.wait_for_way("tls")


def test_one_side_blocked(call):
    """Whose network lets UDP through keeps it; only the other one goes by TCP."""
    call.network.only_tcp("ben", call.server.port, call.server.media_port)
    ana, ben = call.pair()
    meet(ana, ben)
    ana.wait_for_way("direct", "udp")
    ben.wait_for_way("tcp", "tls")


# When the network changes

def back_after(person, seconds):
    """How long it takes until pictures and sound come again."""
    begin = time.monotonic()
    person.wait_for_media(seconds=seconds)
    return time.monotonic() - begin


def test_udp_dies(call):
    """UDP that dies in mid-call is replaced by TCP, without a click, within the time of a restart."""
    ana, ben = call.pair()
    meet(ana, ben)
    call.network.block_udp("alice")
    ana.pause(1)
    took = max(back_after(person, 20) for person in (ana, ben))
    ana.wait_for_way("tcp", "tls")
    assert took < 12, took


def test_everything_is_cut(call):
    """When no way at all is left for some seconds the call is back afterwards, without a click."""
    ana, ben = call.pair()
    meet(ana, ben)
    call.network.cut("alice")
    for person in (ana, ben):
        person.until("linksToPeople().every(({iceConnectionState}) => !['connected', 'completed'].includes(iceConnectionState))", 40)
    call.network.open("alice")
    for person in (ana, ben):
        person.wait_for_media(seconds=45)


def test_mapping_lost(call):
    """A router that forgets its mappings costs seconds, not the call."""
    ana, ben = call.pair()
    meet(ana, ben)
    for person in (ana, ben):  # the browser says so when the interface of its socket goes away
        person.tolerates("net::ERR_|WebSocket")
    call.network.forget_mappings("alice")
    ana.pause(1)
    for person in (ana, ben):
        person.wait_for_media(seconds=40)


def test_nothing_passes(call):
    """Who cannot reach any relay is told so, with the ports, whose side it is and what to do."""
    ana = call.join("alice", "Ana")
    call.network.nothing_new("alice")
    call.join("ben", "Ben")
    for words in ("Your network blocks calls: UDP and TCP to port", str(call.server.media_port), "Ask whoever runs your network"):
        ana.text(re.compile(words), seconds=40)
    call.network.open("alice")
    ana.wait_for_media(seconds=60)


# Credentials

def relays(server, **credential):
    return [{"urls": [f"turn:{network.SERVER}:{server.media_port}?transport={transport}" for transport in ("udp", "tcp")], **credential}]


def test_good_credentials(call):
    """The page is given a relay for UDP, TCP and TLS, and every one of them gives an address of the server."""
    ana = call.join("alice", "Ana")
    servers = ana.ice_servers()
    urls = [url for server in servers for url in ([server["urls"]] if isinstance(server["urls"], str) else server["urls"])]
    assert {url.split(":")[0] for url in urls} == {"stun", "turn", "turns"}, urls
    found = ana.gather(servers)
    assert found["errors"] == [] and len(found["candidates"]) == len(RELAYS), found
    assert all(candidate.split()[4] == network.SERVER for candidate in found["candidates"])


@pytest.mark.parametrize("wrong", [{"seconds": -60}, {"secret": "guessed"}], ids=["expired", "wrong-password"])
def test_bad_credentials(call, wrong):
    """Expired or wrong credentials are answered 401 and get no relay."""
    ana = call.join("alice", "Ana")
    assert ana.gather(relays(call.server, **credentials()))["candidates"], "the same with good ones must work"
    found = ana.gather(relays(call.server, **credentials(**wrong)))
    assert found["candidates"] == [] and {error["code"] for error in found["errors"]} == {401}, found


# Two connections of one page that talk to each other through two relays: what somebody could keep who leaves the page aside.
LOOP = """
async (iceServers) => {
  const [one, two] = [0, 1].map(() => new RTCPeerConnection({iceServers, iceTransportPolicy: 'relay'}));
  one.onicecandidate = ({candidate}) => two.addIceCandidate(candidate ?? undefined);
  two.onicecandidate = ({candidate}) => one.addIceCandidate(candidate ?? undefined);
  const channel = one.createDataChannel('x', {ordered: false, maxRetransmits: 0});
  globalThis.loop = {arrived: 0, ends: [one, two]};
  two.ondatachannel = ({channel}) => { channel.onmessage = () => { globalThis.loop.arrived += 1; }; };
  await one.setLocalDescription();
  await two.setRemoteDescription(one.localDescription);
  await two.setLocalDescription();
  await one.setRemoteDescription(two.localDescription);
  await new Promise((resolve) => { channel.onopen = resolve; });
  setInterval(() => channel.readyState === 'open' && channel.send('x'), 50);
}
"""


def test_removed(call):
    """Whoever is removed has no relay two seconds later, whatever his browser tries; the others talk on."""
    ana, ben = call.pair()
    cleo = call.join("ben", "Cleo")
    ana.wait_for_media(people=2, seconds=60)
    servers = ben.ice_servers()
    ben.do(lambda caller: caller.page.evaluate(LOOP, servers))
    ben.until("loop.arrived > 10", 20)
    ana.moderates("Ben", "Remove")
    ben.wait_for_state("left").pause(2)
    arrived = ben.do(lambda caller: caller.page.evaluate("loop.arrived"))
    ben.pause(2)
    assert ben.do(lambda caller: caller.page.evaluate("loop.arrived")) == arrived, "something still comes through the relay"
    assert ben.gather(servers)["candidates"] == [], "his credentials still open a relay"
    for person in (ana, cleo):
        person.wait_for_somebody(seconds=20)
