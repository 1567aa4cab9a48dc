"""A server that takes videos as public uploaders send them, and nothing else.

It knows nothing of this project: it is written after what running code sends to the real service, on Python's standard
library alone, so that the uploaders of all languages are tested against it. It prints its address; GET /report tells what
it took, and every request that the real service might not have taken. It ends when its standard input does.

    python strict_server.py [--chunk 5242880] [--faults ok,body,lost] [--asks drop,503] [--sizes text] [--upload-host URL]

Each post to the upload address has the next of the faults:

    accept  the connection is closed before anything is read
    head    it is closed when the headers were read
    body    it is closed in the middle of the body, of which nothing is kept
    kept    the same, but what came is kept
    lost    everything is taken, and the connection closed without an answer
    half    everything is taken, and the answer breaks off
    hang    everything is taken, and there is no answer until the other side closes the connection
    503, 4001, html    nothing is kept, and that is the answer

`--asks` are those of the questions for the address of the rest: ok, drop, 503, html.
"""

import argparse
import hashlib
import http.server
import json
import os
import re
import select
import socket
import sys
import threading
import urllib.parse

PARTNER_ID, KEY = "12345678", "the-key"
RANGE = re.compile(r"bytes ([1-9]\d*)-([1-9]\d*)/([1-9]\d*)")
PAGE = b"<html><body>502 Bad Gateway</body></html>"


