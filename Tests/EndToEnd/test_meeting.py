"""People in real browsers see, hear, read and moderate each other."""
import re, time

import pytest
from playwright.sync_api import expect


# Seeing and hearing

@pytest.mark.parametrize("names", [("Ana", "Ben"), ("Ana", "Ben", "Cleo"), ("Ana", "Ben", "Cleo", "Dan")], ids=["two", "three", "four"])
def test_see_and_hear(meet, names):
    """Two, three and four people decode each other's video and hear each other, every pair in both directions."""
    size = {"width": 480, "height": 360} if len(names) > 2 else {"width": 960, "height": 600}
    people = meet.join(*names, viewport=size)
    for person in people:
        for other in names:
            person.sees(other)
        person.wait_for_media(people=len(names) - 1, seconds=60)
    assert people[0].video_moves(names[1])


def test_mute_is_seen_and_heard(meet):
    """Who mutes himself is silent for the others, and they see it; so with the camera; both come back."""
    ana, ben = meet.join("Ana", "Ben")
    ana.wait_for_media(), ben.wait_for_media()
    ben.control("Turn microphone off").click()
    ben.has_control("Turn microphone on")
    ana.sees_that("Ben", "muted").hears_nothing_new()
    ben.control("Turn camera off").click()
    ben.has_control("Turn camera on")
    ana.sees_that("Ben", "camera off")
    ben.control("Turn microphone on").click()
    ben.control("Turn camera on").click()
    ana.sees_no_more_that("Ben", "muted").sees_no_more_that("Ben", "camera off")
    ana.wait_for_media()


def test_joining_muted(meet):
    """Who switches microphone and camera off before joining is silent and dark from the first moment."""
    ana = meet.join("Ana")
    ben = meet.person("Ben").open(meet.url).fill_name()
    ben.button("Turn microphone off").click()
    ben.button("Turn camera off").click()
    expect(ben.button("Turn microphone on")).to_be_visible()
    expect(ben.button("Turn camera on")).to_be_visible()
    ben.button("Join meeting").click()
    ben.wait_for_state("joined").wait_for_media()
    ana.sees_that("Ben", "muted").sees_that("Ben", "camera off")
    assert all(link["energy"] < 1e-6 and link["frames"] == 0 for link in ana.inbound())


def test_screen_share(meet):
    """A shared screen is shown large to the others, the cameras stay, and it ends when the sharing ends."""
    ana, ben = meet.join("Ana", "Ben")
    ana.wait_for_media(), ben.wait_for_media()
    ben.control("Share screen").click()
    ben.has_control("Stop sharing")
    screen = ana.page.get_by_role("group", name=re.compile("^Screen of Ben|^Ben.*screen", re.I)).or_(
        ana.page.get_by_role("listitem", name=re.compile("^Screen of Ben|^Ben.*screen", re.I))).first
    expect(screen).to_be_visible(timeout=20_000)
    ana.until("Array.from(document.querySelectorAll('video')).some(video => video.videoWidth >= 1000)", 30)
    deadline = time.monotonic() + 10
    while True:  # tiles move softly to their new places
        camera, picture = ana.tile("Ben").bounding_box(), screen.bounding_box()
        if picture["width"] * picture["height"] > 3 * camera["width"] * camera["height"]:
            break
        assert time.monotonic() < deadline, f"the screen is {picture}, the camera {camera}"
        ana.page.wait_for_timeout(100)
    ben.control("Stop sharing").click()
    ben.has_control("Share screen")
    expect(screen).to_have_count(0, timeout=15_000)
    ana.wait_for_media()


def test_who_joins_late_sees_the_screen(meet):
    """Who comes while somebody shares a screen sees it."""
    ana = meet.join("Ana")
    ana.control("Share screen").click()
    ana.has_control("Stop sharing")
    ben = meet.join("Ben")
    ben.until("Array.from(document.querySelectorAll('video')).some(video => video.videoWidth >= 1000)", 30)


# Talking

