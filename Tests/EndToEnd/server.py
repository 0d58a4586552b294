"""A `parley serve` of its own for a test."""
import json, os, pathlib, shutil, signal, socket, ssl, subprocess, tempfile, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


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


def page_arguments():
    """The page that is inside the program, or the folder that somebody works on."""
    folder = os.environ.get("MEETING_TEST_WEB")
    return ["--web", os.path.abspath(folder)] if folder else []


def run(*arguments, environment=None, seconds=20):
    """Runs the program to its end; for what it should refuse."""
    return subprocess.run(
        [binary(), *arguments], env={**os.environ, **(environment or {})}, timeout=seconds, capture_output=True, text=True)


class Server:
    """Keeps ports and data directory over restarts, so that clients find the same server again."""

    def __init__(self, *arguments, data=None, tls=False, host="127.0.0.1", environment=None):
        self.port, self.media_port, self.admin_port = free_port(), free_port(), free_port()
        self.is_temporary = data is None
        self.directory = data or tempfile.mkdtemp(prefix="parley-test-")
        self.log_path = tempfile.mkstemp(prefix="parley-log-")[1]
        self.arguments = list(arguments) + (["--tls", "self-signed"] if tls else [])
        self.host, self.scheme = host, "https" if tls else "http"
        self.environment = environment or {}
        self.process = None
        self.prefix = []  # what stands before the program in the command, such as `ip netns exec …`

    @property
    def url(self):
        return f"{self.scheme}://{self.host}:{self.port}"

    @property
    def websocket_url(self):
        return self.url.replace("http", "ws", 1) + "/ws"

    @property
    def tls_context(self):
        return ssl._create_unverified_context() if self.scheme == "https" else None

    def start(self, wait=True):
        command = [*self.prefix, binary(), "serve", "--host", "0.0.0.0", "--port", str(self.port), "--media-port", str(self.media_port),
                   "--admin-port", str(self.admin_port), "--data", self.directory, *page_arguments(), *self.arguments]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **self.environment})
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
                time.sleep(0.02)
        raise TimeoutError("the server does not answer /healthz")

    def health(self):
        with urllib.request.urlopen(self.url + "/healthz", timeout=2, context=self.tls_context) as answer:
            return json.load(answer)

    def resident_kilobytes(self):
        """Memory that the process holds now (VmRSS)."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))

    def kill(self):
        """kill -9: no goodbye, no flush."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def stop(self, seconds=35):
        """SIGTERM; returns the exit code."""
        self.terminate()
        return self.process.wait(seconds)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        if self.is_temporary:
            shutil.rmtree(self.directory, ignore_errors=True)
        pathlib.Path(self.log_path).unlink(missing_ok=True)

    def log_text(self):
        return pathlib.Path(self.log_path).read_text(encoding="utf-8", errors="replace")
