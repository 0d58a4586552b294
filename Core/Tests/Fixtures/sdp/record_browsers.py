"""Records offers of the installed browsers into this folder. In a network namespace of its own, with the project's Python:

    unshare -n bash -c 'ip link set lo up; ip link add m0 type veth peer name m1; ip addr add 198.18.0.1/24 dev m0;
      ip link set m0 up; ip link set m1 up; ip route add default via 198.18.0.254; .venv/bin/python Core/Tests/Fixtures/sdp/record_browsers.py'
"""
import pathlib

from playwright.sync_api import sync_playwright

HERE = pathlib.Path(__file__).resolve().parent
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--allow-loopback-in-peer-connection"]
FIREFOX = {"media.peerconnection.ice.obfuscate_host_addresses": False}

# What a page does before createOffer; `tracks` makes a track of a kind without any device.
CASES = {
    "two-way": """
        for (const track of tracks('audio', 'video')) connection.addTrack(track, stream)""",
    "sfu": """
        const [audio, video] = tracks('audio', 'video')
        connection.addTransceiver(audio, { direction: 'sendonly', streams: [stream] })
        connection.addTransceiver(video, { direction: 'sendonly', streams: [stream], sendEncodings: [
            { rid: 'q', scaleResolutionDownBy: 4 }, { rid: 'h', scaleResolutionDownBy: 2 }, { rid: 'f' }] })
        connection.addTransceiver('audio', { direction: 'recvonly' })
        connection.addTransceiver('video', { direction: 'recvonly' })
        connection.addTransceiver('video', { direction: 'recvonly' })""",
    "receive": """
        connection.addTransceiver('audio', { direction: 'recvonly' })
        connection.addTransceiver('video', { direction: 'recvonly' })""",
    "data": """
        connection.createDataChannel('data')
        connection.addTransceiver('audio', { direction: 'recvonly' })""",
}
RECORD = """async (body) => {
    const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' })
    const stream = new MediaStream()
    const silence = () => new AudioContext().createMediaStreamDestination().stream.getTracks()[0]
    const picture = () => {
        const canvas = document.createElement('canvas')
        canvas.getContext('2d')
        return canvas.captureStream(5).getTracks()[0]
    }
    const tracks = (...kinds) => kinds.map((kind) => kind === 'audio' ? silence() : picture())
    new Function('connection', 'stream', 'tracks', body)(connection, stream, tracks)
    await connection.setLocalDescription()
    for (let i = 0; i < 50 && connection.iceGatheringState !== 'complete'; i++) await new Promise((r) => setTimeout(r, 100))
    const sdp = connection.localDescription.sdp
    connection.close()
    return sdp
}"""


def record(browser, name):
    page = browser.new_context().new_page()
    for case, body in CASES.items():
        path = HERE / f"{name}-{case}.sdp"
        path.write_bytes(page.evaluate(RECORD, body).encode())
        print(path.name, path.stat().st_size, browser.version)
    browser.close()


with sync_playwright() as playwright:
    record(playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=CHROMIUM), "chromium-156")
    record(playwright.firefox.launch(channel="moz-firefox", executable_path="/usr/bin/firefox-esr", headless=True,
                                     firefox_user_prefs=FIREFOX), "firefox-153")
