"""Fixtures; see README.md."""
import itertools, os, pathlib, random, string

import pytest
from playwright.sync_api import sync_playwright

from person import WATCH_PEER_CONNECTIONS, Person
from server import Server

CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
]
FAKE_DEVICES = ["--use-fake-device-for-media-stream=fps=15", "--use-fake-ui-for-media-stream"]
FIREFOX = {
    "media.navigator.streams.fake": True, "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False, "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
}
ARTIFACTS = pathlib.Path(__file__).resolve().parents[2] / "artifacts"


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as playwright:
        yield playwright


def launch_chromium(playwright, *more):
    # Where the page is not on loopback, it still needs a secure context for devices.
    host = os.environ.get("MEETING_TEST_HOST")
    secure = ["--unsafely-treat-insecure-origin-as-secure=" + ",".join(
        f"http://{host}:{port}" for port in ())] if host else []
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=[*CHROMIUM, *secure, *more])


@pytest.fixture(scope="session")
def chromium(playwright):
    browser = launch_chromium(playwright, *FAKE_DEVICES)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def firefox(playwright):
    browser = playwright.firefox.launch(
        channel="moz-firefox", executable_path="/usr/bin/firefox-esr", headless=True, firefox_user_prefs=FIREFOX)
    yield browser
    browser.close()


@pytest.fixture
def start_server():
    """Starts servers with arguments of the test's own; ends them after it."""
    servers = []

    def start(*arguments, **options):
        server = Server(*arguments, **options).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def server(start_server):
    return start_server()


class Meet:
    """People who join one room, each in a browser profile of his own."""

    def __init__(self, server, chromium):
        self.server, self.chromium = server, chromium
        self.room = "test-" + "".join(random.choices(string.ascii_lowercase + string.digits, k=10))
        self.people = []
        self.contexts = []

    @property
    def url(self):
        return f"{self.server.url}/r/{self.room}"

    def person(self, name, browser=None, context=None, **options):
        """Somebody with a browser, not yet on any page."""
        if context is None:
            options.setdefault("viewport", {"width": 960, "height": 600})
            options.setdefault("locale", "en-US")
            context = (browser or self.chromium).new_context(ignore_https_errors=True, **options)
            context.add_init_script(WATCH_PEER_CONNECTIONS)
            self.contexts.append(context)
        person = Person(context.new_page(), name)
        self.people.append(person)
        return person

    def join(self, *names, **options):
        """These people join one after the other; returns them."""
        people = [self.person(name, **options).join(self.url) for name in names]
        return people[0] if len(people) == 1 else people

    def close(self):
        for context in self.contexts:
            context.close()


@pytest.fixture
def meet(server, chromium):
    meet = Meet(server, chromium)
    yield meet
    meet.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test leaves pictures and the server's log behind."""
    outcome = yield
    report = outcome.get_result()
    meet = item.funcargs.get("meet")
    if report.when != "call" or not report.failed or meet is None:
        return
    folder = ARTIFACTS / item.name.replace("/", "_")[:80]
    folder.mkdir(parents=True, exist_ok=True)
    for number, person in zip(itertools.count(), meet.people):
        try:
            person.page.screenshot(path=folder / f"{number}-{person.name}.png")
            report.sections.append((f"console of {person.name}", "\n".join(person.errors[-20:])))
        except Exception as error:  # the page may be gone; the report matters more
            report.sections.append((f"no picture of {person.name}", str(error)))
    report.sections.append(("server log", meet.server.log_text()[-4000:]))
