#!/usr/bin/env python3
"""A small API that answers by key and counts, for tests of what several processes do on their connections.

    api.py [CERTIFICATE KEY]      http, or https with these two files; prints its base URL

GET  /v1/customers/ID             {"uuid": ID, "name": "name of ID"}, and behind that, on the same connection,
     where ID begins with cus_twice   the same once more
                          cus_408     a 408, and the end
                          cus_end     the end
                          cus_late    another customer, when the next request has arrived
GET  /v1/settled                  answered when all of that has reached the other side
GET  /v1/customers?page...        PAGES pages of customers, each holding the cursor of the next
POST /v1/customers, /v1/contacts  the body with a uuid, counted by external_id, and where that begins with late_contact,
                                  the same once more when the next request has arrived
GET  /v1/counts                   {"connections": N, "created": {external_id: N}}; no request counts itself
"""
import collections
import fcntl
import http.server
import json
import socket
import ssl
import struct
import sys
import termios
import threading
import urllib.parse

PAGES = 6

TIMEOUT = (b"HTTP/1.1 408 Request Time-out\r\nContent-length: 0\r\nCache-Control: no-cache\r\n"
           b"Connection: close\r\n\r\n")

lock = threading.Lock()
settled = threading.Condition(lock)
unsettled = 0
created = collections.Counter()
connections = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536  # an answer is one write

    def setup(self):
        global connections
        with lock:
            connections += 1
        super().setup()

        self.late = None  # what is sent before the answer to the next request

    def send_late(self):
        if self.late:
            self.answer(200, self.late)
            self.late = None

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def send_behind(self, key):
        """What nobody has asked for, and what /settled waits for."""
        global unsettled
        if key.startswith("cus_twice"):
            self.answer(200, {"uuid": key, "name": "name of " + key})
        if key.startswith("cus_408"):
            self.wfile.write(TIMEOUT)
            self.wfile.flush()
        if not key.startswith("cus_twice"):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_WR)
        while struct.unpack("i", fcntl.ioctl(self.connection, termios.TIOCOUTQ, b"    "))[0] > 0:
            pass  # not acknowledged by the other side's kernel
        with settled:
            unsettled -= 1
            settled.notify_all()

    def do_GET(self):
        global unsettled
        self.send_late()
        path = urllib.parse.urlsplit(self.path)
        if path.path == "/v1/counts":
            with lock:
                self.answer(200, {"connections": connections, "created": created})
        elif path.path == "/v1/settled":
            with settled:
                settled.wait_for(lambda: unsettled == 0)
            self.answer(200, {})
        elif path.path == "/v1/customers":
            page = int(urllib.parse.parse_qs(path.query).get("cursor", ["0"])[0])
            entries = [{"uuid": f"cus_{page}_{i}", "name": f"name of cus_{page}_{i}"} for i in range(3)]
            is_last = page == PAGES - 1
            self.answer(200, {"entries": entries, "has_more": not is_last,
                              "cursor": None if is_last else str(page + 1)})
        else:
            key = path.path.rpartition("/")[2]
            is_odd = key.startswith(("cus_twice", "cus_408", "cus_end"))
            with lock:
                unsettled += is_odd
            self.answer(200, {"uuid": key, "name": "name of " + key})
            if is_odd:
                self.send_behind(key)
            if key.startswith("cus_late"):
                self.late = {"uuid": "cus_stray", "name": "a stray", "external_id": "stray"}

    def do_POST(self):
        self.send_late()
        row = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with lock:
            created[row["external_id"]] += 1
        answer = {**row, "uuid": "cus_" + row["external_id"]}
        self.answer(201, answer)
        if row["external_id"].startswith("late_contact"):
            self.late = answer

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    address_family = socket.AF_INET

    def __init__(self, context):
        super().__init__(("127.0.0.1", 0), Handler)
        self.context = context

    def process_request_thread(self, request, client_address):
        try:  # the handshake is made by the connection's own thread
            if self.context:
                request = self.context.wrap_socket(request, server_side=True)
            super().process_request_thread(request, client_address)
        except OSError:
            request.close()

    def handle_error(self, request, client_address):
        pass


def main():
    context = None
    if len(sys.argv) > 1:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
    server = Server(context)
    print(f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}/v1", flush=True)
    server.serve_forever()


main()
