"""The page of one person: joining, devices, phones, keyboards, languages, accessibility, weight."""
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browsers import FAKE_DEVICES, GRANTED

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}


# Home

def test_start_a_meeting(meet):
    """Home leads with one button to a new room whose name nobody can guess."""
    ana = meet.person("Ana")
    rooms = set()
    for _ in range(2):
        ana.open(meet.server.url + "/").button("Start a meeting").click()
        ana.wait_for_state("prejoin")
        rooms.add(re.fullmatch(r"/r/([a-z0-9-]{10,64})", ana.page.evaluate("location.pathname"))[1])
    assert len(rooms) == 2


@pytest.mark.parametrize("kind", ["name", "link"])
def test_enter_a_room(meet, kind):
    """Home takes a room name or a pasted link."""
    ana = meet.person("Ana").open(meet.server.url + "/")
    ana.page.get_by_role("textbox", name=re.compile("Room name", re.I)).fill(meet.url if kind == "link" else meet.room)
    ana.page.keyboard.press("Enter")
    ana.wait_for_state("prejoin")
    assert ana.page.evaluate("location.pathname") == "/r/" + meet.room


def test_bad_room_page(meet):
    """A link with a bad room name says why it is bad and leads home."""
    ana = meet.person("Ana").tolerates("404").open(meet.server.url + "/r/Bad_Name")
    ana.text("1 to 64").page.get_by_role("link").first.click()
    ana.wait_for_state("home")


# Before joining

def test_prejoin(meet):
    """Before joining there are the name, the picture of oneself, both switches and the devices; nothing is sent to anybody."""
    ana = meet.person("Ana").open(meet.url)
    expect(ana.page.get_by_role("textbox", name="Your name")).to_be_visible()
    for name in ("Join meeting", "Turn microphone off", "Turn camera off"):
        expect(ana.button(name)).to_be_visible()
    ana.until("[...document.querySelectorAll('video')].some(video => video.videoWidth > 0 && !video.paused)")
    if not ana.page.get_by_role("combobox", name="Camera").is_visible():
        ana.page.get_by_text("Devices", exact=True).first.click()
    for name in ("Microphone", "Camera", "Speaker"):
        expect(ana.page.get_by_role("combobox", name=name, exact=True)).to_be_visible()
    assert ana.inbound() == []


def test_switches_before_joining(meet):
    """The switches before joining change their names and carry over into the meeting."""
    ana = meet.person("Ana").open(meet.url).fill_name()
    ana.button("Turn camera off").click()
    expect(ana.button("Turn camera on")).to_be_visible()
    ana.button("Join meeting").click()
    ana.wait_for_state("joined").has_control("Turn camera on").has_control("Turn microphone off")


def test_name_is_needed(meet):
    """Nobody joins without a name; the page says so."""
    ana = meet.person("").open(meet.url)
    ana.button("Join meeting").click()
    ana.text(re.compile("who you are|your name", re.I))
    assert ana.state == "prejoin"


def test_name_is_remembered(meet):
    """The name is remembered for the next meeting, and Enter joins."""
    ana = meet.join("Ana")
    ana.leave()
    ana.open(meet.url + "-2")
    expect(ana.page.get_by_role("textbox", name="Your name")).to_have_value("Ana")
    ana.page.get_by_role("textbox", name="Your name").press("Enter")
    ana.wait_for_state("joined")


def test_who_is_inside(meet):
    """Before joining one sees who is inside already."""
    meet.join("Ana")
    meet.person("Ben").open(meet.url).text(re.compile("Ana is inside"))


def test_hostile_name(meet, wires):
    """A name made of markup is shown as the text it is."""
    wires(meet.server).hello(meet.room, "<img src=x onerror=alert(1)>")
    meet.join("Ana").sees("<img src=x onerror=alert(1)>")


# Devices

def test_devices_denied(meet, launch_chromium):
    """Who denies camera and microphone is told how to allow them, joins anyway, and sees and hears the others."""
    ana = meet.join("Ana")
    ben = meet.person("Ben", browser=launch_chromium(*FAKE_DEVICES)).open(meet.url).fill_name()
    ben.text(re.compile("does not allow", re.I)).text(re.compile("try again|allow", re.I))
    ben.button("Join meeting").click()
    ben.wait_for_state("joined").sees("Ana").wait_for_media()
    ana.sees_that("Ben", "muted").sees_that("Ben", "camera off")


