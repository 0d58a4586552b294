"""One person in a browser, who finds things by their accessible names and by nothing else."""
import re, time

from playwright.sync_api import expect

# Notes every RTCPeerConnection that the page makes, so that tests can ask the browser itself what flows.
WATCH_PEER_CONNECTIONS = """
(() => {
  const Real = globalThis.RTCPeerConnection;
  if (!Real) return;
  globalThis.watchedPeerConnections = [];
  globalThis.RTCPeerConnection = class extends Real {
    constructor(...all) { super(...all); globalThis.watchedPeerConnections.push(this); }
  };
})();
"""

INBOUND = """
async () => {
  const all = {audioEnergy: 0, frames: 0, audioTracks: 0, videoTracks: 0, connected: 0, concealed: 0, samples: 0, freezes: 0, width: 0, bytes: 0};
  for (const pc of globalThis.watchedPeerConnections ?? []) {
    if (pc.connectionState === 'connected') all.connected += 1;
    if (pc.connectionState === 'closed') continue;
    for (const report of (await pc.getStats()).values()) {
      if (report.type !== 'inbound-rtp') continue;
      all.bytes += report.bytesReceived ?? 0;
      if (report.kind === 'audio') {
        all.audioEnergy += report.totalAudioEnergy ?? 0; all.audioTracks += 1;
        all.concealed += report.concealedSamples ?? 0; all.samples += report.totalSamplesReceived ?? 0;
      } else {
        all.frames += report.framesDecoded ?? 0; all.videoTracks += 1; all.freezes += report.freezeCount ?? 0;
        all.width = Math.max(all.width, report.frameWidth ?? 0);
      }
    }
  }
  return all;
}
"""


class Person:
    def __init__(self, page, name):
        self.page, self.name = page, name
        self.errors = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    # Joining

    def open(self, url):
        self.page.goto(url)
        return self

    def fill_name(self):
        self.page.get_by_role("textbox", name="Your name").fill(self.name, timeout=8000)
        return self

    def join(self, url, wait=True):
        self.open(url).fill_name()
        self.button("Join meeting").click()
        if wait:
            self.wait_for_state("joined")
        return self

    def wait_for_state(self, state, seconds=20):
        self.page.wait_for_function(
            "state => document.documentElement.dataset.meetingState === state", arg=state, timeout=seconds * 1000)

    @property
    def state(self):
        return self.page.evaluate("document.documentElement.dataset.meetingState")

    # Finding things

    def button(self, name, exact=True):
        return self.page.get_by_role("button", name=name, exact=exact)

    @property
    def toolbar(self):
        return self.page.get_by_role("toolbar", name="Meeting controls")

    def control(self, name):
        return self.toolbar.get_by_role("button", name=name, exact=True)

    def tile(self, name):
        """The tile whose accessible name starts with the participant's name."""
        starts = re.compile("^" + re.escape(name))
        return self.page.get_by_role("listitem", name=starts).or_(
            self.page.get_by_role("group", name=starts)).filter(has=self.page.locator("video")).first

    def sees(self, name, seconds=20):
        expect(self.tile(name)).to_be_visible(timeout=seconds * 1000)
        return self

    def does_not_see(self, name, seconds=20):
        expect(self.tile(name)).to_have_count(0, timeout=seconds * 1000)
        return self

    # Chat and people

    def open_panel(self, name):
        region = self.page.get_by_role("region", name=name, exact=True)
        if not region.is_visible():
            self.control(name).click()
        expect(region).to_be_visible()
        return region

    def says(self, text):
        chat = self.open_panel("Chat")
        chat.get_by_role("textbox", name="Message").fill(text)
        chat.get_by_role("button", name="Send", exact=True).click()
        return self

    def reads(self, text, seconds=15):
        expect(self.open_panel("Chat").get_by_role("log")).to_contain_text(text, timeout=seconds * 1000)
        return self

    def has_not_read(self, text):
        expect(self.open_panel("Chat").get_by_role("log")).not_to_contain_text(text)
        return self

    # What flows, as the browser itself tells it

    def inbound(self):
        return self.page.evaluate(INBOUND)

    def wait_for_media(self, people=1, video=True, audio=True, seconds=45):
        """Waits until that many others are connected and their frames and sound keep coming."""
        deadline = time.monotonic() + seconds
        first = now = self.inbound()
        while time.monotonic() < deadline:
            now = self.inbound()
            moves = (not video or now["frames"] > first["frames"] + 5 * people) and \
                    (not audio or now["audioEnergy"] > first["audioEnergy"])
            if now["connected"] >= people and moves:
                return now
            self.page.wait_for_timeout(250)
        raise AssertionError(f"{self.name} gets no media: first {first}, then {now}")

    def leave(self):
        self.control("Leave meeting").click()
        self.wait_for_state("left")
