"""WHIP and WHEP by aiortc, an implementation of WebRTC that shares nothing with ours or with browsers.

asyncio runs in a thread of its own, so that tests stay plain."""
import array, asyncio, fractions, json, math, re, threading, time, urllib.error, urllib.parse, urllib.request

import av
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack


class Loop:
    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def run(self, coroutine, seconds=30):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(seconds)


class Answer:
    """Status, headers and text of an HTTP answer; an error is an answer."""

    def __init__(self, response):
        self.status, self.headers, self.text = response.status, response.headers, response.read().decode()

    def problem(self):
        assert self.headers["Content-Type"] == "application/problem+json", self.headers
        return json.loads(self.text)


def ask(server, method, path, body=None, type="application/sdp", **headers):
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None and type:
        fields["Content-Type"] = type
    data = body.encode() if isinstance(body, str) else body
    request = urllib.request.Request(server.url + path, data=data, headers=fields, method=method)
    try:
        return Answer(urllib.request.urlopen(request, timeout=10, context=server.tls_context))
    except urllib.error.HTTPError as error:
        return Answer(error)


class Shade(VideoStreamTrack):
    """A picture of one shade, so that who sees it knows whose it is."""

    def __init__(self, luma):
        super().__init__()
        self.luma = luma

    async def recv(self):
        pts, base = await self.next_timestamp()
        frame = av.VideoFrame(320, 240, "yuv420p")
        for plane, value in zip(frame.planes, (self.luma, 128, 128)):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, base
        return frame


class Tone(MediaStreamTrack):
    """A loud 440 Hz."""

    kind = "audio"

    def __init__(self):
        super().__init__()
        self.start, self.pts = None, 0

    async def recv(self):
        self.start = self.start or time.monotonic()
        await asyncio.sleep(max(0, self.start + self.pts / 48_000 - time.monotonic()))
        samples = range(self.pts, self.pts + 960)
        wave = array.array("h", (int(16_000 * math.sin(sample * 2 * math.pi * 440 / 48_000)) for sample in samples))
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        frame.planes[0].update(wave.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self.pts, fractions.Fraction(1, 48_000)
        self.pts += 960
        return frame


class Session:
    """One session of WHIP or WHEP."""

    def __init__(self, loop, server):
        self.loop, self.server = loop, server
        self.pc = loop.run(self._make())
        self.lumas, self.sounds = [], 0
        self.answer = self.location = None

    async def _make(self):
        return RTCPeerConnection()

    def publish(self, room, luma=200, **query):
        async def offer():
            self.pc.addTrack(Tone())
            self.pc.addTrack(Shade(luma))
            await self.pc.setLocalDescription(await self.pc.createOffer())
            return self.pc.localDescription.sdp

        return self._post(f"/whip/{room}", self.loop.run(offer()), query)

    def watch(self, path, **query):
        async def offer():
            @self.pc.on("track")
            def on_track(track):
                asyncio.ensure_future(self._take(track))

            self.pc.addTransceiver("audio", direction="recvonly")
            self.pc.addTransceiver("video", direction="recvonly")
            await self.pc.setLocalDescription(await self.pc.createOffer())
            return self.pc.localDescription.sdp

        return self._post(f"/whep/{path}", self.loop.run(offer()), query)

    def _post(self, path, sdp, query):
        self.offer = sdp
        self.answer = ask(self.server, "POST", path + ("?" + urllib.parse.urlencode(query) if query else ""), sdp)
        assert self.answer.status == 201, f"{self.answer.status} {self.answer.text}"
        self.location = self.answer.headers["Location"]
        self.loop.run(self.pc.setRemoteDescription(RTCSessionDescription(self.answer.text, "answer")))
        return self

    async def _take(self, track):
        try:
            while True:
                frame = await track.recv()
                if track.kind == "audio":
                    self.sounds += int(max(array.array("h", bytes(frame.planes[0]))) > 1_000)
                else:
                    self.lumas.append(bytes(frame.planes[0])[frame.width // 2])
        except Exception:
            pass  # the track has ended

    def wait_for(self, condition, what, seconds=20):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{what}: {self.pc.connectionState}, {self.lumas[-5:]}, {self.sounds}"
            time.sleep(0.05)

    def wait_until_connected(self):
        self.wait_for(lambda: self.pc.connectionState == "connected", "no connection")
        return self

    def delete(self):
        return ask(self.server, "DELETE", self.location)

    def close(self):
        self.loop.run(self.pc.close())


def restarted(offer):
    """A fragment with new ICE credentials for an offer."""
    mid = re.search(r"a=mid:(\S+)", offer)[1]
    line = re.search(r"^m=.*$", offer, re.M)[0].strip()
    return f"{line}\r\na=mid:{mid}\r\na=ice-ufrag:newf\r\na=ice-pwd:abcdefghijklmnopqrstuvwxyz\r\n"
