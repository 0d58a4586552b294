"""Meetings whose media the server forwards: real browsers in one room, and the way there and back."""
import re

import pytest
from playwright.sync_api import expect

SMALL = {"width": 480, "height": 360}
forwarded = pytest.mark.own_server("--mesh-limit", "0")

# Watches the picture in somebody's tile, whichever element shows it: the longest time in which it stood still.
WATCH_TILE = """
(name) => {
  const find = () => [...document.querySelectorAll('li, [role=group]')]
    .find((tile) => tile.getAttribute('aria-label')?.startsWith(name) && tile.querySelector('video'))?.querySelectorAll('video') ?? [];
  const watch = {longest: 0, since: performance.now(), shown: ''};
  (globalThis.tileWatches ??= {})[name] = watch;
  const look = () => {
    const now = performance.now();
    const shown = [...find()].map((video) => video.getVideoPlaybackQuality().totalVideoFrames).join();
    if (shown !== watch.shown) { watch.longest = Math.max(watch.longest, now - watch.since); watch.since = now; watch.shown = shown; }
    requestAnimationFrame(look);
  };
  look();
}
"""


def links_to_people(person):
    """Links that are open to others than the server."""
    return person.page.evaluate("linksToPeople().filter((pc) => pc.connectionState === 'connected').length")


def own_links(person):
    return person.page.evaluate("watchedPeerConnections.filter((pc) => pc.connectionState === 'connected').length")


@forwarded
def test_three_and_a_firefox(meet, firefox):
    """Three people with Chromium and one with Firefox see and hear each other over one link each, the one to the server."""
    people = meet.join("Ana", "Ben", "Cleo", viewport=SMALL)
    people.append(meet.person("Fred", browser=firefox, viewport=SMALL).join(meet.url))
    for person in people:
        person.wait_for_media(people=3, seconds=90)
        for other in people:
            person.sees(other.name)
    assert [links_to_people(person) for person in people] == [0, 0, 0, 0]
    assert [own_links(person) for person in people] == [1, 1, 1, 1]
    assert people[0].video_moves("Fred") and people[3].video_moves("Ana")


@forwarded
def test_mute(meet):
    """Who mutes himself is silent for the others, whose camera is off is dark, and both come back."""
    ana, ben = meet.join("Ana", "Ben")
    ana.wait_for_media(), ben.wait_for_media()
    ben.control("Turn microphone off").click()
    ben.control("Turn camera off").click()
    ana.sees_that("Ben", "muted").sees_that("Ben", "camera off").hears_nothing_new()
    ben.control("Turn microphone on").click()
    ben.control("Turn camera on").click()
    ana.sees_no_more_that("Ben", "camera off").wait_for_media()


@forwarded
def test_screen(meet):
    """A shared screen comes beside the camera, large, and goes when the sharing ends."""
    ana, ben = meet.join("Ana", "Ben")
    ana.wait_for_media()
    ben.control("Share screen").click()
    screen = ana.page.get_by_role("group", name=re.compile("^Screen of Ben|^Ben.*screen", re.I)).or_(
        ana.page.get_by_role("listitem", name=re.compile("^Screen of Ben|^Ben.*screen", re.I))).first
    expect(screen).to_be_visible(timeout=20_000)
    video = screen.locator("video").first
    ana.page.wait_for_function("(video) => video.videoWidth > 0 && !video.paused", arg=video.element_handle(), timeout=20_000)
    ben.control("Stop sharing").click()
    expect(screen).to_be_hidden(timeout=20_000)
    ana.wait_for_somebody()


@forwarded
def test_leaving_and_coming_back(meet):
    """Who leaves is gone from the others' tiles; who comes back is seen and heard again, in a slot that was used before."""
    ana, ben = meet.join("Ana", "Ben")
    ana.wait_for_media(), ben.wait_for_media()
    ben.leave()
    ana.does_not_see("Ben")
    again = meet.join("Ben")
    again.wait_for_media()
    ana.sees("Ben").wait_for_somebody()


@pytest.mark.own_server("--mesh-limit", "2")
def test_there_and_back(meet):
    """With the third person a meeting moves to the server and nobody freezes; when he has left it moves back by itself."""
    ana, ben = meet.join("Ana", "Ben", viewport=SMALL)
    for person in (ana, ben):
        person.wait_for_media()
        assert (links_to_people(person), own_links(person)) == (1, 2), "the way to the server is open before it is needed"
    ana.page.evaluate(WATCH_TILE, "Ben")
    cleo = meet.join("Cleo", viewport=SMALL)
    for person in (ana, ben, cleo):
        person.until("linksToPeople().every((pc) => pc.connectionState === 'closed')", 30)
        person.wait_for_media(people=2, seconds=60)
    cleo.leave()
    ana.does_not_see("Cleo")
    for person in (ana, ben):
        person.until("linksToPeople().some((pc) => pc.connectionState === 'connected')", 60)
    ana.page.wait_for_timeout(12_000)  # the server lets both ways stand for a while
    assert ana.video_moves("Ben") and ben.video_moves("Ana")
    longest = ana.page.evaluate("tileWatches['Ben'].longest")
    print(f"Ben's picture stood still for {longest:.0f} ms at most")
    assert longest < 1500


@forwarded
def test_server_killed(meet):
    """After a kill -9 of the server and its restart the meeting goes on without a click."""
    ana, ben = meet.join("Ana", "Ben")
    for person in (ana, ben):
        person.tolerates("net::ERR_|WebSocket|can.t establish").mark()
        person.wait_for_media()
    meet.server.kill()
    meet.server.start()
    for person in (ana, ben):
        person.wait_for_state("joined", seconds=30)
        person.until("watchedPeerConnections.some((pc) => pc.connectionState === 'connected')", 40)
    ana.page.wait_for_timeout(2000)
    for person in (ana, ben):
        person.wait_for_somebody()
        person.has_not_reloaded()


# Networks

def meet_in(call):
    ana, ben = call.pair()
    for person in (ana, ben):
        person.wait_for_media(seconds=60)
    return ana, ben


def test_udp(forwarded_call):
    """From behind symmetric NATs the server is reached straight by UDP, without a relay."""
    for person in meet_in(forwarded_call):
        person.wait_for_way("direct", server=True)


def test_only_tcp(forwarded_call):
    """Where no UDP passes, media goes to the same port by TCP (RFC 6544)."""
    for side in ("alice", "ben"):
        forwarded_call.network.only_tcp(side, forwarded_call.server.port, forwarded_call.server.media_port)
    ana, ben = forwarded_call.pair(only="stun:")
    for person in (ana, ben):
        person.wait_for_media(seconds=60)
        person.wait_for_way("direct-tcp", server=True)


def test_only_the_pages_port(forwarded_call):
    """Where only the port of the page is open, media goes through a relay in TLS on that port to the server itself."""
    for side in ("alice", "ben"):
        forwarded_call.network.only_tcp(side, forwarded_call.server.port)
    for person in meet_in(forwarded_call):
        person.wait_for_way("tls", server=True)


def test_mapping_lost(forwarded_call):
    """When a router forgets its mappings, media comes back by itself from the new address."""
    ana, ben = meet_in(forwarded_call)
    for person in (ana, ben):  # the browser says so when the interface of its socket goes away
        person.tolerates("net::ERR_|WebSocket")
    forwarded_call.network.forget_mappings("alice")
    ana.pause(1)
    for person in (ana, ben):
        person.wait_for_media(seconds=40)