def test_no_devices(meet, launch_chromium):
    """On a machine without camera and microphone one is told so, joins, sees, hears and writes."""
    ana = meet.join("Ana")
    ben = meet.person("Ben", browser=launch_chromium(*GRANTED)).open(meet.url).fill_name()
    ben.text(re.compile("No microphone and no camera found", re.I))
    ben.button("Join meeting").click()
    ben.wait_for_state("joined").wait_for_media()
    ben.says("I can only write")
    ana.reads("I can only write")


def test_devices_are_released(meet):
    """After leaving nothing listens and nothing watches: every track has ended."""
    ana = meet.person("Ana")
    ana.page.add_init_script("""
      globalThis.allTracks = [];
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wish) => { const stream = await ask(wish); allTracks.push(...stream.getTracks()); return stream; };""")
    ana.join(meet.url).leave()
    ana.until("allTracks.length > 0 && allTracks.every((track) => track.readyState === 'ended')", 5)


# Phones

@pytest.mark.parametrize("device", ["iPhone 15", "Pixel 7", "Pixel 7 landscape"])
def test_phone(meet, playwright, device):
    """On a phone everything is reachable: joining, the five buttons, the rest behind More options, the chat as a sheet."""
    options = dict(playwright.devices[device])
    options.pop("default_browser_type", None)
    ana = meet.join("Ana", **options)
    for name in ("Turn microphone off", "Turn camera off", "More options", "Leave meeting"):
        box = ana.has_control(name).control(name).bounding_box()
        assert min(box["width"], box["height"]) >= 44, f"{name} is {box}"
        assert box["x"] >= 0 and box["x"] + box["width"] <= options["viewport"]["width"]
        assert box["y"] >= 0 and box["y"] + box["height"] <= options["viewport"]["height"]
    ana.control("More options").tap()
    sheet = ana.page.get_by_role("menu", name="More options").or_(ana.page.get_by_role("dialog", name="More options")).first
    expect(sheet).to_be_visible()
    ana.page.keyboard.press("Escape")
    chat = ana.control("Chat")
    if chat.count() and chat.is_visible():
        chat.tap()
    else:
        ana.control("More options").tap()
        ana.page.get_by_role("menuitem", name=re.compile("^Chat")).first.tap()
    region = ana.page.get_by_role("region", name="Chat", exact=True)
    expect(region).to_be_visible()
    region.get_by_role("textbox", name="Message").fill("from the phone")
    region.get_by_role("button", name="Send", exact=True).tap()
    expect(region.get_by_role("log")).to_contain_text("from the phone")
    assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


@pytest.mark.parametrize("width, height", [(320, 568), (1280, 720), (3840, 2160)])
def test_sizes(meet, width, height):
    """From 320 px to 4K nothing scrolls sideways, before joining and in the meeting."""
    ana = meet.person("Ana", viewport={"width": width, "height": height}).open(meet.url)
    assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ana.fill_name().button("Join meeting").click()
    ana.wait_for_state("joined").has_control("Leave meeting")
    assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# Keyboard

