#!/usr/bin/env python3
"""Checks who includes whom in src, and in the sandbox.

A room is a folder. A file includes headers of its own room and of rooms below; from outside of a room only the headers
that the README beside the rooms names as public. Some headers of libraries have one home only. The README names every
file, that of the tests every folder of cases; every file that a source or a manual calls by its path is there. Includes are written by their path below src ("write/queue.h"), in the
sandbox by that from the file ("../base/text.h"): its folders would be mistaken for those of src.
"""
import os
import pathlib
import re
import sys


class House:
    """What is checked of one folder of rooms."""

    def __init__(self, rooms, homes, upwards=(), strangers=(), impure=(), data=None, is_relative=False):
        self.rooms = rooms  # from the bottom up; files of the house itself, "", stand above all
        self.homes = homes  # a header of a library -> the files that may include it
        self.upwards = upwards  # arrows upwards, each with its reason in the README
        self.strangers = strangers  # rooms that stand side by side
        self.impure = impure  # what a module that calls itself pure never includes
        self.data = data  # the room of descriptors
        self.is_relative = is_relative


HOUSES = {
    "src": House(
        rooms=[
            *["base", "wire", "spec", "resources", "record", "change", "client", "journal", "lists", "read", "find", "write"],
            *["sql", "copy", "explain", ""],
        ],
        homes={
            "curl/curl.h": re.compile(r"wire/http(_\w+)?\.[ch]"),
            "cjson/cJSON.h": re.compile(r"wire/json(_\w+)?\.c"),
            "sqlite3.h": re.compile(r"base/sqlite_api\.h|chartmogul\.h"),
            "sqlite3ext.h": re.compile(r"base/sqlite_api\.h"),
        },
        upwards={("spec/registry.c", "resources/resources.h")},
        strangers={
            ("spec", "wire"),
            ("resources", "wire"),
            ("lists", "journal"),
            ("read", "journal"),
            ("find", "read"),
            ("find", "journal"),
            ("write", "read"),
            ("explain", "copy"),
        },
        impure={"wire/http.h", "client/call.h", "client/pump.h", "base/clock.h", "lists/memo.h", "lists/pager.h"},
        data="resources",
    ),
    "tests/sandbox": House(
        rooms=["base", "engine", "books", "api", "server", ""],
        homes={
            "microhttpd.h": re.compile(r"server/\w+\.[ch]"),
            "zlib.h": re.compile(r"base/encode\.c"),
            "sqlite3.h": re.compile(r"base/db\.h"),
        },
        impure={"base/db.h", "engine/account.h"},
        is_relative=True,
    ),
}
BESIDE = {"src/packaging"}  # no room: nothing of src knows of it
MAX_PUBLIC_HEADERS = 8
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


def target_of(path, root, house, other):
    """The header's path below the house, or None where there is none."""
    if not house.is_relative:
        return other if (root / other).exists() else None
    target = os.path.normpath(path.parent / other)
    return os.path.relpath(target, root) if os.path.exists(target) else None


def check_file(path, root, house, public, problems):
    name = path.relative_to(root).as_posix()
    room = room_of(name)
    text = path.read_text(encoding="utf-8")
    head = text.split("*/")[0]

    def problem(line, words):
        problems.append(f"{path}:{line}: {words}")

    for test in re.findall(r"tests/unit/[\w/]+\.c|tests/cases/[\w/]+/", head):
        if not pathlib.Path(test).exists():
            problem(1, f"{test} is not there")
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        is_local, other = match[1] == '"', match[2]
        base = other.split("/")[-1]
        home = house.homes.get(other) or next((house.homes[h] for h in house.homes if h.split("/")[-1] == base), None)
        if home and not home.fullmatch(name):
            problem(number, f"{other} has another home: {home.pattern}")
        if not is_local:
            continue
        written, other = other, target_of(path, root, house, other)
        if other is None:
            if room == house.data and (path.parent / written).exists():
                continue
            problem(number, f"no such header: {written}")
            continue
        target = room_of(other)
        if re.search(r"\bPure\b[.:]", head) and path.suffix == ".h" and other in house.impure:
            problem(number, f"it says that it is pure: not {other}")
        if target == room or (name, other) in house.upwards:
            continue
        if house.rooms.index(target) > house.rooms.index(room) or (room, target) in house.strangers:
            problem(number, f"{room}/ stands below {target}/, or beside it: not {other}")
        elif room == house.data and target != "spec":
            problem(number, f"a descriptor includes spec/resource.h and its neighbours only, not {other}")
        elif public.get(target) is not None and other.removesuffix(".h").split("/", 1)[1] not in public[target]:
            problem(number, f"{other} is not public: {root}/README.md names the headers that are")


