"""The server dies, stops, comes back: who was somebody still is, and what was acknowledged is still there."""
import contextlib, os, pathlib, random, signal, subprocess, threading, time

import pytest
from websockets.exceptions import WebSocketException

from wire import Closed, Wire

GONE = (Closed, OSError, TimeoutError, EOFError, WebSocketException)


def test_kill_keeps_everything(start_server, enter, wires, room):
    """After kill -9 people have their ids and roles, the room its settings and bans, and the chat is what it was."""
    server = start_server()
    ana, ben = enter("Ana", "Ben", server=server)
    cleo = enter("Cleo", server=server, device="laptop-of-cleo")
    ana.chat("before")
    ana.chat("only for Ben", to=ben.you)
    ana.ask("moderate", action="promote", participant=ben.you)
    ana.ask("moderate", action="ban", participant=cleo.you)
    ana.ask("moderate", action="lobby", on=True)
    ana.ask("moderate", action="lock")
    ben.since()
    time.sleep(0.2)  # settings are written within 20 ms; only chat waits for the disk before it is acknowledged
    server.kill()
    server.start()
    back = wires(server)
    answer = back.hello(room, "Ben", resume=ben.resume, lastSeq=ben.seq)
    assert answer["type"] in ("resumed", "welcome") and answer["you"] == {"id": ben.you, "role": "host"}
    fresh = wires(server)
    fresh.hello(room, "Ana", resume=ana.resume)
    welcome = fresh.welcome
    assert welcome["you"] == {"id": ana.you, "role": "host"}
    assert welcome["room"]["locked"] and welcome["room"]["lobby"]
    assert [message["text"] for message in welcome["chat"]] == ["before", "only for Ben"]
    assert {person["name"]: person["role"] for person in welcome["participants"]} == {"Ana": "host", "Ben": "host"}
    assert wires(server).refusal("hello", room=room, name="Someone", device="laptop-of-cleo") == "denied"


def test_chat_outlasts_the_meeting(start_server, enter, wires, room):
    """Everybody leaves, the server restarts: the chat is still there, and the settings of the ended meeting are not."""
    server = start_server()
    ana = enter("Ana", server=server)
    ana.chat("see you tomorrow")
    ana.ask("leave")
    assert server.stop() == 0
    server.start()
    welcome = wires(server).hello(room, "Ben")
    assert [message["text"] for message in welcome["chat"]] == ["see you tomorrow"] and welcome["you"]["role"] == "host"


def test_thirty_kills(start_server, wires, room, seed):
    """Thirty kill -9 at random moments of a lively chat: nobody loses his id or role, and no acknowledged message is lost."""
    dice = random.Random(seed)
    server = start_server()
    talkers = [Talker(server, room, name) for name in ("Ana", "Ben", "Cleo")]
    ids = {talker.name: talker.you for talker in talkers}

    def said():
        return sum(len(talker.acknowledged) for talker in talkers)

    for talker in talkers:
        talker.start()
    try:
        for kill in range(30):
            before = said()
            deadline = time.monotonic() + 30
            while said() < before + 3:  # everybody is back and talks
                assert time.monotonic() < deadline, f"kill {kill}: the chat does not go on: {[talker.trouble for talker in talkers]}"
                time.sleep(0.02)
            time.sleep(dice.uniform(0, 0.5))
            server.kill()
            # The history holds 200 messages: what each of the three said lately must be in it.
            acknowledged = {(talker.you, client_id) for talker in talkers for client_id in talker.acknowledged[-30:]}
            server.start()
            checker = wires(server)
            welcome = checker.hello(room, "Checker")
            assert welcome["type"] == "welcome", f"kill {kill}: {welcome}"
            history = {(message["from"], message["clientId"]) for message in welcome["chat"]}
            checker.ask("leave")
            lost = acknowledged - history
            assert not lost, f"kill {kill}: acknowledged and lost: {lost}"
        assert all(talker.is_alive() or talker.trouble for talker in talkers)
    finally:
        for talker in talkers:
            talker.stop()
    assert not [talker.trouble for talker in talkers if talker.trouble]
    assert {talker.name: talker.you for talker in talkers} == ids
    assert [talker.role for talker in talkers] == ["host", "member", "member"]


