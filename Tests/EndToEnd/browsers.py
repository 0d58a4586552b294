"""Fixtures for people in real browsers; a plugin of conftest.py."""
import itertools, os, pathlib, re, shutil

import pytest
from playwright.sync_api import sync_playwright

from cable import Cable
from person import WATCH, Person
from server import Server

ARTIFACTS = pathlib.Path(__file__).resolve().parents[2] / "artifacts"
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
]
FAKE_DEVICES = ["--use-fake-device-for-media-stream=fps=15"]
GRANTED = ["--use-fake-ui-for-media-stream"]
FIREFOX = {
    "media.navigator.streams.fake": True, "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False, "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
}


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def launch_chromium(playwright):
    """Chromium with flags of a test's own; each set of flags is launched once."""
    browsers = {}

    def launch(*flags):
        if flags not in browsers:
            browsers[flags] = playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=[*CHROMIUM, *flags])
        return browsers[flags]

    yield launch
    for browser in browsers.values():
        browser.close()


@pytest.fixture(scope="session")
def chromium(launch_chromium):
    """A browser with fake devices that may be used without asking."""
    return launch_chromium(*FAKE_DEVICES, *GRANTED)


@pytest.fixture(scope="session")
def firefox(playwright):
    if "MEETING_TEST_HOST" not in os.environ:
        pytest.skip("Firefox needs an interface that is not loopback: run as root")
    browser = playwright.firefox.launch(
        channel="moz-firefox", executable_path="/usr/bin/firefox-esr", headless=True, firefox_user_prefs=FIREFOX)
    yield browser
    browser.close()


def new_site(*arguments):
    """A server as browsers reach it: away from loopback a page needs TLS to be allowed devices."""
    host = os.environ.get("MEETING_TEST_HOST")
    return Server(*arguments, tls=bool(host), host=host or "127.0.0.1")


@pytest.fixture(scope="session")
def common_site():
    server = new_site().start()
    yield server
    server.close()


@pytest.fixture
def site(request, common_site):
    """The server of a test's pages: the common one, or with `@pytest.mark.own_server` one that may be killed
    or has arguments of its own."""
    own = request.node.get_closest_marker("own_server")
    if own is None:
        yield common_site
        return
    server = new_site(*own.args).start()
    yield server
    server.close()


class Meet:
    """People who join one room, each in a browser profile of his own."""

    def __init__(self, server, chromium, room):
        self.server, self.chromium, self.room = server, chromium, room
        self.people, self.contexts, self.cables = [], [], []

    @property
    def url(self):
        return f"{self.server.url}/r/{self.room}"

    def cable(self):
        """A line to the server that the test can cut; `cable.url` is the meeting's address through it."""
        cable = Cable(self.server)
        cable.url = f"{self.server.scheme}://{self.server.host}:{cable.port}/r/{self.room}"
        self.cables.append(cable)
        return cable

    def person(self, name, browser=None, context=None, **options):
        """Somebody with a browser, not yet on any page."""
        if context is None:
            options.setdefault("viewport", {"width": 960, "height": 600})
            options.setdefault("locale", "en-US")
            context = (browser or self.chromium).new_context(ignore_https_errors=True, **options)
            context.set_default_timeout(20_000)
            context.add_init_script(WATCH)
            self.contexts.append(context)
        person = Person(context.new_page(), name)
        self.people.append(person)
        return person

    def join(self, *names, url=None, **options):
        """These people join one after the other; returns them."""
        people = [self.person(name, **options).join(url or self.url) for name in names]
        return people[0] if len(people) == 1 else people

    def close(self):
        for context in self.contexts:
            context.close()
        for cable in self.cables:
            cable.close()


@pytest.fixture
def meet(site, chromium, room, request):
    meet = Meet(site, chromium, room)
    yield meet
    troubles = {person.name: person.errors for person in meet.people if person.errors}
    failed = getattr(request.node, "failed", False)
    meet.close()
    if not failed:
        assert not troubles, f"errors in the console: {troubles}"


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    """A failed test leaves pictures behind, in artifacts/."""
    outcome = yield
    report = outcome.get_result()
    funcargs = getattr(item, "funcargs", {})
    meet = funcargs.get("meet") or funcargs.get("call")
    if report.when != "call" or not report.failed or meet is None:
        return
    item.failed = True
    folder = ARTIFACTS / re.sub(r"[^\w-]", "_", item.name)[:80]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, person in zip(itertools.count(), meet.people):
        try:
            person.picture(folder / f"{number}-{person.name}.png")
            report.sections.append((f"state of {person.name}", f"{person.state} at {person.url}"))
        except Exception as error:  # the page may be gone; the report matters more
            report.sections.append((f"no picture of {person.name}", str(error)))
        report.sections.append((f"console of {person.name}", "\n".join(person.console[-20:])))


def pytest_configure(config):
    config.addinivalue_line("markers", "own_server(*arguments): the test kills, restarts or configures its server")