class Service:
    def __init__(self, options):
        self.options = options
        self.faults = [fault for fault in options.faults.split(",") if fault]
        self.asks = [fault for fault in options.asks.split(",") if fault]
        self.lock = threading.RLock()
        self.token = None
        self.tokens = 0
        self.content = bytearray()
        self.total = None
        self.begun = self.whole = False
        self.objections, self.posts = [], []

    def object(self, why):
        self.objections.append(why)
        return {"code": 4001, "msg": why, "data": None}

    def address(self):
        self.tokens += 1
        self.token = f"token{self.tokens}"
        return f"{self.options.upload_host}/upload?fid=7&ts=1&token={self.token}&st=jd&tbIdx=1"

    def call(self, name, params):
        """The answer to a signed call."""
        text = "&".join(f"{key}={params[key]}" for key in sorted(params) if key != "sign") + f"&partner_key={KEY}"
        if params.get("partner_id") != PARTNER_ID or hashlib.md5(text.encode()).hexdigest() != params.get("sign"):
            self.objections.append(f"{name} is not signed")
            return {"code": 1002, "msg": "签名计算错误"}
        if name != "getStatus" and params.get("use_https") != "1":
            self.objections.append(f"{name} does not ask for https")
        if name == "getUploadUrl":
            if self.token is not None:
                self.objections.append("a second video is registered")
            return {"code": 0, "msg": "", "data": {"video_id": 7, "upload_url": self.address()}}
        if params.get("video_id") != "7":
            self.objections.append(f"{name} is about no video")
        if name == "getStatus":
            return {"code": 0, "msg": "", "data": {"status": 20 if self.whole else 10, "info": ""}}
        if self.whole:
            return {"code": 1, "msg": "视频已上传"}
        data = {"video_id": 7, "upload_url": self.address(), "upload_size": len(self.content)}
        if self.options.sizes == "text":
            data["upload_size"] = str(len(self.content))
        elif not self.content:
            # Where there is nothing, nothing is said, one way or the other.
            data["upload_size"] = None
            if self.tokens % 2:
                del data["upload_size"]
        return {"code": 0, "msg": "", "data": data}

    def check(self, query, headers):
        """What a post brings: first byte and length, or the objection to it."""
        if query != {"fid": "7", "ts": "1", "token": self.token, "st": "jd", "tbIdx": "1"}:
            return self.object("not the address that was given last")
        if self.whole:
            return self.object("the file is there already")
        if headers.get("transfer-encoding") or not headers.get("content-length", "").isdigit():
            return self.object("a body without its length")
        length = int(headers["content-length"])
        content_type = headers.get("content-type", "")
        if content_type.startswith("multipart/form-data; boundary="):
            if self.begun:
                return self.object("a form onto an upload that has begun")
            if length > self.options.chunk + 1000:
                return self.object("a form of more than a chunk")
            return None, length
        if content_type != "application/octet-stream":
            return self.object(f"a chunk of type {content_type}")
        found = RANGE.fullmatch(headers.get("content-range", ""))
        if not found:
            return self.object(f"no range: {headers.get('content-range')}")
        first, last, total = map(int, found.groups())
        if last - first + 1 != length or length > self.options.chunk or last > total:
            return self.object(f"{found[0]} with {length} bytes")
        if first != len(self.content) + 1 or self.total not in (None, total):
            return self.object(f"{found[0]} where {len(self.content)} of {self.total} bytes are there")
        return first - 1, length, total

    def take(self, place, body):
        self.begun = True
        if place[0] is None:
            head, _, rest = body.partition(b"\r\n\r\n")
            boundary = head.partition(b"\r\n")[0]
            names = re.findall(rb'name="(\w+)"; filename="[^"]+"', head)
            if names != [b"data"] or rest.count(boundary) != 1 or not rest.rstrip().endswith(boundary + b"--"):
                return self.object("not the one form with the part data")
            self.content += rest[: rest.index(b"\r\n" + boundary)]
            self.whole = True
        else:
            self.content += body
            self.total = place[2]
            self.whole = len(self.content) == self.total
        return {"code": 1, "fid": "7", "msg": "success"}

    def report(self):
        return {
            "objections": self.objections,
            "posts": self.posts,
            "size": len(self.content),
            "whole": self.whole,
            "md5": hashlib.md5(self.content).hexdigest(),
            "faults_left": len(self.faults) + len(self.asks),
        }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Or the answer waits for the acknowledgement of its head.
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer(SERVICE.report())

    def do_POST(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/upload":
            self.upload(dict(urllib.parse.parse_qsl(url.query)))
            return
        params = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode(), True))
        name = url.path.rpartition("/")[2]
        with SERVICE.lock:
            fault = SERVICE.asks.pop(0) if SERVICE.asks and name == "getResumeUploadUrl" else "ok"
            answer = SERVICE.call(name, params) if fault == "ok" else None
        if answer is not None:
            self.answer(answer)
        else:
            self.fail(fault)

    def fail(self, fault):
        if fault in ("503", "html"):
            self.answer(PAGE, 503 if fault == "503" else 200)
        else:
            self.cut()

    def upload(self, query):
        with SERVICE.lock:
            fault = SERVICE.faults.pop(0) if SERVICE.faults else "ok"
            if fault in ("accept", "head"):
                return self.cut()
            place = SERVICE.check(query, self.headers)
            SERVICE.posts.append(f"{self.headers.get('content-range', 'form')} {fault}")
        if isinstance(place, dict):
            self.close_connection = True
            self.drain()
            return self.answer(place)
        wanted = place[1] // 2 if fault in ("body", "kept") else place[1]
        body = self.rfile.read(wanted)
        with SERVICE.lock:
            SERVICE.begun = True
            if len(body) < wanted:
                self.close_connection = True
                return None
            if fault == "kept" and place[0] is not None:
                SERVICE.content += body
                SERVICE.total = place[2]
            answer = SERVICE.take(place, body) if fault in ("ok", "lost", "half", "hang") else None
        if fault == "ok":
            return self.answer(answer)
        if fault == "4001":
            return self.answer({"code": 4001, "msg": "文件上传失败"})
        if fault == "half":
            self.wfile.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"code":1,')
        if fault == "hang":
            self.connection.settimeout(60)
            while self.connection.recv(1024):
                pass
        return self.fail(fault)

    def drain(self):
        """Whoever still sends does not hear an answer."""
        while select.select([self.connection], [], [], 0.2)[0] and self.connection.recv(1 << 16):
            pass

    def answer(self, answer, status=200):
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "text/html" if isinstance(answer, bytes) else "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def cut(self):
        self.close_connection = True
        # At once, with whatever was not read or sent.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.connection.close()

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        # A connection that the other side closed.
        if not isinstance(sys.exc_info()[1], (OSError, ValueError)):
            super().handle_error(request, client_address)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chunk", type=int, default=5 << 20)
    parser.add_argument("--faults", default="")
    parser.add_argument("--asks", default="")
    parser.add_argument("--sizes", choices=["number", "text"], default="number")
    parser.add_argument("--upload-host")
    options = parser.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    options.upload_host = options.upload_host or url
    SERVICE = Service(options)
    print(url, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)