def test_keyboard_only(meet):
    """With nothing but a keyboard one joins, switches, writes and leaves, and always sees where one is."""
    ana = meet.person("Ana").open(meet.url)
    press = ana.page.keyboard.press
    focused = "() => { const one = document.activeElement; return one.ariaLabel || one.textContent.trim() || one.labels?.[0]?.textContent.trim() || ''; }"

    is_shown = """() => [document.activeElement, ...document.activeElement.querySelectorAll('*')].map((one) => getComputedStyle(one))
        .some((style) => style.outlineStyle !== 'none' || style.boxShadow !== 'none')"""

    def tab_to(name, limit=40):
        for _ in range(limit):
            if re.match(name, ana.page.evaluate(focused)):
                assert ana.page.evaluate(is_shown), f"{name} has the focus and does not show it"
                return
            press("Tab")
        raise AssertionError(f"no way to {name} by Tab")

    ana.until("document.querySelector('input')")
    if not ana.page.evaluate("document.activeElement.tagName === 'INPUT'"):
        tab_to("Your name")
    ana.page.keyboard.type("Ana")
    tab_to("Join meeting")
    press("Enter")
    ana.wait_for_state("joined")
    tab_to("Turn microphone off")
    press("Enter")
    ana.has_control("Turn microphone on")
    tab_to("Chat")
    press("Enter")
    region = ana.page.get_by_role("region", name="Chat", exact=True)
    expect(region).to_be_visible()
    expect(region.get_by_role("textbox", name="Message")).to_be_focused()
    ana.page.keyboard.type("mvphc? written")  # shortcuts rest while one types
    press("Enter")
    expect(region.get_by_role("log")).to_contain_text("mvphc? written")
    ana.has_control("Turn microphone on").has_control("Turn camera off").has_control("Raise hand")
    press("Escape")
    expect(region).to_be_hidden()
    expect(ana.control("Chat")).to_be_focused()  # the focus returns to what opened it
    tab_to("Leave meeting")
    press("Enter")
    ana.wait_for_state("left")


def test_shortcuts(meet):
    """M, V, H, C, P and ? do what the help says, and Escape closes what is open."""
    ana = meet.join("Ana")
    press = ana.page.keyboard.press
    for key, before, after in (("m", "Turn microphone off", "Turn microphone on"), ("v", "Turn camera off", "Turn camera on"), ("h", "Raise hand", "Lower hand")):
        ana.has_control(before)
        press(key)
        ana.has_control(after)
        press(key)
        ana.has_control(before)
    for key, region in (("c", "Chat"), ("p", "People")):
        press(key)
        expect(ana.page.get_by_role("region", name=region, exact=True)).to_be_visible()
        if region == "Chat":  # the focus follows the panel; Escape before that would be a race with it
            expect(ana.page.get_by_role("textbox", name="Message")).to_be_focused()
        press("Escape")
        expect(ana.page.get_by_role("region", name=region, exact=True)).to_be_hidden()
        ana.until("!document.activeElement.matches('input, textarea')")
    press("?")
    dialog = ana.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    press("Escape")
    expect(dialog).to_be_hidden()


def test_push_to_talk(meet):
    """Space held down opens a muted microphone for as long as it is held."""
    ana = meet.join("Ana")
    ana.control("Turn microphone off").click()
    ana.has_control("Turn microphone on").page.evaluate("document.activeElement.blur()")
    ana.page.keyboard.down("Space")
    ana.has_control("Turn microphone off")
    ana.page.keyboard.up("Space")
    ana.has_control("Turn microphone on")


# Languages

@pytest.mark.parametrize("locale, join", [
    ("de-DE", "Besprechung beitreten|Beitreten|Teilnehmen"), ("es-ES", "Un"), ("fr-FR", "Rejoindre"), ("zh-CN", "加入"), ("ar", "انض|دخول"),
])
def test_languages(meet, locale, join):
    """The browser's language is the page's; Arabic runs from right to left."""
    ana = meet.person("Ana", locale=locale).open(meet.url)
    expect(ana.page.get_by_role("button", name=re.compile(join)).first).to_be_visible()
    assert ana.page.evaluate("document.documentElement.lang").split("-")[0] == locale.split("-")[0]
    assert ana.page.evaluate("getComputedStyle(document.body).direction") == ("rtl" if locale == "ar" else "ltr")
    assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_language_is_switched(meet):
    """The language is switched on the page, without a reload, and remembered."""
    ana = meet.person("Ana").open(meet.server.url + "/").mark()
    ana.button("Language and appearance").click()
    dialog = ana.page.get_by_role("dialog")
    dialog.get_by_text("العربية").first.click()
    ana.until("document.documentElement.dir === 'rtl' && document.documentElement.lang === 'ar'")
    ana.has_not_reloaded()
    ana.page.reload()
    ana.until("document.documentElement.dir === 'rtl'")


# Accessibility

