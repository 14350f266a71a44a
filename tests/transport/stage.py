"""What the tests of this folder share: an API in a process of its own, and connections to it."""
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import traceback

HERE = pathlib.Path(__file__).parent


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_authority(folder):
    """An authority, and a certificate for 127.0.0.1 that it has signed."""
    ca, key, request, certificate = (str(folder / name) for name in ("ca.pem", "key.pem", "csr.pem", "cert.pem"))
    extensions = folder / "extensions"
    extensions.write_text("subjectAltName=IP:127.0.0.1\n", encoding="utf-8")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority",
        "-keyout", str(folder / "ca-key.pem"), "-out", ca)
    run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", request)
    run("openssl", "x509", "-req", "-days", "2", "-in", request, "-CA", ca, "-CAkey", str(folder / "ca-key.pem"),
        "-CAcreateserial", "-extfile", str(extensions), "-out", certificate)
    return ca, certificate, key


def connect(library, base, ca):
    """A connection with the extension. `ca`: a file of authorities, None: the system's."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.enable_load_extension(True)
    db.load_extension(library)
    settings = {"base_url": base, "api_key": "test-key", "max_retries": 0, "requests_per_second": 0}
    if ca:
        settings["ca_file"] = ca
    for name, value in settings.items():
        db.execute("SELECT chartmogul_config(?, ?)", (name, value)).fetchall()
    return db


class Stage:
    """An API in a process of its own, and connections to it."""

    def __init__(self, library, folder, is_tls):
        self.library = library
        self.ca = None
        files = []
        if is_tls:
            self.ca, *files = make_authority(folder)
        self.process = subprocess.Popen([sys.executable, str(HERE / "api.py"), *files], stdout=subprocess.PIPE,
                                        text=True)
        self.base = self.process.stdout.readline().strip()

    def open(self):
        return connect(self.library, self.base, self.ca)

    def ask(self, path):
        """On a connection of its own, which counts as one."""
        db = self.open()
        answer = json.loads(db.execute("SELECT chartmogul_request('GET', ?)", (path,)).fetchone()[0])
        db.close()
        return answer

    def counts(self, what):
        return self.ask("/counts")[what]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def read(db, key):
    names = db.execute("SELECT uuid, name FROM chartmogul_customers WHERE uuid = ?", (key,)).fetchall()
    assert names == [(key, "name of " + key)], (key, names)


def write(db, key):
    db.execute("INSERT INTO chartmogul_customers(data_source_uuid, external_id, name) VALUES ('ds_1', ?, 'x')", (key,))
    uuid = db.execute("SELECT chartmogul_last_uuid()").fetchone()[0]
    assert uuid == "cus_" + key, (key, uuid)


def keep(library, promises):
    """Try each promise over http and over https, and end the program with the sum."""
    passed = failed = skipped = 0
    for scheme in ("http", "https"):
        if scheme == "https" and not shutil.which("openssl"):
            print("skipped: no openssl, to make a certificate authority with")
            skipped += 1
            continue
        for promise in promises:
            name = f"{promise.__name__.replace('_', ' ')} ({scheme})"
            with tempfile.TemporaryDirectory() as folder:
                stage = Stage(library, pathlib.Path(folder), scheme == "https")
                try:
                    promise(stage)
                    passed += 1
                    print(f"ok: {name}")
                except Exception:
                    failed += 1
                    print(f"FAILED transport: {name}")
                    traceback.print_exc(file=sys.stdout)
                finally:
                    stage.close()
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed else 0)
