"""People in browsers behind the NATs of network.py. Each side of the network has a thread that lives in its namespace: what the
thread starts, Playwright's driver and the browser, lives there too. Tests talk to it through stand-ins."""
import concurrent.futures, json, queue, threading, time

from playwright.sync_api import sync_playwright

from network import enter
from person import WATCH, Person

CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream=fps=10", "--use-fake-ui-for-media-stream",
    # TURN over TLS asks for a certificate as the page does, and no exception of a profile counts for it.
    "--ignore-certificate-errors",
]
FIREFOX = {
    "media.navigator.streams.fake": True, "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False, "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
}

# The way of every connected link to somebody (or, with true, to the server): the candidates of the pair in use.
WAYS = """
async (isServer) => {
  const ways = [];
  for (const pc of globalThis.watchedPeerConnections ?? []) {
    if (isServerLink(pc) !== isServer) continue;
    if (pc.connectionState !== 'connected') continue;
    const reports = [...(await pc.getStats()).values()];
    const transport = reports.find(({type}) => type === 'transport');
    const pair = reports.find(({id}) => id === transport?.selectedCandidatePairId) ?? reports.find(({type, selected}) => type === 'candidate-pair' && selected);
    const candidate = (id) => reports.find((report) => report.id === id) ?? {};
    const local = candidate(pair?.localCandidateId), remote = candidate(pair?.remoteCandidateId);
    ways.push({local: local.candidateType, by: local.relayProtocol, protocol: local.protocol, address: local.address, remote: remote.candidateType, theirs: remote.address});
  }
  return ways;
}
"""

# Leaves a page only those servers whose URL has these words. A busy browser stays with the first way it finds; a test of one
# way must not offer another.
ONLY = """
((words) => {
  const Real = globalThis.RTCPeerConnection;
  const narrowed = (configuration) => ({...configuration, iceServers: (configuration?.iceServers ?? []).map((server) =>
    ({...server, urls: [server.urls].flat().filter((url) => url.includes(words))})).filter(({urls}) => urls.length > 0)});
  globalThis.RTCPeerConnection = class extends Real {
    constructor(configuration) { super(narrowed(configuration)); }
    setConfiguration(configuration) { super.setConfiguration(narrowed(configuration)); }
  };
})
"""

# Every pair that was tried, for the sentence of a failed test.
PAIRS = """
async () => {
  const pairs = [];
  for (const pc of globalThis.watchedPeerConnections ?? []) {
    const reports = await pc.getStats();
    const name = (id) => { const one = reports.get(id) ?? {}; return `${one.candidateType} ${one.protocol} ${one.address ?? ''}:${one.port}`; };
    for (const pair of reports.values()) {
      if (pair.type === 'candidate-pair') pairs.push(`${name(pair.localCandidateId)} - ${name(pair.remoteCandidateId)} ${pair.state} ${pair.requestsSent}/${pair.responsesReceived}`);
    }
  }
  return pairs;
}
"""

# What gathering with these servers finds, in at most so many milliseconds.
GATHER = """
async ([iceServers, milliseconds]) => {
  const pc = new RTCPeerConnection({iceServers, iceTransportPolicy: 'relay'});
  const candidates = [], errors = [];
  pc.createDataChannel('x');
  await new Promise((resolve) => {
    pc.onicecandidate = ({candidate}) => { if (!candidate) resolve(); else if (candidate.candidate) candidates.push(candidate.candidate); };
    pc.onicecandidateerror = ({url, errorCode, errorText}) => { errors.push({url, code: errorCode, text: errorText}); };
    pc.onicegatheringstatechange = () => { if (pc.iceGatheringState === 'complete') resolve(); };
    setTimeout(resolve, milliseconds);
    pc.setLocalDescription();
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  pc.close();
  return {candidates, errors};
}
"""


def name_of(way, server):
    if way["local"] == "relay":
        return way["by"]
    return "direct-tcp" if server and way["protocol"] == "tcp" else "direct"


