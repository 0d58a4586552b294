"""One person in a browser, who finds things by their accessible names and by nothing else."""
import re, time

from playwright.sync_api import expect

# Notes every RTCPeerConnection that the page makes, so that tests can ask the browser itself what flows.
WATCH = """
(() => {
  const Real = globalThis.RTCPeerConnection;
  if (!Real) return;
  globalThis.watchedPeerConnections = [];
  globalThis.RTCPeerConnection = class extends Real {
    constructor(...all) { super(...all); globalThis.watchedPeerConnections.push(this); }
  };
  // The server is the only one who does not check by itself.
  globalThis.isServerLink = (pc) => pc.remoteDescription?.sdp.includes('a=ice-lite') ?? false;
  globalThis.linksToPeople = () => globalThis.watchedPeerConnections.filter((pc) => !isServerLink(pc));
  document.addEventListener('securitypolicyviolation', (event) =>
    console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
})();
"""

# One entry for each connected link to somebody, and for each pair of slots of the link to the server that ever had something:
# what came in over it so far.
INBOUND = """
async () => {
  const links = [];
  for (const pc of globalThis.watchedPeerConnections ?? []) {
    if (pc.connectionState !== 'connected') continue;
    const none = () => ({energy: 0, frames: 0, samples: 0, concealed: 0, silent: 0, audioBytes: 0, videoBytes: 0, width: 0});
    const isServer = isServerLink(pc), slots = new Map(), whole = none();
    const sections = pc.remoteDescription.sdp.split(/^m=/m);
    const slotOf = (mid) => /a=msid:(\\S+)/.exec(sections.find((section) => section.split(/\\s+/).includes(`a=mid:${mid}`)) ?? '')?.[1] ?? mid;
    for (const report of (await pc.getStats()).values()) {
      if (report.type !== 'inbound-rtp') continue;
      let link = whole;
      if (isServer) {
        const slot = slotOf(report.mid);
        if (!slots.has(slot)) slots.set(slot, none());
        link = slots.get(slot);
      }
      if (report.kind === 'audio') {
        link.energy += report.totalAudioEnergy ?? 0;
        link.samples += report.totalSamplesReceived ?? 0;
        link.concealed += report.concealedSamples ?? 0;
        link.silent += report.silentConcealedSamples ?? 0;
        link.audioBytes += report.bytesReceived ?? 0;
      } else {
        link.frames += report.framesDecoded ?? 0;
        link.videoBytes += report.bytesReceived ?? 0;
        link.width = Math.max(link.width, report.frameWidth ?? 0);
      }
    }
    links.push(...(isServer ? slots.values() : [whole]));
  }
  return links;
}
"""

# What the browser itself writes to the console when the server cannot be reached. No page can prevent it.
SERVER_IS_GONE = r"WebSocket connection to .* failed|net::ERR_|can.t establish a connection|was interrupted while"


