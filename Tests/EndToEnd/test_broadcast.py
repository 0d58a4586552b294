"""WHIP (RFC 9725) and WHEP: publishing to a meeting, and watching it, by one HTTP request."""
import json, os, pathlib, re, shutil, subprocess, time

import pytest

from broadcast import Loop, Session, ask, restarted

FRAGMENT = "application/trickle-ice-sdpfrag"


@pytest.fixture(scope="module")
def loop():
    return Loop()


@pytest.fixture
def session(loop, server):
    made = []

    def make(server=server):
        made.append(Session(loop, server))
        return made[-1]

    yield make
    for one in made:
        one.close()


def wait_until(person, condition, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        person.page.wait_for_timeout(200)


@pytest.fixture(scope="module")
def pion(tmp_path_factory):
    """The program of Tests/Interop/pion-whip. Debian has Pion's sources where Go finds them without modules, but for the version in the path."""
    sources = pathlib.Path("/usr/share/gocode/src/github.com/pion/webrtc")
    if shutil.which("go") is None or not sources.exists():
        pytest.skip("Debian's golang-go and golang-github-pion-webrtc.v3-dev are not installed")
    folder = tmp_path_factory.mktemp("pion-whip")
    (folder / "src/github.com/pion/webrtc").mkdir(parents=True)
    (folder / "src/github.com/pion/webrtc/v3").symlink_to(sources)
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": f"{folder}:/usr/share/gocode", "GOFLAGS": "", "GOTOOLCHAIN": "local"}
    here = pathlib.Path(__file__).resolve().parents[1] / "Interop/pion-whip"
    subprocess.run(["go", "build", "-o", folder / "pion-whip", "."], cwd=here, env=environment, check=True, timeout=300)
    return folder / "pion-whip"


def test_pion_restarts(pion, start_server, enter, room):
    """Pion publishes, restarts ICE by PATCH, is connected again, and ends: nobody leaves in between."""
    server = start_server("--public-address", os.environ.get("MEETING_TEST_HOST", "127.0.0.1"))
    ana = enter("Ana", server=server)
    done = subprocess.run([pion, "-url", f"{server.url}/whip/{room}?name=Pion", "-restart", "-seconds", "1"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert (report["Post"], report["Patch"], report["Delete"], report["Restarted"]) == (201, 200, 200, True)
    assert [(one["type"], one["participant"]["name"]) for one in ana.since() if one["type"] in ("joined", "left")] == [("joined", "Pion"), ("left", "Pion")]


def test_publisher_appears(enter, session, room):
    """Who publishes by WHIP is a participant with microphone and camera on, until DELETE."""
    ana = enter("Ana")
    camera = session().publish(room, name="Stage")
    joined = ana.wait_for("joined")["participant"]
    assert (joined["name"], joined["kind"], joined["role"]) == ("Stage", "headless", "member")
    assert (joined["microphone"], joined["camera"]) == ("on", "on")
    assert ana.wait_for("topology")["mode"] == "sfu"
    camera.wait_until_connected()
    assert camera.delete().status == 200
    assert ana.wait_for("left")["reason"] == "left"
    assert camera.delete().status == 404


def test_published_is_played(session, room):
    """What is published by WHIP is seen and heard by WHEP, in a room without anybody else."""
    session().publish(room, luma=200).wait_until_connected()
    viewer = session().watch(room)
    viewer.wait_for(lambda: viewer.lumas and abs(viewer.lumas[-1] - 200) < 25, "no picture")
    viewer.wait_for(lambda: viewer.sounds > 10, "no sound")


def test_one_participant(enter, session, room):
    """WHEP of one participant shows nobody else."""
    ana = enter("Ana")
    session().publish(room, luma=60, name="Dark").wait_until_connected()
    dark = ana.wait_for("joined")["participant"]["id"]
    session().publish(room, luma=210, name="Bright").wait_until_connected()
    bright = ana.wait_for("joined")["participant"]["id"]
    for who, luma in ((dark, 60), (bright, 210)):
        viewer = session().watch(f"{room}/{who}")
        viewer.wait_for(lambda: len(viewer.lumas) > 5 and abs(viewer.lumas[-1] - luma) < 25, "the wrong picture")
        assert all(abs(seen - luma) < 25 for seen in viewer.lumas)


def test_viewer_is_seen(enter, session, room):
    """Who watches by WHEP is listed as a viewer."""
    ana = enter("Ana")
    session().watch(room)
    joined = ana.wait_for("joined")["participant"]
    assert (joined["role"], joined["camera"], joined["microphone"]) == ("viewer", "off", "off")


def test_remove(enter, session, room):
    """A host sends a publisher away; the session is over."""
    ana = enter("Ana")
    camera = session().publish(room).wait_until_connected()
    who = ana.wait_for("joined")["participant"]["id"]
    ana.ask("moderate", action="remove", participant=who)
    assert camera.delete().status == 404


def test_ice_restart(session, server, room):
    """PATCH: candidates need the ETag; an ICE restart gives new credentials and a new ETag."""
    camera = session().publish(room).wait_until_connected()
    tag, where = camera.answer.headers["ETag"], camera.location
    assert re.fullmatch(r'"[^"]+"', tag)
    candidate = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
    assert ask(server, "PATCH", where, candidate, FRAGMENT, If_Match=tag).status == 204
    assert ask(server, "PATCH", where, candidate, FRAGMENT, If_Match='"other"').status == 412
    assert ask(server, "PATCH", where, candidate, FRAGMENT).status == 428
    assert ask(server, "PATCH", where, candidate, "text/plain", If_Match=tag).status == 415
    assert ask(server, "PATCH", where, "nonsense", FRAGMENT, If_Match=tag).status == 400
    assert ask(server, "PATCH", where, candidate, FRAGMENT, If_Match="*").status == 400
    answer = ask(server, "PATCH", where, restarted(camera.offer), FRAGMENT, If_Match="*")
    assert answer.status == 200 and answer.headers["Content-Type"] == FRAGMENT, answer.text
    assert answer.headers["ETag"] not in (tag, None)
    for part in ("a=ice-ufrag:", "a=ice-pwd:", "a=candidate:"):
        assert part in answer.text
    assert ask(server, "PATCH", where, candidate, FRAGMENT, If_Match=tag).status == 412


def test_refusals(enter, session, server, room):
    """Each refusal has its status and the code that signalling has for it."""
    def post(path, body, **more):
        answer = ask(server, "POST", path, body, **more)
        return answer.status, answer.problem()["code"]

    offer = session()
    offer.publish(room)
    offer.delete()
    sdp = offer.offer
    assert post("/whip/No_Room", sdp) == (404, "bad-room")
    assert post(f"/whip/{room}?name=%00", sdp) == (400, "bad-name")
    assert post(f"/whip/{room}", sdp, Authorization="Bearer x") == (401, "bad-token")
    assert post(f"/whip/{room}", sdp, type="text/plain") == (415, "bad-message")
    assert post(f"/whip/{room}", "hello") == (400, "bad-message")
    assert post(f"/whip/{room}", sdp.replace("sendrecv", "recvonly")) == (422, "bad-message")
    assert post(f"/whip/{room}", sdp.replace("a=rtcp-mux\r\n", "")) == (422, "bad-message")
    assert post(f"/whip/{room}", sdp + "a=x\r\n" * 40_000) == (413, "bad-message")
    assert post(f"/whep/{room}/nobody", sdp) == (404, "no-such-participant")
    assert post(f"/whip/{room}", sdp, Origin="https://elsewhere.example") == (403, "not-allowed")
    ana = enter("Ana")
    ana.ask("moderate", action="lock")
    assert post(f"/whip/{room}", sdp) == (403, "room-locked")
    ana.ask("moderate", action="unlock")
    ana.ask("moderate", action="lobby", on=True)
    assert post(f"/whip/{room}", sdp) == (403, "not-allowed")


def test_methods(server, room):
    """Other methods are refused with what is allowed; OPTIONS says what is taken, also to a page of the server's own."""
    for method in ("GET", "PUT", "DELETE"):
        answer = ask(server, method, f"/whip/{room}")
        assert answer.status == 405 and answer.headers["Allow"] == "POST, OPTIONS"
    answer = ask(server, "GET", f"/whip/{room}/sessions/x")
    assert answer.status == 405 and answer.headers["Allow"] == "PATCH, DELETE, OPTIONS"
    answer = ask(server, "OPTIONS", f"/whip/{room}", Origin=server.url)
    assert answer.status == 200 and answer.headers["Accept-Post"] == "application/sdp"
    assert answer.headers["Access-Control-Allow-Origin"] == server.url
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]


def test_ice_servers(session, room):
    """The answer names STUN and TURN servers (RFC 9725 §4.6)."""
    links = session().publish(room).answer.headers.get_all("Link")
    assert any(link.startswith("<stun:") for link in links)
    assert any(link.startswith("<turn:") and "credential=" in link for link in links)


def test_browser_sees_and_hears(meet, session, wires):
    """What is published by WHIP has a tile in the page, with picture and sound; WHEP plays what the browser sends."""
    ana = meet.join("Ana")
    session(meet.server).publish(meet.room, name="Stage").wait_until_connected()
    ana.sees("Stage")
    wait_until(ana, lambda: sum(link["frames"] for link in ana.inbound()) > 20, "no picture")
    wait_until(ana, lambda: sum(link["energy"] for link in ana.inbound()) > 0.01, "no sound")
    assert ana.video_moves("Stage")
    people = wires(meet.server).hello(meet.room, "Ear")["participants"]
    ana_id = next(person["id"] for person in people if person["name"] == "Ana")
    viewer = session(meet.server).watch(f"{meet.room}/{ana_id}")
    viewer.wait_for(lambda: len(viewer.lumas) > 20, "no picture of the browser")
    viewer.wait_for(lambda: viewer.sounds > 0, "no sound of the browser")
