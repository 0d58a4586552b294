"""Records offers of stacks that are no browsers into this folder: aiortc (PyPI) and GStreamer's webrtcbin (Debian).

    python3 record_others.py aiortc|gstreamer

Pion's (Debian's golang-github-pion-webrtc.v3-dev) come from record_pion.go."""
import asyncio, pathlib, sys

HERE = pathlib.Path(__file__).resolve().parent


def keep(name, sdp):
    (HERE / f"{name}.sdp").write_bytes("".join(line + "\r\n" for line in sdp.splitlines()).encode())
    print(name, len(sdp))


async def aiortc():
    import aiortc
    from aiortc.contrib.media import MediaPlayer  # noqa: F401  (its import shows that codecs are there)
    from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

    connection = aiortc.RTCPeerConnection()
    connection.addTrack(AudioStreamTrack())
    connection.addTrack(VideoStreamTrack())
    connection.addTransceiver("video", direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    keep(f"aiortc-{aiortc.__version__}", connection.localDescription.sdp)
    await connection.close()


def gstreamer():
    import gi
    gi.require_version("Gst", "1.0")
    gi.require_version("GstSdp", "1.0")
    gi.require_version("GstWebRTC", "1.0")
    from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: F401  (the last two give the offer its type)
    Gst.init(None)
    pipeline = Gst.parse_launch(
        "webrtcbin name=w bundle-policy=max-bundle "
        "videotestsrc ! vp8enc deadline=1 ! rtpvp8pay pt=96 ! w. audiotestsrc ! opusenc ! rtpopuspay pt=97 ! w.")
    webrtc, loop = pipeline.get_by_name("w"), GLib.MainLoop()

    def created(promise, _):
        promise.wait()
        reply = promise.get_reply()
        offer = reply["offer"]
        keep("gstreamer-" + Gst.version_string().split()[1], offer.sdp.as_text())
        loop.quit()

    webrtc.connect("on-negotiation-needed", lambda w: w.emit("create-offer", None, Gst.Promise.new_with_change_func(created, None)))
    pipeline.set_state(Gst.State.PLAYING)
    GLib.timeout_add(15_000, loop.quit)
    loop.run()
    pipeline.set_state(Gst.State.NULL)


asyncio.run(aiortc()) if sys.argv[1] == "aiortc" else gstreamer()
