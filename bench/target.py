"""A target that answers at once and always the same, as cheaply as Python can. ``python -m bench.target PORT``"""

from __future__ import annotations

import socket
import sys

BODY = b'{"status": "ok", "auto_resolution_rate": 0.87, "latency_p95": 1.2, "queue": 4}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
    len(BODY),
    BODY,
)


def serve(port: int) -> None:
    """Serves until stopped. Whoever connects has asked already, because the kernel waits for the question."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
        door.bind(("127.0.0.1", port))
        door.listen(4096)
        while True:
            caller, _address = door.accept()
            try:
                if caller.recv(4096):
                    caller.sendall(ANSWER)
            except OSError:
                # Whoever asked hung up meanwhile.
                pass
            finally:
                caller.close()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