class Talker(threading.Thread):
    """Chats all the time; comes back by its resume token whenever the server is gone, as the page does."""

    def __init__(self, server, room, name):
        super().__init__(daemon=True)
        self.server, self.room, self.name = server, room, name
        self.acknowledged, self.trouble, self.is_done = [], None, threading.Event()
        self.wire = Wire(server)
        self.wire.hello(room, name)
        self.you, self.role, self.token, self.seq = self.wire.you, self.wire.role, self.wire.resume, self.wire.seq

    def run(self):
        number = 0
        while not self.is_done.is_set():
            try:
                answer = self.wire.ask("chat", text=f"{self.name} {number}", clientId=f"{self.name}-{number}")
                if answer["type"] == "chat" and answer.get("stored", True):
                    self.acknowledged.append(f"{self.name}-{number}")
                    number += 1  # what was not acknowledged is said again with the same clientId
                time.sleep(0.15)
            except GONE:
                if not self.come_back():
                    return

    def come_back(self):
        self.seq = max(self.seq, self.wire.seq)
        while not self.is_done.is_set():
            try:
                self.wire = Wire(self.server)
                answer = self.wire.hello(self.room, self.name, resume=self.token, lastSeq=self.seq)
                if answer["type"] == "error":
                    self.trouble = answer
                    return False
                self.you, self.role, self.token = self.wire.you, self.wire.role, self.wire.resume
                return True
            except GONE:
                time.sleep(0.05)
        return False

    def stop(self):
        self.is_done.set()
        self.join(15)
        self.wire.close()


def test_sigterm_tells_everybody(start_server, enter, wires, room):
    """SIGTERM: members and guests get `bye` `draining` with retry `now`, and the exit code is 0."""
    server = start_server()
    ana, ben = enter("Ana", "Ben", server=server)
    ana.ask("moderate", action="lobby", on=True)
    guest = wires(server)
    guest.hello(room, "Guest")
    started = time.monotonic()
    server.terminate()
    for person in (ana, ben, guest):
        bye = person.wait_for("bye")
        assert (bye["reason"], bye["retry"]) == ("draining", "now")
        assert person.wait_until_closed() in (1001, 1012)
    assert server.process.wait(35) == 0
    assert time.monotonic() - started < 32


def test_back_after_sigterm(start_server, enter, wires, room):
    """After a restart by SIGTERM everybody has his seat and role again."""
    server = start_server()
    ana, ben = enter("Ana", "Ben", server=server)
    assert server.stop() == 0
    server.start()
    for person, role in ((ana, "host"), (ben, "member")):
        answer = wires(server).hello(room, "X", resume=person.resume, lastSeq=person.seq)
        assert answer["type"] in ("resumed", "welcome") and answer["you"] == {"id": person.you, "role": role}


def test_second_sigterm(start_server, enter):
    """A second SIGTERM ends the server at once, whoever is still talking."""
    server = start_server()
    enter("Ana", server=server)
    server.terminate()
    server.terminate()
    started = time.monotonic()
    server.process.wait(10)
    assert time.monotonic() - started < 3


def test_sigint(start_server):
    """Control-C ends an idle server at once with exit code 0."""
    server = start_server()
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(5) == 0


def test_full_disk(start_server, enter, wires, room, tmp_path):
    """When the disk is full the meeting goes on, everybody present gets the message, and the sender learns that it was not stored."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    data = tmp_path / "data"
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(data)], check=True)
    try:
        server = start_server(data=str(data))
        ana, ben = enter("Ana", "Ben", server=server)
        assert ana.chat("while there is room").get("stored", True)
        filler = data / "filler"
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        answers = []
        for number in range(12):  # the database may have some free pages left
            answers.append(ana.chat("x" * 4000 + str(number)))
            if answers[-1].get("stored") is False:
                break
        assert answers[-1]["type"] == "chat" and answers[-1].get("stored") is False
        assert ben.wait_for("chat", text=answers[-1]["text"])
        assert ben.ask("state", hand=True)["type"] == "updated"
        filler.unlink()
        time.sleep(1)
        assert ana.chat("room again").get("stored", True)
        server.kill()
    finally:
        subprocess.run(["umount", "-l", str(data)], check=False)


def test_data_is_private(start_server, enter):
    """The data directory's files are for nobody but their owner."""
    server = start_server()
    enter("Ana", server=server).chat("hello")
    files = [path for path in pathlib.Path(server.directory).rglob("*") if path.is_file()]
    assert files and not [path for path in files if path.stat().st_mode & 0o077], [oct(path.stat().st_mode) for path in files]
    assert os.stat(server.directory).st_mode & 0o077 == 0