def sources(root, pattern):
    """The files of the rooms."""
    return [path for path in sorted(root.rglob(pattern)) if not any(path.is_relative_to(folder) for folder in BESIDE)]


def check_readme(root, house, public, problems):
    readme = root / "README.md"
    named = set(re.findall(r"`([\w/]+)`", readme.read_text(encoding="utf-8")))
    for path in sources(root, "*.[ch]"):
        name = path.relative_to(root).with_suffix("").as_posix().removesuffix("_state")
        if path.parent.name != house.data and name not in named and name.split("/", 1)[-1] not in named:
            problems.append(f"{readme}: no table says what {path.relative_to(root)} is")
    for room in house.rooms[:-1]:
        if room not in public:
            problems.append(f"{readme}: the table of rooms lacks {room}/")
        elif public[room] is not None and len(public[room]) > MAX_PUBLIC_HEADERS:
            problems.append(f"{readme}: {room}/ has more than {MAX_PUBLIC_HEADERS} public headers")
        for header in public.get(room) or ():
            if not (root / room / (header + ".h")).exists():
                problems.append(f"{readme}: there is no {room}/{header}.h")


def check_case_folders(problems):
    """The manual of the tests says what lies in each folder of cases."""
    readme = pathlib.Path("tests/README.md")
    named = set(re.findall(r"`(?:cases/)?(\w+)/?`", readme.read_text(encoding="utf-8")))
    for folder in sorted({case.parent for case in pathlib.Path("tests/cases").rglob("*.case")}):
        if folder.name not in named:
            problems.append(f"{readme}: no table says what {folder} is")


def check_paths(problems):
    """What a source or a manual calls by its path is there: src/read/plan.h, read/plan.h, tests/unit/read/plan.c."""
    rooms = "|".join(sorted({room for house in HOUSES.values() for room in house.rooms if room}))
    named = re.compile(rf"(?<![\w/.*-])((?:src|tests)/[\w/.-]+|(?:{rooms})/[\w/]+)\.([ch]|py|sh|mk)\b")
    files = [path for top in ("src", "tests") for path in pathlib.Path(top).rglob("*") if path.is_file()]
    homes = [pathlib.Path(home) for home in (".", "src", "tests", "tests/sandbox")]
    for path in sorted(files + list(pathlib.Path(".").glob("*.md"))):
        if path.suffix not in (".c", ".h", ".py", ".sh", ".mk", ".md") or path.name == "layers.py":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            for match in named.finditer(line):
                name = f"{match[1]}.{match[2]}"
                is_pattern = re.search(r"[A-Z]{4}", name)  # NAME stands for many
                if not is_pattern and not any((home / name).exists() for home in [*homes, path.parent]):
                    problems.append(f"{path}:{number}: {name} is not there")


def check_names(root, problems):
    seen = {}
    for path in sources(root, "*.c"):
        if path.name in seen:
            problems.append(f"{path}: has the name of {seen[path.name]}")
        seen[path.name] = path


def check_house(root, house, problems):
    public = read_public(root / "README.md")
    for path in sources(root, "*.[ch]"):
        check_file(path, root, house, public, problems)
    check_readme(root, house, public, problems)
    check_names(root, problems)


def main():
    problems = []
    for name, house in HOUSES.items():
        check_house(pathlib.Path(name), house, problems)
    check_case_folders(problems)
    check_paths(problems)
    for line in problems:
        print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
