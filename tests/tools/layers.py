#!/usr/bin/env python3
"""Checks who includes whom in src.

Every header names its layer in its opening comment (`Layer: client.`). A file may include headers of its
own layer and of those below, headers never in a circle, and some headers have one home only. A file
without a header of its own belongs to the module whose name begins its own (queue_log.c to queue.h),
or else to its first local include. The picture in src/README.md must show each module in its layer, and its
tables name every file.
"""
import pathlib
import re
import sys

LAYERS = ["base", "wire", "spec", "client", "bridge", "sql", "entry"]

# A header of a library, and the files that may include it.
HOMES = {
    "curl/curl.h": re.compile(r"http(_\w+)?\.c|http_state\.h"),
    "cjson/cJSON.h": re.compile(r"json(_\w+)?\.c"),
    "sqlite3.h": re.compile(r"sqlite_api\.h|chartmogul\.h"),
    "sqlite3ext.h": re.compile(r"sqlite_api\.h"),
}
# What a module that calls itself pure never includes.
IMPURE = {"http.h", "call.h", "session.h", "clock.h", "memo.h", "pager.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


class File:
    def __init__(self, path):
        self.path = path
        self.name = path.name
        text = path.read_text(encoding="utf-8")
        self.head = text[:1500].split("*/")[0]
        self.includes = []  # (line, is_local, name)
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if match:
                self.includes.append((number, match[1] == '"', match[2].removeprefix("resources/")))
        layer = re.search(r"Layer:\s+(\w+)", self.head)
        self.own_layer = layer[1] if layer else None
        self.is_pure = bool(re.search(r"\bPure\b[.:]", self.head))

    def locals(self):
        return [(line, name) for line, is_local, name in self.includes if is_local]


def module_header(file, headers):
    """The header whose module the file belongs to."""
    stem = pathlib.Path(file.name).stem
    while stem:
        if stem + ".h" in headers:
            return headers[stem + ".h"]
        stem = stem.rpartition("_")[0]
    for _, name in file.locals():
        if name in headers and headers[name].own_layer:
            return headers[name]
    return None


def check_file(file, headers, problems):
    def problem(line, text):
        problems.append(f"{file.path}:{line}: {text}")

    for line, is_local, name in file.includes:
        base = name.split("/")[-1]
        home = HOMES.get(name) or next((HOMES[h] for h in HOMES if h.split("/")[-1] == base), None)
        if home and not home.fullmatch(file.name):
            problem(line, f"{name} has another home: {home.pattern}")
        is_descriptor = file.path.parent.name == "resources"
        if is_descriptor and is_local and name != "resource.h" and not (file.path.parent / name).exists():
            problem(line, f"a descriptor includes resource.h and its neighbours only, not {name}")

    owner = file if file.own_layer else module_header(file, headers)
    if owner is None or owner.own_layer not in LAYERS:
        problem(1, "no layer: write `Layer: " + " | ".join(LAYERS) + "` into the opening comment")
        return
    level = LAYERS.index(owner.own_layer)
    for line, name in file.locals():
        target = headers.get(name)
        if target is None:
            problem(line, f"no such header in src: {name}")
            continue
        if target.own_layer not in LAYERS:
            continue  # said where that header is checked
        target_level = LAYERS.index(target.own_layer)
        if target_level > level:
            problem(line, f"{owner.own_layer} includes {name} of {target.own_layer}, which stands above it")
        if owner.own_layer == "spec" and target.own_layer == "wire":
            problem(line, f"spec includes nothing of wire, not {name}")
        if owner.is_pure and name in IMPURE:
            problem(line, f"{owner.name} says that it is pure: not {name}")


def find_circles(headers, problems):
    """Headers that include each other in a round."""
    state = {}

    def walk(header, trail):
        state[header.name] = "open"
        for line, name in header.locals():
            if state.get(name) == "open":
                circle = trail[trail.index(name):] + [name]
                problems.append(f"{header.path}:{line}: a circle: " + " -> ".join(circle))
            elif name in headers and name not in state:
                walk(headers[name], trail + [name])
        state[header.name] = "done"

    for name in sorted(headers):
        if name not in state:
            walk(headers[name], [name])


def check_tables(root, files, problems):
    readme = root / "README.md"
    named = set(re.findall(r"`(\w+)`", readme.read_text(encoding="utf-8"))) if readme.exists() else set()
    for file in files:
        if readme.exists() and file.path.parent == root and file.name.endswith(".c") and file.path.stem not in named:
            problems.append(f"{readme}: no table says what {file.name} is")


def check_picture(root, headers, problems):
    readme = root / "README.md"
    if not readme.exists():
        return
    lines = readme.read_text(encoding="utf-8").splitlines()
    layer, shown = None, {}
    for number, line in enumerate(lines, 1):
        match = re.match(r"^[0-6] (\w+)\s+(.*)", line)
        if match:
            layer = match[1]
        elif not (layer and line.startswith("   ")):
            layer = None
        if layer:
            for word in re.findall(r"\b[a-z][a-z_]+\b", match[2] if match else line):
                if word + ".h" in headers:
                    shown[word] = (layer, number)
    for word, (picture, number) in sorted(shown.items()):
        if headers[word + ".h"].own_layer != picture:
            problems.append(f"{readme}:{number}: {word} is shown in {picture}, its header says "
                            f"{headers[word + '.h'].own_layer}")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "src")
    paths = sorted(root.glob("*.[ch]")) + sorted(root.glob("resources/*.[ch]"))
    files = [File(path) for path in paths]
    headers = {file.name: file for file in files if file.name.endswith(".h")}
    if "chartmogul.h" in headers:
        headers["chartmogul.h"].own_layer = "entry"  # for the users of the library: it names no layer
    problems = []
    for file in files:
        check_file(file, headers, problems)
    find_circles(headers, problems)
    check_picture(root, headers, problems)
    check_tables(root, files, problems)
    for line in problems:
        print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
