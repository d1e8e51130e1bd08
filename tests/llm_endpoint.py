"""A server on loopback that speaks the chat protocol of OpenAI and says, and fails, what a test scripts.

``Script``s are used up one a request; the last one stays. Streaming is server-sent events over HTTP/1.1 with chunks.
"""

from __future__ import annotations

import contextlib
import json
import select
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "scripted"


@dataclass(frozen=True)
class Script:
    """One reply. ``text`` comes in ``pieces`` (words by default), each after ``pause`` seconds, the first after ``wait``.

    ``status``   an HTTP error with ``body`` and ``headers`` instead
    ``drop``     the connection is closed after so many pieces, without an end
    ``raw``      these bytes as the stream, or as the body, as they are
    ``finish``   the finish_reason of the last chunk
    ``drip``     comments of the stream, without end, instead of text
    ``gate``     what comes after ``held`` pieces waits until somebody sets it
    """

    text: str = ""
    pieces: Sequence[str] | None = None
    wait: float = 0.0
    pause: float = 0.0
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: int | None = None
    raw: bytes | None = None
    finish: str = "stop"
    drip: bool = False
    gate: threading.Event | None = None
    held: int = 0

    def cut(self) -> Sequence[str]:
        return self.pieces if self.pieces is not None else [word + " " for word in self.text.split(" ")]


class Endpoint:
    """Runs while the test does. ``asked``: bodies of the requests; ``left``: how many the other side closed early."""

    def __init__(self, models: Sequence[dict[str, Any]] = ({"id": MODEL, "object": "model"},)) -> None:
        self.models = list(models)
        self.scripts: list[Script] = [Script("Nichts.")]
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.at: list[float] = []
        self.paths: list[str] = []
        self.left = 0
        self._lock = threading.Lock()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each small piece waits 40 ms for the last one to be acknowledged

            def do_GET(self) -> None:
                endpoint.paths.append(self.path)
                known = self.path == "/v1/models"
                self.reply(200 if known else 404, {"object": "list", "data": endpoint.models} if known else {})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                script = endpoint.next(self.path, body, dict(self.headers))
                try:
                    self.answer(script, bool(body.get("stream")))
                except OSError:
                    endpoint.gone()
                    self.close_connection = True

            def answer(self, script: Script, stream: bool) -> None:
                self.sleep(script.wait)
                if script.status != 200:
                    self.reply(script.status, script.body or {"error": {"message": "scripted"}}, script.headers)
                elif script.drop is not None and not stream:
                    self.close_connection = True
                    self.connection.close()
                elif script.raw is not None and not stream:
                    self.reply(200, script.raw)
                elif not stream:
                    message = {"role": "assistant", "content": "".join(script.cut())}
                    choice = {"index": 0, "message": message, "finish_reason": script.finish}
                    self.reply(
                        200, {"id": "x", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice]}
                    )
                else:
                    self.stream(script)

            def stream(self, script: Script) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                if script.raw is not None:
                    self.chunk(script.raw)
                    self.chunk(b"")
                    return
                while script.drip:
                    self.chunk(b": alive\n\n")
                    self.sleep(0.02)
                self.event({"role": "assistant", "content": ""})
                for number, piece in enumerate(script.cut()):
                    while script.gate and number == script.held and not script.gate.is_set():
                        self.sleep(0.01)
                    if script.drop == number:
                        self.close_connection = True
                        self.connection.close()
                        return
                    self.sleep(script.pause)
                    self.event({"content": piece})
                self.event({}, script.finish)
                self.chunk(b"data: [DONE]\n\n")
                self.chunk(b"")

            def event(self, delta: dict[str, str], finish: str | None = None) -> None:
                choice = {"index": 0, "delta": delta, "finish_reason": finish}
                event = {
                    "id": "x",
                    "object": "chat.completion.chunk",
                    "created": 1,
                    "model": MODEL,
                    "choices": [choice],
                }
                self.chunk(f"data: {json.dumps(event)}\n\n".encode())

            def chunk(self, data: bytes) -> None:
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()

            def sleep(self, seconds: float) -> None:
                """Raises OSError when the other side leaves meanwhile."""
                ends = time.monotonic() + seconds
                while (left := ends - time.monotonic()) > 0:
                    ready, _, _ = select.select([self.connection], [], [], min(left, 0.05))
                    if ready and not self.connection.recv(1):
                        raise ConnectionResetError

            def reply(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 64
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def says(self, *scripts: Script | str) -> None:
        """What the next requests get; the last one stays."""
        self.scripts = [Script(script) if isinstance(script, str) else script for script in scripts]

    def next(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> Script:
        with self._lock:
            self.asked.append(body)
            self.paths.append(path)
            self.headers.append(headers)
            self.at.append(time.monotonic())
            return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]

    def gone(self) -> None:
        with self._lock:
            self.left += 1

    def wait_left(self, count: int = 1, seconds: float = 60.0) -> bool:
        """Whether ``count`` connections were closed by the other side, within ``seconds``."""
        ends = time.monotonic() + seconds
        while self.left < count and time.monotonic() < ends:
            time.sleep(0.01)
        return self.left >= count


@contextlib.contextmanager
def running(**given: Any) -> Iterator[Endpoint]:
    """An endpoint that is shut down afterwards."""
    endpoint = Endpoint(**given)
    try:
        yield endpoint
    finally:
        endpoint.server.shutdown()
        endpoint.server.server_close()
