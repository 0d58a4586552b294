"""A `parley serve` of its own for a test."""
import json, os, pathlib, signal, socket, subprocess, tempfile, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOST = os.environ.get("MEETING_TEST_HOST", "127.0.0.1")


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def binary():
    named = os.environ.get("MEETING_TEST_BINARY")
    if named:
        return named
    for kind in ("release", "debug"):
        path = ROOT / ".build" / kind / "parley"
        if path.exists():
            return str(path)
    raise FileNotFoundError("build first: swift build --product parley")


class Server:
    """Keeps ports and data directory over restarts, so that clients find the same server again."""

    def __init__(self, *arguments, data=None, tls=False):
        self.port, self.media_port, self.admin_port = free_port(), free_port(), free_port()
        self.directory = data or tempfile.mkdtemp(prefix="parley-test-")
        self.arguments = list(arguments)
        self.scheme = "https" if tls else "http"
        self.log = open(os.path.join(self.directory, "server.log"), "ab") if os.path.isdir(self.directory) else None
        self.process = None

    @property
    def url(self):
        return f"{self.scheme}://{HOST}:{self.port}"

    @property
    def websocket_url(self):
        return self.url.replace("http", "ws", 1) + "/ws"

    def start(self, wait=True):
        command = [binary(), "serve", "--host", "0.0.0.0", "--port", str(self.port), "--media-port", str(self.media_port),
                   "--admin-port", str(self.admin_port), "--data", self.directory, *self.arguments]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        if wait:
            self.wait_until_healthy()
        return self

    def wait_until_healthy(self, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log_text()[-3000:]}")
            try:
                if self.health()["status"] == "ok":
                    return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("the server does not answer /healthz")

    def health(self):
        import ssl
        context = ssl._create_unverified_context() if self.scheme == "https" else None
        with urllib.request.urlopen(self.url + "/healthz", timeout=2, context=context) as answer:
            return json.load(answer)

    def kill(self):
        """kill -9: no goodbye, no flush."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds=35):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        if self.log:
            self.log.close()

    def log_text(self):
        self.log.flush()
        with open(os.path.join(self.directory, "server.log"), encoding="utf-8", errors="replace") as log:
            return log.read()
