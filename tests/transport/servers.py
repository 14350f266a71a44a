#!/usr/bin/env python3
"""Writes and reads through servers that end connections: nothing is lost, and nothing is tried twice.

    servers.py LIBRARY SANDBOX

nginx (keepalive_requests) and node (GOAWAY, REFUSED_STREAM) offer HTTP/2 in front of the sandbox. Each is skipped
where it is not installed. Ends with "N passed, N failed".
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import traceback

from stage import HERE, connect, make_authority

CUSTOMERS = 60
NOTES = 400

NGINX = """
user root;
daemon off;
pid {folder}/pid;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 50;
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location / {{ proxy_pass http://127.0.0.1:{behind}; }}
  }}
}}
"""


class Nginx:
    """It is handed a socket that listens: who comes before it has started waits there, and no other program can take the port."""

    def __init__(self, folder, certificate, key, behind):
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        port = listener.getsockname()[1]
        file = folder / "nginx.conf"
        file.write_text(NGINX.format(folder=folder, port=port, certificate=certificate, key=key, behind=behind),
                        encoding="utf-8")
        self.process = subprocess.Popen([Nginx.program(), "-c", str(file), "-e", str(folder / "error.log")],
                                        pass_fds=[listener.fileno()], env={**os.environ, "NGINX": f"{listener.fileno()};"})
        listener.close()
        self.base = f"https://127.0.0.1:{port}/v1"

    @staticmethod
    def program():
        return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")

    def close(self):
        self.process.terminate()
        self.process.wait()


class Node:
    def __init__(self, certificate, key, behind, mode):
        self.process = subprocess.Popen(["node", str(HERE / "h2.js"), certificate, key, behind, mode],
                                        stdout=subprocess.PIPE, text=True)
        self.base = self.process.stdout.readline().strip()

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def keeps_all(library, base, ca):
    db = connect(library, base, ca)
    customers = [row[0] for row in db.execute("SELECT uuid FROM chartmogul_customers")]
    assert len(customers) == CUSTOMERS, len(customers)
    db.execute("SELECT count(*) FROM chartmogul_subscriptions").fetchall()
    db.execute("BEGIN")
    for i in range(NOTES):
        db.execute("INSERT INTO chartmogul_notes(customer_uuid, type, text) VALUES (?, 'note', ?)",
                   (customers[i % CUSTOMERS], f"kept {i}"))
    db.execute("COMMIT")
    states = db.execute("SELECT state, count(*) FROM chartmogul_writes GROUP BY state").fetchall()
    assert states == [("written", NOTES)], states
    twice = db.execute("SELECT method, path, tries FROM chartmogul_requests WHERE tries <> 1").fetchall()
    assert not twice, twice
    stored = db.execute("SELECT count(*), count(DISTINCT text) FROM chartmogul_notes WHERE text LIKE 'kept %'").fetchone()
    assert stored == (NOTES, NOTES), stored
    db.close()


def main(library, sandbox):
    passed = failed = skipped = 0
    has_openssl = shutil.which("openssl")
    servers = [("nginx", has_openssl and Nginx.program(), Nginx)]
    for mode in ("goaway", "refuse"):
        servers.append((f"node, {mode}", has_openssl and shutil.which("node"),
                        lambda folder, *files, mode=mode: Node(*files, mode)))
    for name, is_here, start in servers:
        if not is_here:
            print(f"skipped: {name} (it is not installed, or openssl is not)")
            skipped += 1
            continue
        with tempfile.TemporaryDirectory() as name_of_folder:
            folder = pathlib.Path(name_of_folder)
            ca, certificate, key = make_authority(folder)
            behind = subprocess.Popen([sandbox, "--port", "0", "--seed", str(CUSTOMERS)], stdout=subprocess.PIPE,
                                      text=True)
            port = behind.stdout.readline().strip().split(":")[2].split("/")[0]
            server = start(folder, certificate, key, port)
            try:
                keeps_all(library, server.base, ca)
                passed += 1
                print(f"ok: {name}")
            except Exception:
                failed += 1
                print(f"FAILED transport: {name}")
                traceback.print_exc(file=sys.stdout)
            finally:
                server.close()
                behind.kill()
                behind.wait()
                behind.stdout.close()
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed else 0)


main(sys.argv[1], sys.argv[2])
