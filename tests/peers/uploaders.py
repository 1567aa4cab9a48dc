"""Uploaders written like those in public use, on Python's standard library alone.

They know nothing of this project: what they do is what a front end of the vendor's family and an Android app do against
the real service. Neither sends a form; both post chunks with `Content-Range: bytes FIRST-LAST/SIZE`, counted from 1.

    python uploaders.py http://127.0.0.1:8765 PARTNER_ID PARTNER_KEY {android,browser,form,file-form} FILE

prints the id of the video that was uploaded.
"""

import hashlib
import http.client
import json
import sys
import time
import urllib.parse
import urllib.request


class Refused(Exception):
    pass


class Api:
    """The calls that the back end of such an app makes."""

    def __init__(self, address, partner_id, key):
        self.address, self.partner_id, self.key = address, partner_id, key

    def call(self, path, **params):
        params.update(partner_id=self.partner_id, timestamp=int(time.time()))
        text = "&".join(f"{name}={params[name]}" for name in sorted(params)) + f"&partner_key={self.key}"
        params["sign"] = hashlib.md5(text.encode()).hexdigest()
        body = urllib.parse.urlencode(params).encode()
        with urllib.request.urlopen(f"{self.address}/openapi/video/{path}", body) as response:
            answer = json.load(response)
        if answer["code"] != 0:
            raise Refused(f"{path}: {answer}")
        return answer["data"]

    def upload_url(self, name):
        return self.call("getUploadUrl", file_name=name, definition="16")

    def resume_upload_url(self, video_id):
        return self.call("getResumeUploadUrl", video_id=video_id)


def post(url, headers, body):
    """One post; raises OSError or HTTPException if it breaks, Refused if its code is not 1."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("POST", f"{parts.path}?{parts.query}", body, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
    finally:
        connection.close()
    if response.status // 100 != 2 or answer["code"] != 1:
        raise Refused(f"{response.status}: {answer}")


def post_chunk(url, content, first, end):
    headers = {"Content-Type": "application/octet-stream", "Content-Range": f"bytes {first + 1}-{end}/{len(content)}"}
    post(url, headers, content[first:end])


BROKEN = (OSError, http.client.HTTPException, ValueError, Refused)


def android(api, content):
    """2 MiB; the address to go on at is asked for before every chunk, and its upload_size is where the chunk begins."""
    video_id = api.upload_url("lesson.mp4")["video_id"]
    for _ in range(1000):
        try:
            place = api.resume_upload_url(video_id)
        except Refused:
            # There is nothing to go on with: the last chunk came, though its answer did not.
            return video_id
        first = int(place["upload_size"])
        end = min(first + (2 << 20), len(content))
        try:
            post_chunk(place["upload_url"], content, first, end)
        except BROKEN:
            continue
        if end == len(content):
            return video_id
    raise SystemExit("it never ends")


def browser(api, content):
    """5 MiB; each chunk up to 4 times to the same address, then at the address to go on at, from a whole chunk on."""
    size = 5 << 20
    place = api.upload_url("lesson.mp4")
    video_id, url, first = place["video_id"], place["upload_url"], 0
    while first < len(content):
        end = min(first + size, len(content))
        for _ in range(4):
            try:
                post_chunk(url, content, first, end)
                first = end
                break
            except BROKEN:
                pass
        else:
            try:
                place = api.resume_upload_url(video_id)
            except Refused:
                return video_id
            url, first = place["upload_url"], int(place["upload_size"]) // size * size
    return video_id


def form(api, content, part="data"):
    """The one form that the document prints."""
    place = api.upload_url("lesson.mp4")
    head = f'--x\r\nContent-Disposition: form-data; name="{part}"; filename="lesson.mp4"\r\nContent-Type: video/mp4\r\n\r\n'
    post(place["upload_url"], {"Content-Type": "multipart/form-data; boundary=x"}, head.encode() + content + b"\r\n--x--\r\n")
    return place["video_id"]


UPLOADERS = {
    "android": android,
    "browser": browser,
    "form": form,
    "file-form": lambda api, content: form(api, content, "file"),
}

if __name__ == "__main__":
    _, address, partner_id, key, uploader, path = sys.argv
    with open(path, "rb") as file:
        print(UPLOADERS[uploader](Api(address, partner_id, key), file.read()))
