#!/usr/bin/env python3
"""Checks who includes whom in src.

A room is a folder of src. A file includes headers of its own room and of rooms below, each by its path
("write/queue.h"); from outside of a room only the headers that src/README.md names as public. Some headers of
libraries have one home only. src/README.md names every file of src; every test that a header names is there.
"""
import pathlib
import re
import sys

# From the bottom up. The files of src itself stand above all rooms.
ROOMS = ["base", "wire", "spec", "resources", "record", "client", "read", "write", "sql", ""]
# Arrows upwards, each with its reason in src/README.md.
UPWARDS = {("spec/registry.c", "resources/resources.h")}
# Rooms that stand side by side.
STRANGERS = {("spec", "wire"), ("resources", "wire")}
MAX_PUBLIC_HEADERS = 8

# A header of a library, and the files that may include it.
HOMES = {
    "curl/curl.h": re.compile(r"wire/http(_\w+)?\.[ch]"),
    "cjson/cJSON.h": re.compile(r"wire/json(_\w+)?\.c"),
    "sqlite3.h": re.compile(r"base/sqlite_api\.h|chartmogul\.h"),
    "sqlite3ext.h": re.compile(r"base/sqlite_api\.h"),
}
# What a module that calls itself pure never includes.
IMPURE = {"wire/http.h", "client/call.h", "client/pump.h", "base/clock.h", "read/memo.h", "read/pager.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(path):
    return path.split("/")[0] if "/" in path else ""


def read_public(readme):
    """Room -> its public headers, from the table of rooms; a room that is open has all."""
    public = {}
    for line in readme.read_text(encoding="utf-8").splitlines():
        match = re.match(r"^\| `(\w+)/` \|[^|]*\|([^|]*)\|", line)
        if match:
            public[match[1]] = None if "all" in match[2] else set(re.findall(r"`([\w/]+)`", match[2]))
    return public


def check_file(path, root, public, problems):
    name = path.relative_to(root).as_posix()
    room = room_of(name)
    text = path.read_text(encoding="utf-8")
    head = text.split("*/")[0]

    def problem(line, words):
        problems.append(f"{path}:{line}: {words}")

    for test in re.findall(r"tests/unit/[\w/]+\.c|tests/cases/[\w/]+/", head):
        if not (root.parent / test).exists():
            problem(1, f"{test} is not there")
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        is_local, other = match[1] == '"', match[2]
        base = other.split("/")[-1]
        home = HOMES.get(other) or next((HOMES[h] for h in HOMES if h.split("/")[-1] == base), None)
        if home and not home.fullmatch(name):
            problem(number, f"{other} has another home: {home.pattern}")
        if not is_local:
            continue
        if not (root / other).exists():
            if room == "resources" and (path.parent / other).exists():
                continue
            problem(number, f"no such header: write its path below src, not {other}")
            continue
        target = room_of(other)
        if re.search(r"\bPure\b[.:]", head) and path.suffix == ".h" and other in IMPURE:
            problem(number, f"it says that it is pure: not {other}")
        if target == room or (name, other) in UPWARDS:
            continue
        if ROOMS.index(target) > ROOMS.index(room) or (room, target) in STRANGERS:
            problem(number, f"{room}/ stands below {target}/, or beside it: not {other}")
        elif room == "resources" and target != "spec":
            problem(number, f"a descriptor includes spec/resource.h and its neighbours only, not {other}")
        elif public.get(target) is not None and other.removesuffix(".h").split("/", 1)[1] not in public[target]:
            problem(number, f"{other} is not public: src/README.md names the headers that are")


def check_readme(root, public, problems):
    readme = root / "README.md"
    named = set(re.findall(r"`([\w/]+)`", readme.read_text(encoding="utf-8")))
    for path in sorted(root.rglob("*.c")):
        name = path.relative_to(root).with_suffix("").as_posix()
        if path.parent.name != "resources" and name not in named and name.split("/", 1)[-1] not in named:
            problems.append(f"{readme}: no table says what {path.relative_to(root)} is")
    for room in ROOMS[:-1]:
        if room not in public:
            problems.append(f"{readme}: the table of rooms lacks {room}/")
        elif public[room] is not None and len(public[room]) > MAX_PUBLIC_HEADERS:
            problems.append(f"{readme}: {room}/ has more than {MAX_PUBLIC_HEADERS} public headers")
        for header in public.get(room) or ():
            if not (root / room / (header + ".h")).exists():
                problems.append(f"{readme}: there is no {room}/{header}.h")


def check_names(root, problems):
    seen = {}
    for path in sorted(root.rglob("*.c")):
        if path.name in seen:
            problems.append(f"{path}: has the name of {seen[path.name]}")
        seen[path.name] = path


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "src")
    public = read_public(root / "README.md")
    problems = []
    for path in sorted(root.rglob("*.[ch]")):
        check_file(path, root, public, problems)
    check_readme(root, public, problems)
    check_names(root, problems)
    for line in problems:
        print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