def test_chat(meet):
    """What is written is read by all, with the writer's name; links are links and markup is text."""
    ana, ben = meet.join("Ana", "Ben")
    ana.says("Look: https://example.org/a?b=1 <img src=x onerror=alert(1)>")
    ben.reads("<img src=x onerror=alert(1)>").reads("Ana")
    link = ben.open_panel("Chat").get_by_role("link", name=re.compile("example.org"))
    assert link.get_attribute("href") == "https://example.org/a?b=1"
    assert "noopener" in link.get_attribute("rel") and link.get_attribute("target") == "_blank"
    ben.says("Seen")
    ana.reads("Seen")


def test_late_joiner_reads_the_chat(meet):
    """Who comes late reads what was written before."""
    ana = meet.join("Ana").says("Bring the figures")
    ana.reads("Bring the figures")
    meet.join("Ben").reads("Bring the figures")


def test_private_chat(meet):
    """A private message is read by the two it concerns and by nobody else."""
    ana, ben, cleo = meet.join("Ana", "Ben", "Cleo", viewport={"width": 960, "height": 600})
    ana.says("Between us", to="Ben")
    ben.reads("Between us")
    ana.says("For all", to="To everybody")
    cleo.reads("For all").has_not_read("Between us")


def test_unread_messages(meet):
    """A message while the chat is closed is counted on the button and takes no focus."""
    ana, ben = meet.join("Ana", "Ben")
    ben.control("Raise hand").focus()
    ana.says("Hello?")
    expect(ben.control("Chat")).to_have_accessible_description(re.compile("1 unread"), timeout=15_000)
    assert ben.page.evaluate("document.activeElement.closest('[role=toolbar]') !== null")
    ben.reads("Hello?")
    expect(ben.control("Chat")).to_have_accessible_description("")


def test_hand_and_reactions(meet):
    """A raised hand and a reaction are seen by the others; the hand until it is lowered."""
    ana, ben = meet.join("Ana", "Ben")
    ben.control("Raise hand").click()
    ben.has_control("Lower hand")
    ana.sees_that("Ben", "hand raised")
    ben.control("Lower hand").click()
    ana.sees_no_more_that("Ben", "hand raised")
    ben.control("Reactions").click()
    ben.page.get_by_role("button", name="Send 🎉").or_(ben.page.get_by_role("menuitem", name="Send 🎉")).first.click()
    ana.text("🎉")


# Moderation

def test_lobby(meet):
    """A guest waits until the host lets him in; a refused one is told so."""
    ana = meet.join("Ana").choose_more("Let guests wait")
    ben = meet.person("Ben").join(meet.url, wait=False).wait_for_state("waiting")
    cleo = meet.person("Cleo").join(meet.url, wait=False).wait_for_state("waiting")
    assert "Ana" not in ben.page.locator("body").inner_text()
    people = ana.open_panel("People")
    people.get_by_role("button", name="Admit Ben").click()
    ben.wait_for_state("joined").sees("Ana").wait_for_media()
    people.get_by_role("button", name="Deny Cleo").click()
    cleo.wait_for_state("left").text("You were not let in")


def test_remove(meet):
    """Who is removed sees that and why; for the others he is gone."""
    ana, ben = meet.join("Ana", "Ben")
    ana.sees("Ben").moderates("Ben", "Remove").does_not_see("Ben")
    ben.wait_for_state("left").text("A host removed you")
    assert ben.inbound() == []


def test_host_mutes(meet):
    """Who is muted by a host is told, is silent, and may unmute himself."""
    ana, ben = meet.join("Ana", "Ben")
    ana.wait_for_media()
    ana.moderates("Ben", "Mute")
    ben.has_control("Turn microphone on").text("A host turned your microphone off")
    ana.sees_that("Ben", "muted").hears_nothing_new()
    ben.control("Turn microphone on").click()
    ana.sees_no_more_that("Ben", "muted").wait_for_media()


def test_lock(meet):
    """A locked room tells who comes that it is locked, and opens again."""
    ana = meet.join("Ana").choose_more("Lock the room")
    ben = meet.person("Ben").join(meet.url, wait=False).text("room is locked")
    assert ben.state in ("prejoin", "left")
    ana.choose_more("Lock the room")
    ben.join(meet.url).sees("Ana")


