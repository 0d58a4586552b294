"""The connection breaks, the server dies, the page is reloaded: nobody clicks, and the talk goes on."""
import re, time

import pytest
from playwright.sync_api import expect

from person import SERVER_IS_GONE


def totals(person):
    """Everything that has come in so far, over all links."""
    links = person.inbound()
    return {key: sum(link[key] for link in links) for key in ("energy", "samples", "concealed", "audioBytes", "frames")}


def watch_sound(person, seconds):
    """Asserts that for so many seconds sound arrives in every one of them, and that little of what is heard is made up.

    The bound on made-up samples is wide because a busy machine conceals some by itself; a gap of the network makes all of them up.
    """
    first = before = totals(person)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        person.page.wait_for_timeout(1000)
        now = totals(person)
        assert now["audioBytes"] > before["audioBytes"], f"{person.name}: no sound for a second: {before} {now}"
        before = now
    samples, concealed = before["samples"] - first["samples"], before["concealed"] - first["concealed"]
    assert samples > seconds * 48_000 * 0.8, f"{person.name} heard {samples} samples in {seconds} s"
    assert concealed < samples * 0.25, f"{person.name}: {concealed} of {samples} samples are made up"
    assert before["energy"] > first["energy"] and before["frames"] > first["frames"]


def test_connection_cut_for_20_seconds(meet):
    """The line to the server is cut for 20 s: sound and pictures go on without a gap, the page says what is wrong, and comes back by itself."""
    cable = meet.cable()
    ana = meet.join("Ana", url=cable.url).tolerates(SERVER_IS_GONE).mark()
    ben = meet.join("Ben")
    ana.wait_for_media(), ben.wait_for_media()
    cable.cut()
    cut_at = time.monotonic()
    ana.wait_for_state("reconnecting").text("Reconnecting")
    ben.sees_that("Ana", "reconnecting")
    watch_sound(ana, 9)
    watch_sound(ben, max(5, cut_at + 20 - time.monotonic()))
    cable.mend()
    ana.wait_for_state("joined", seconds=15).has_not_reloaded()
    ben.sees_no_more_that("Ana", "reconnecting")
    ana.says("I am back")
    ben.reads("I am back")
    watch_sound(ana, 2)


def test_written_while_cut(meet):
    """What is written and done while the line is cut arrives once it is mended, once."""
    cable = meet.cable()
    ana = meet.join("Ana", url=cable.url).tolerates(SERVER_IS_GONE)
    ben = meet.join("Ben")
    cable.cut()
    ana.wait_for_state("reconnecting").says("from the tunnel")
    ben.says("from outside").control("Raise hand").click()
    cable.mend()
    ana.wait_for_state("joined", seconds=15).reads("from outside").sees_that("Ben", "hand raised")
    ben.reads("from the tunnel")
    assert ben.open_panel("Chat").get_by_text("from the tunnel").count() == 1


@pytest.mark.own_server
def test_server_killed_and_restarted(meet):
    """kill -9 and a restart: everybody is back by himself with identity, role and chat, media never stops, nobody reloads or clicks."""
    ana, ben = meet.join("Ana", "Ben")
    for person in (ana, ben):
        person.tolerates(SERVER_IS_GONE).mark().wait_for_media()
    ana.says("before the crash")
    ben.reads("before the crash")
    ben.control("Raise hand").click()
    ana.sees_that("Ben", "hand raised")
    meet.server.kill()
    for person in (ana, ben):
        person.wait_for_state("reconnecting")
    watch_sound(ana, 4)
    meet.server.start()
    watch_sound(ben, 3)
    for person in (ana, ben):
        person.wait_for_state("joined", seconds=20).has_not_reloaded()
    ana.says("after the crash")
    ben.reads("after the crash").reads("before the crash")
    ana.moderates("Ben", "Mute")  # still host
    ben.has_control("Turn microphone on")
    ana.sees_that("Ben", "muted")
    for person, other in ((ana, "Ben"), (ben, "Ana")):
        expect(person.page.get_by_role("group", name=re.compile(f"^{other}"))).to_have_count(1)


