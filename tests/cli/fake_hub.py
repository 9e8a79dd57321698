"""A model hub on the loopback interface, for pull_test.py: the two requests that Pith makes, and every way to answer
them badly. Python's standard library only."""

import base64
import hashlib
import http.server
import json
import select
import socket
import ssl
import threading
import time
import urllib.parse


def git_blob(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, handler, certificate=None):
        super().__init__(("127.0.0.1", 0), handler)
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"
        self.port = self.server_address[1]
        self.url = f"{self.scheme}://127.0.0.1:{self.port}"
        self.log = []  # (path, headers) of every request
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def handle_error(self, request, client_address):
        pass  # clients that hang up are what the tests are about

    def stop(self):
        self.shutdown()
        self.server_close()

    def requests(self, part):
        return [headers for path, headers in self.log if part in path]


class Hub(Server):
    """`repos[id]` is a dict of files; `plan[part of a path]` a list of faults, used up one a request."""

    COMMIT = "c0ffee" * 6 + "c0de"

    def __init__(self, certificate=None):
        super().__init__(HubHandler, certificate)
        self.repos = {}
        self.commits = {}
        self.plan = {}
        self.with_checksums = True
        self.sibling_names = {}  # what the list calls a file

    def add(self, repo, files, large=()):
        self.repos[repo] = dict(files)
        self.commits[repo] = self.COMMIT
        self.large = set(large) | {name for name in files if name.endswith((".safetensors", ".gguf"))}

    def fault(self, path):
        for part, faults in self.plan.items():
            if part in path and faults:
                return faults.pop(0)
        return {}

    def listing(self, repo):
        siblings = []
        for name, data in self.repos[repo].items():
            row = {"rfilename": self.sibling_names.get(name, name)}
            if self.with_checksums:
                row |= {"size": len(data), "blobId": git_blob(data)}
                if name in self.large:
                    row["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
                    row["blobId"] = git_blob(b"a pointer")
            siblings.append(row)
        return {"id": repo, "sha": self.commits[repo], "siblings": siblings}


class HubHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.log.append((self.path, dict(self.headers)))
        fault = self.server.fault(self.path)
        if "wait_s" in fault:
            time.sleep(fault["wait_s"])
        if "redirect" in fault:
            return self.answer(fault.get("status", 302), b"moved", {"Location": fault["redirect"]} | fault.get("headers", {}))
        if "status" in fault:
            return self.answer(fault["status"], b"no", fault.get("headers", {}))
        if "raw" in fault:
            self.wfile.write(fault["raw"])
            self.close_connection = True
            return None
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        parts = path.lstrip("/").split("/")
        if parts[:2] == ["api", "models"]:
            repo = "/".join(parts[2:4])
            if repo not in self.server.repos:
                return self.answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})
            if parts[5:] not in (["main"], ["v1.0"], [self.server.commits[repo]]):
                return self.answer(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
            return self.answer(200, json.dumps(self.server.listing(repo)).encode(), {"Content-Type": "application/json"})
        repo, name = "/".join(parts[:2]), "/".join(parts[4:])
        data = self.server.repos.get(repo, {}).get(name)
        if data is None:
            return self.answer(404, b"Entry not found", {"X-Error-Code": "EntryNotFound"})
        return self.send_file(fault.get("data", data), name in self.server.large, fault)

    def send_file(self, data, is_large, fault):
        tag = '"' + (hashlib.sha256(data).hexdigest() if is_large else git_blob(data)) + '"'
        tag = fault.get("etag", tag)
        headers = {"ETag": tag} | fault.get("headers", {})
        status, body = 200, data
        wanted = self.headers.get("Range")
        if wanted and not fault.get("ignore_range"):
            if fault.get("ignore_if_range") or self.headers.get("If-Range", tag) == tag:
                begin = int(wanted.removeprefix("bytes=").rstrip("-"))
                if begin >= len(data):
                    return self.answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
                status, body = 206, data[begin:]
                headers["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
        self.answer(status, body, headers, fault)
        return None

    def answer(self, status, body, headers=None, fault=None):
        fault = fault or {}
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if fault.get("chunked"):
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for at in range(0, len(body), 10000):
                piece = body[at:at + 10000]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
            return
        if not fault.get("until_close"):
            self.send_header("Content-Length", str(len(body) + fault.get("length_lie", 0)))
        self.end_headers()
        sent = body[:fault["drop_after"]] if "drop_after" in fault else body
        if "length_lie" in fault and fault["length_lie"] < 0:
            sent = body[:fault["length_lie"]]
        pace = fault.get("piece_wait_s")
        for at in range(0, len(sent), 65536):
            self.wfile.write(sent[at:at + 65536])
            if pace:
                self.wfile.flush()
                time.sleep(pace)
        self.wfile.flush()
        if "hang_s" in fault:
            time.sleep(fault["hang_s"])
        if len(sent) < len(body) or fault.get("length_lie") or fault.get("until_close"):
            self.close_connection = True


class Proxy(Server):
    """Forwards both ways a proxy is asked: CONNECT, and GET with a whole URL."""

    def __init__(self, user=None):
        self.authorization = "Basic " + base64.b64encode(user.encode()).decode() if user else None
        super().__init__(ProxyHandler)


class ProxyHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def is_allowed(self):
        self.server.log.append((f"{self.command} {self.path}", dict(self.headers)))
        if self.server.authorization in (None, self.headers.get("Proxy-Authorization")):
            return True
        self.send_response(407)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def do_CONNECT(self):
        self.close_connection = True
        if not self.is_allowed():
            return
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=10) as other:
            self.send_response(200)
            self.end_headers()
            self.relay(self.connection, other)

    def do_GET(self):
        self.close_connection = True
        if not self.is_allowed():
            return
        url = urllib.parse.urlsplit(self.path)
        target = url.path + ("?" + url.query if url.query else "")
        headers = "".join(f"{k}: {v}\r\n" for k, v in self.headers.items() if not k.startswith("Proxy-"))
        with socket.create_connection((url.hostname, url.port), timeout=10) as other:
            other.sendall(f"GET {target} HTTP/1.1\r\n{headers}\r\n".encode())
            self.relay(self.connection, other)

    @staticmethod
    def relay(a, b):
        while True:
            ready, _, _ = select.select([a, b], [], [], 10)
            if not ready:
                return
            for one in ready:
                data = one.recv(65536)
                if not data:
                    return
                (b if one is a else a).sendall(data)