def test_hide_addresses(meet):
    """A host hides addresses: everybody is told and may put the line away, only hosts have the switch, and it goes back."""
    switch, notice = "Hide addresses from each other", "Addresses are hidden from each other."
    ana, ben = meet.join("Ana", "Ben")
    ana.choose_more(switch)
    for person in (ana, ben):
        person.text(notice)
    ana.control("More options").click()
    expect(ana.page.get_by_role("menuitemcheckbox", name=switch, exact=True)).to_be_checked()
    ana.page.keyboard.press("Escape")
    ben.control("More options").click()
    expect(ben.page.get_by_role("menuitemcheckbox", name=switch)).to_have_count(0)
    ben.page.keyboard.press("Escape")
    ben.button("Dismiss").click()
    expect(ben.page.get_by_text(notice).first).to_be_hidden()
    expect(ben.open_panel("People")).to_contain_text(notice)
    ana.choose_more(switch)
    ben.text("Addresses are no longer hidden")
    expect(ben.open_panel("People")).not_to_contain_text(notice, use_inner_text=True)


def test_members_have_no_host_tools(meet):
    """A member is not offered what only hosts may do; a promoted one is."""
    ana, ben = meet.join("Ana", "Ben")
    ben.control("More options").click()
    expect(ben.page.get_by_role("menuitem", name="Keyboard shortcuts")).to_be_visible()
    expect(ben.page.get_by_role("menuitem", name="End for everybody")).to_have_count(0)
    ben.page.keyboard.press("Escape")
    ana.moderates("Ben", "Make host")
    ben.text("You are a host now").control("More options").click()
    expect(ben.page.get_by_role("menuitem", name="End for everybody")).to_be_visible()


def test_end_for_all(meet):
    """The host ends the meeting: everybody sees that it is over, and every device is released."""
    ana, ben = meet.join("Ana", "Ben")
    ana.choose_more("End for everybody")
    confirm = ana.page.get_by_role("dialog").get_by_role("button", name=re.compile("^End"))
    if confirm.count():
        confirm.click()
    for person in (ana, ben):
        person.wait_for_state("left").text("The meeting is over")
        assert person.inbound() == []


# Leaving

def test_leave_and_rejoin(meet):
    """Who leaves is gone for the others at once, sees so, and rejoins with one button."""
    ana, ben = meet.join("Ana", "Ben")
    ana.sees("Ben")
    ben.leave().text("You left the meeting")
    ana.does_not_see("Ben", seconds=5)
    ben.button("Rejoin").click()
    if ben.page.get_by_role("button", name="Join meeting").is_visible():
        ben.button("Join meeting").click()
    ben.wait_for_state("joined").wait_for_media()
    ana.sees("Ben").wait_for_media()


def test_closed_tab(meet):
    """Who closes his tab is gone or shown as reconnecting within a few seconds."""
    ana, ben = meet.join("Ana", "Ben")
    ana.sees("Ben")
    ben.page.close()
    expect(ana.tile("Ben").and_(ana.page.get_by_role("group", name=re.compile("^Ben$")))).to_have_count(0, timeout=10_000)


@pytest.mark.own_server("--room-limit", "6")
def test_seventh_is_told(meet, wires):
    """Who finds the room full is told so in a sentence."""
    for name in "ABCDEF":
        wires(meet.server).hello(meet.room, name)
    meet.person("Gus").join(meet.url, wait=False).text("room is full")


def test_two_tabs(meet):
    """Two tabs of one browser are two participants or one that moved; either way there is peace."""
    ana = meet.join("Ana")
    second = meet.person("Ana", context=meet.contexts[0]).join(meet.url)
    states = set()
    for _ in range(8):
        second.page.wait_for_timeout(500)
        states.add((ana.state, second.state))
    assert len(states) == 1 and next(iter(states)) in {("joined", "joined"), ("left", "joined")}, states


@pytest.mark.parametrize("first", ["chromium", "firefox"])
def test_firefox(meet, firefox, first):
    """Chromium and Firefox see and hear each other, whoever came first, and write to each other."""
    order = [None, firefox] if first == "chromium" else [firefox, None]
    ana = meet.person("Ana", browser=order[0]).join(meet.url)
    ben = meet.person("Ben", browser=order[1]).join(meet.url)
    for person in (ana, ben):
        person.wait_for_media(seconds=60)
    ana.says("Hello from the other side")
    ben.reads("Hello from the other side")