def violations(person):
    found = Axe().run(person.page, options=WCAG).response["violations"]
    return [f"{one['id']}: {one['help']} {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe(meet, scheme):
    """axe finds nothing (WCAG 2.2 AA) on any screen, panel or dialog, in light and in dark."""
    found = {}

    def check(person, where):
        person.page.wait_for_timeout(350)  # colours that are still in transition are no colours
        if trouble := violations(person):
            found[where] = trouble

    ana = meet.person("Ana", color_scheme=scheme).open(meet.server.url + "/")
    ana.wait_for_state("home")
    check(ana, "home")
    ana.button("Language and appearance").click()
    check(ana, "language dialog")
    ana.open(meet.url).wait_for_state("prejoin")
    check(ana, "pre-join")
    ana.page.get_by_text("Devices", exact=True).first.click()
    check(ana, "pre-join with devices")
    ana.fill_name().button("Join meeting").click()
    ana.wait_for_state("joined")
    check(ana, "alone in the meeting")
    ben = meet.join("Ben", color_scheme=scheme)
    ana.sees("Ben")
    check(ana, "two in the meeting")
    ana.says("https://example.org and some words")
    ana.reads("some words")
    check(ana, "chat")
    ana.control("Turn microphone off").click()
    ana.control("Raise hand").click()
    ana.open_panel("People")
    check(ana, "people, muted, hand raised")
    ana.page.get_by_role("button", name="Options for Ben").click()
    check(ana, "menu of a person")
    ana.page.keyboard.press("Escape")
    ana.control("More options").click()
    check(ana, "more options")
    ana.page.keyboard.press("Escape")
    for item in ("Invite", "Devices", "Connection", "Keyboard shortcuts"):
        ana.choose_more(item)
        check(ana, item)
        ana.page.keyboard.press("Escape")
    ana.choose_more("Let guests wait")
    cleo = meet.person("Cleo", color_scheme=scheme).join(meet.url, wait=False).wait_for_state("waiting")
    check(cleo, "waiting")
    ana.text(re.compile("Cleo is waiting|Waiting to come in"))
    check(ana, "somebody waits")
    ben.control("Share screen").click()
    ana.until("[...document.querySelectorAll('video')].some(video => video.videoWidth >= 1000)", 30)
    check(ana, "a screen is shared")
    ana.leave()
    check(ana, "left")
    assert not found, "\n".join(f"{where}: {trouble}" for where, trouble in found.items())


def test_titles_and_live_region(meet):
    """Each screen has one first-level heading and a title; news is in a polite live region."""
    ana = meet.person("Ana").open(meet.server.url + "/").wait_for_state("home")
    for step in (lambda: None, lambda: ana.open(meet.url).wait_for_state("prejoin"), lambda: ana.join(meet.url), ana.leave):
        step()
        assert ana.page.get_by_role("heading", level=1).count() == 1, ana.state
        assert ana.page.title()
    ana.join(meet.url)
    meet.join("Ben")
    expect(ana.page.locator("[aria-live=polite], [role=status]").filter(has_text="Ben joined").first).to_be_attached(timeout=10_000)


# Weight and speed

def test_weight_and_first_paint(meet):
    """Everything the meeting page loads is under 120 kB compressed, from this server only, and is painted within half a second."""
    ana = meet.person("Ana")
    hosts = set()
    ana.page.on("request", lambda request: hosts.add(request.url.split("/")[2] if request.url.startswith("http") else None))
    paints = []
    for _ in range(3):  # the best of three: other tests' browsers may still be closing
        ana.open(meet.url).wait_for_state("prejoin")
        ana.until("performance.getEntriesByName('first-contentful-paint').length > 0")
        paints.append(ana.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        if len(paints) == 1:
            weight = ana.page.evaluate(
                "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, one) => sum + one.encodedBodySize, 0)")
    print(f"{weight} bytes, first contentful paint {paints} ms")
    assert hosts - {None} == {meet.server.url.split("/")[2]}
    assert weight < 120_000
    assert min(paints) < 500


def test_second_visit(meet):
    """A second visit loads nothing again but the page itself."""
    ana = meet.person("Ana").open(meet.url).wait_for_state("prejoin")
    ana.page.reload()
    ana.wait_for_state("prejoin")
    again = ana.page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => one.transferSize > 1000 && !one.name.includes('/api/')).map((one) => one.name)")
    assert again == []