@pytest.mark.own_server
def test_server_restarted_by_sigterm(meet):
    """A planned restart is said before it happens, and everybody comes back by himself."""
    ana, ben = meet.join("Ana", "Ben")
    for person in (ana, ben):
        person.tolerates(SERVER_IS_GONE).mark().wait_for_media()
    assert meet.server.stop() == 0
    watch_sound(ana, 2)
    meet.server.start()
    for person in (ana, ben):
        person.wait_for_state("joined", seconds=20).has_not_reloaded()
    ana.says("back")
    ben.reads("back")


def test_reload(meet):
    """A reloaded page comes back to the same seat by itself: host stays host, nobody is doubled, media flows again."""
    ana, ben = meet.join("Ana", "Ben")
    ana.wait_for_media(), ben.wait_for_media()
    ana.page.reload()
    if ana.button("Join meeting").count():
        ana.page.wait_for_timeout(1500)
        if ana.state == "prejoin":
            ana.button("Join meeting").click()
    ana.wait_for_state("joined").sees("Ben").wait_for_media()
    ben.wait_for_media()
    expect(ben.page.get_by_role("group", name=re.compile("^Ana"))).to_have_count(1)
    ana.moderates("Ben", "Mute")
    ben.has_control("Turn microphone on")


def test_network_path_is_cut(meet):
    """The path of the media itself dies, which is UDP: the browsers find each other by the relay and TCP, without a click."""
    ana, ben = meet.person("Ana"), meet.person("Ben")
    session = ana.page.context.new_cdp_session(ana.page)
    session.send("Network.enable")

    def network(**conditions):
        session.send("Network.emulateNetworkConditionsByRule", {"offline": False, "matchedNetworkConditions": [
            {"urlPattern": "", "latency": 1, "downloadThroughput": -1, "uploadThroughput": -1, **conditions}]})

    network()  # must be on before the links are made
    ana.tolerates(SERVER_IS_GONE).join(meet.url).mark()
    ben.join(meet.url)
    ana.wait_for_media(), ben.wait_for_media()
    network(packetLoss=100)
    ana.hears_nothing_new()
    ana.wait_for_media(seconds=45), ben.wait_for_media(seconds=45)
    network()
    ana.wait_for_media(seconds=45), ben.wait_for_media(seconds=45)
    ana.has_not_reloaded()


def test_browser_offline(meet):
    """A browser that is told it is offline says so, and is back at once when it is online again."""
    ana, ben = meet.join("Ana", "Ben")
    ana.tolerates(SERVER_IS_GONE).wait_for_media()
    ana.page.context.set_offline(True)
    ana.page.wait_for_timeout(2000)
    ana.page.context.set_offline(False)
    ana.wait_for_state("joined", seconds=20).wait_for_media()
    ana.says("online")
    ben.reads("online")


def test_camera_unplugged(meet):
    """A camera that is unplugged during the call is said so in a sentence; the meeting goes on."""
    ana, ben = meet.join("Ana", "Ben")
    ana.wait_for_media(), ben.wait_for_media()
    ben.page.evaluate("""() => {
      const tracks = watchedPeerConnections.flatMap((pc) => pc.getSenders().map((sender) => sender.track)).filter((track) => track?.kind === 'video');
      const real = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.enumerateDevices = async () => (await real()).filter((device) => device.kind !== 'videoinput');
      navigator.mediaDevices.getUserMedia = async (wish) => {
        if (wish?.video) throw new DOMException('gone', 'NotFoundError');
        return ask(wish);
      };
      for (const track of tracks) { track.stop(); track.dispatchEvent(new Event('ended')); }
      for (const stream of new Set([...document.querySelectorAll('video')].map((video) => video.srcObject).filter(Boolean)))
        for (const track of stream.getVideoTracks()) if (track.readyState === 'ended') track.dispatchEvent(new Event('ended'));
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    }""")
    ana.sees_that("Ben", "camera off")
    ben.has_control("Turn camera on").text(re.compile("camera was unplugged|No camera found", re.I))
    ana.wait_for_media(video=False)