class Person:
    def __init__(self, page, name):
        self.page, self.name = page, name
        self.console, self.tolerated = [], None
        page.on("pageerror", lambda error: self.console.append(f"error: {error}"))
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))

    def tolerates(self, pattern):
        """These errors in the console are the test's doing and not the page's."""
        self.tolerated = re.compile(pattern)
        return self

    @property
    def errors(self):
        return [line for line in self.console if line.startswith("error:") and not (self.tolerated and self.tolerated.search(line))]

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
        return self.until(f"document.documentElement.dataset.meetingState === '{state}'", seconds)

    def until(self, expression, seconds=30):
        """Waits until an expression is true in the page. Not `wait_for_function`: its polling needs the `eval` that the
        page's security policy forbids."""
        deadline = time.monotonic() + seconds
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, f"{self.name}: not within {seconds} s: {expression}"
            self.page.wait_for_timeout(50)
        return self

    @property
    def url(self):
        return self.page.url

    def picture(self, path):
        self.page.screenshot(path=path, timeout=5000)

    @property
    def state(self):
        return self.page.evaluate("document.documentElement.dataset.meetingState")

    def mark(self):
        """Puts something into the page that no reload survives."""
        self.page.evaluate("globalThis.neverReloaded = true")
        return self

    def has_not_reloaded(self):
        assert self.page.evaluate("globalThis.neverReloaded === true"), f"the page of {self.name} was reloaded"

    # Finding things

    def button(self, name, exact=True):
        return self.page.get_by_role("button", name=name, exact=exact)

    @property
    def toolbar(self):
        return self.page.get_by_role("toolbar", name="Meeting controls")

    def control(self, name):
        return self.toolbar.get_by_role("button", name=name, exact=True)

    def has_control(self, name, seconds=15):
        expect(self.control(name)).to_be_visible(timeout=seconds * 1000)
        return self

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

    def sees_that(self, name, words, seconds=20):
        """The tile's accessible name says so, as a screen reader would."""
        expect(self.tile(name)).to_have_accessible_name(re.compile(re.escape(words)), timeout=seconds * 1000)
        return self

    def sees_no_more_that(self, name, words, seconds=20):
        expect(self.tile(name)).not_to_have_accessible_name(re.compile(re.escape(words)), timeout=seconds * 1000)
        return self

    def text(self, words, seconds=20):
        """Some visible text with these words."""
        expect(self.page.get_by_text(words).first).to_be_visible(timeout=seconds * 1000)
        return self

    # Panels and menus

    def open_panel(self, name):
        region = self.page.get_by_role("region", name=name, exact=True)
        if not region.is_visible():
            self.toolbar.get_by_role("button", name=re.compile(f"^{name}")).click()
        expect(region).to_be_visible()
        return region

    def choose_more(self, item):
        self.control("More options").click()
        menu = self.page.get_by_role("menu", name="More options")
        menu.get_by_role("menuitem", name=item, exact=True).or_(
            menu.get_by_role("menuitemcheckbox", name=item, exact=True)).first.click()
        return self

    def moderates(self, name, item):
        self.open_panel("People").get_by_role("button", name=f"Options for {name}", exact=True).click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()
        return self

    def says(self, text, to=None):
        chat = self.open_panel("Chat")
        if to:
            chat.get_by_role("combobox", name="To").select_option(label=to)
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
        """Waits until that many links are up and over each of them frames are decoded and sound comes, from now on."""
        deadline = time.monotonic() + seconds
        first, now = None, self.inbound()
        while time.monotonic() < deadline:
            if len(now) == people and (first is None or len(first) != people):
                first = now
            if len(now) == people and all(self.flows(one, other, video, audio) for one, other in zip(first, now)):
                return now
            self.page.wait_for_timeout(300)
            now = self.inbound()
        raise AssertionError(f"{self.name} does not see and hear {people}: first {first}, then {now}")

    def wait_for_somebody(self, seconds=40):
        """Waits until pictures and sound come from somebody, whatever came in other slots before."""
        deadline, before = time.monotonic() + seconds, self.inbound()
        while time.monotonic() < deadline:
            self.page.wait_for_timeout(500)
            now = self.inbound()
            if any(self.flows(old, one, True, True) for old, one in zip(before, now)):
                return self
            if len(before) != len(now):
                before = now
        raise AssertionError(f"{self.name} sees and hears nobody: {before}, then {now}")

    @staticmethod
    def flows(first, now, video, audio):
        return (not video or now["frames"] > first["frames"] + 5) and (not audio or now["energy"] > first["energy"] + 1e-6)

    def hears_nothing_new(self, seconds=20):
        """Waits until for a whole second no sound comes in any more."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            before = sum(link["energy"] for link in self.inbound())
            self.page.wait_for_timeout(1000)
            if sum(link["energy"] for link in self.inbound()) - before < 1e-6:
                return self
        raise AssertionError(f"{self.name} still hears something")

    def video_moves(self, name):
        """Whether the picture in that tile is drawn and goes on."""
        video = self.tile(name).locator("video").first
        before = video.evaluate("video => video.currentTime")
        self.page.wait_for_timeout(700)
        return video.evaluate("video => video.videoWidth > 0 && !video.paused") and video.evaluate("video => video.currentTime") > before

    def leave(self):
        self.control("Leave meeting").click()
        return self.wait_for_state("left")