class Caller(Person):
    """A person whose signalling and ways are looked at."""

    def __init__(self, page, name):
        super().__init__(page, name)
        self.heard, self.said = [], []
        page.on("websocket", self.listen)

    def listen(self, line):
        line.on("framereceived", lambda text: self.heard.append(json.loads(text)))
        line.on("framesent", lambda text: self.said.append(json.loads(text)))

    def messages(self, *types):
        """Messages of these types that the server sent to this page so far."""
        self.pause(0.01)
        return [message for message in self.heard if not types or message["type"] in types]

    def ice_servers(self):
        """The latest that the server gave."""
        return self.messages("welcome", "iceServers")[-1]["iceServers"]

    def ways(self, server=False):
        return self.page.evaluate(WAYS, server)

    def wait_for_way(self, *allowed, seconds=20, server=False):
        """Waits until every link goes one of these ways: `direct`, or by our own relay over `udp`, `tcp`, `tls`; with `server`
        the link to the server, whose straight ways are `direct` and `direct-tcp`. The best one is not always the first that
        browsers try."""
        deadline = time.monotonic() + seconds
        while True:
            ways = self.ways(server)
            if ways and all(name_of(way, server) in allowed for way in ways):
                return self
            assert time.monotonic() < deadline, f"{self.name} is connected by {ways}, not {allowed}, of {self.page.evaluate(PAIRS)}"
            self.pause(0.2)

    def only(self, words):
        """From the next page on, this browser knows only the servers whose URL has these words."""
        self.page.add_init_script(f"{ONLY}({json.dumps(words)})")
        return self

    def gather(self, ice_servers, seconds=8):
        return self.page.evaluate(GATHER, [ice_servers, seconds * 1000])

    def pause(self, seconds):
        """Waits while the page's events are heard."""
        self.page.wait_for_timeout(seconds * 1000)
        return self


class Site:
    """One side of the network, with the browsers on it."""

    def __init__(self, namespace):
        self.namespace = namespace
        self.work = queue.SimpleQueue()
        self.playwright, self.browsers, self.contexts = None, {}, []
        threading.Thread(target=self.live, daemon=True).start()

    def live(self):
        enter(self.namespace)
        while (task := self.work.get()) is not None:
            future, function, arguments, options = task
            try:
                future.set_result(function(*arguments, **options))
            except BaseException as error:  # raised again in the thread of the test
                future.set_exception(error)

    def later(self, function, *arguments, **options):
        future = concurrent.futures.Future()
        self.work.put((future, function, arguments, options))
        return future

    def do(self, function, *arguments, **options):
        return self.later(function, *arguments, **options).result(180)

    def browser(self, kind):
        if self.playwright is None:
            self.playwright = sync_playwright().start()
        if kind not in self.browsers:
            if kind == "firefox":
                self.browsers[kind] = self.playwright.firefox.launch(
                    channel="moz-firefox", executable_path="/usr/bin/firefox-esr", headless=True, firefox_user_prefs=FIREFOX)
            else:
                self.browsers[kind] = self.playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=CHROMIUM)
        return self.browsers[kind]

    def make(self, name, kind, options):
        options = {"viewport": {"width": 960, "height": 600}, "locale": "en-US", **options}
        context = self.browser(kind).new_context(ignore_https_errors=True, **options)
        context.set_default_timeout(20_000)
        context.add_init_script(WATCH)
        self.contexts.append(context)
        return Caller(context.new_page(), name)

    def person(self, name, kind="chromium", **options):
        """Somebody on this side with a browser, not yet on any page."""
        return StandIn(self, self.do(self.make, name, kind, options))

    def clear(self):
        def work():
            for context in self.contexts:
                context.close()
            self.contexts = []
        self.do(work)

    def close(self):
        def work():
            for browser in self.browsers.values():
                browser.close()
            if self.playwright:
                self.playwright.stop()
        self.do(work)
        self.work.put(None)


class StandIn:
    """A caller as the thread of the test sees it: whatever is asked is done by the thread of the caller's side."""

    def __init__(self, site, caller):
        self.site, self.caller = site, caller

    def __getattr__(self, name):
        value = self.site.do(getattr, self.caller, name)
        if not callable(value):
            return value
        return lambda *arguments, **options: self.answer(self.site.do(value, *arguments, **options))

    def answer(self, value):
        return self if value is self.caller else value

    def do(self, work):
        """`work(caller)` over there; for what needs the page itself."""
        return self.site.do(work, self.caller)

    def later(self, work):
        return self.site.later(work, self.caller)
