"""Prints the most memory that the upload of a large file takes over two breaks: `python bench/upload.py [GIGABYTES]`.

What takes the file is a process of its own, so that its memory does not count. It breaks off in the middle of two chunks.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from baijiayun import Client


def receive(breaks: list[int]) -> None:
    stored = [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            left = int(self.headers["content-length"])
            content_range = self.headers.get("content-range")
            if content_range is None:
                self.rfile.read(left)
                url = f"http://127.0.0.1:{server.server_port}/upload?token=t"
                data = {"video_id": 1, "upload_url": url, "upload_size": stored[0]}
                return self.answer({"code": 0, "data": data, "msg": "", "ts": 1})
            first = int(content_range.partition("bytes ")[2].partition("-")[0])
            assert first == stored[0] + 1, content_range
            length = left
            while left:
                left -= len(self.rfile.read(min(left, 1 << 16)))
                if breaks and stored[0] + length - left > breaks[0]:
                    breaks.pop(0)
                    self.close_connection = True
                    return None
            stored[0] += length
            return self.answer({"code": 1, "msg": "", "fid": "1"})

        def answer(self, answer: object) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


def upload(gigabytes: float) -> None:
    size = int(gigabytes * 2**30)
    command = [sys.executable, __file__, "receive", str(int(size * 0.4)), str(int(size * 0.8))]
    with tempfile.NamedTemporaryFile(suffix=".mp4") as film, subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        film.truncate(size)
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        with Client(url, "1", "key") as client:
            resumes = client.video.upload(film.name, definition=16).resumes
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        server.terminate()
    rate = size / seconds / 2**20
    print(
        f"{size >> 20} MB with {resumes} breaks in {seconds:.1f} s, {rate:.0f} MB/s; "
        f"peak memory {peak / 1024:.1f} MB, {before / 1024:.1f} MB before the upload"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["receive"]:
        receive([int(at) for at in sys.argv[2:]])
    else:
        upload(float(sys.argv[1]) if len(sys.argv) > 1 else 2)
