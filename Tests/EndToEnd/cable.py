"""A TCP line to the server that a test can cut and mend; bytes pass unread, so it carries TLS as well."""
import socket, threading


class Cable:
    def __init__(self, server):
        self.target = (server.host, server.port)
        self.is_cut = False
        self.pairs = set()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("0.0.0.0", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            try:
                far = socket.create_connection(self.target, timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            pair = (near, far)
            with self.lock:
                self.pairs.add(pair)
            for source, sink in (pair, pair[::-1]):
                threading.Thread(target=self.carry, args=(source, sink, pair), daemon=True).start()

    def carry(self, source, sink, pair):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass  # cut, or one side hung up
        self.hang_up(pair)

    def hang_up(self, pair):
        with self.lock:
            self.pairs.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the other thread was first
            end.close()

    def cut(self):
        """Breaks what is connected and refuses what comes."""
        self.is_cut = True
        for pair in list(self.pairs):
            self.hang_up(pair)

    def mend(self):
        self.is_cut = False

    def close(self):
        self.listener.close()
        self.cut()
