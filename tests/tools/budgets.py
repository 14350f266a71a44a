#!/usr/bin/env python3
"""Checks the sizes that keep src readable: members of a struct, parameters of a function, modules of a room.

A member is one declared name, those of anonymous structs inside counted with the struct around them. A module is a .c
file with its headers.
"""
import pathlib
import re
import sys

MAX_MEMBERS = 25
MAX_PARAMETERS = 6
MAX_MODULES = 30

STRUCT = re.compile(r"^(?:typedef )?struct (\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
FUNCTION = re.compile(r"^\w[\w \*]*?\b(\w+)\(([^;{}]*?)\)\s*(?:\w+\s*)*(?:\{|;)", re.MULTILINE | re.DOTALL)


def bare(text):
    text = re.sub(r"/\*.*?\*/", lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL)
    return re.sub(r'"(\\.|[^"\\])*"', '""', text)


def count_members(body):
    body = re.sub(r"\([^()]*\)", "", body)  # parameters of function pointers
    return sum(statement.count(",") + 1 for statement in body.split(";")[:-1])


def count_parameters(text):
    text = re.sub(r"\([^()]*\)", "", text.strip())
    return 0 if text in ("", "void") else text.count(",") + 1


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "src")
    problems, rooms = [], {}
    for path in sorted(root.rglob("*.[ch]")):
        text = bare(path.read_text(encoding="utf-8"))

        def line_of(match):
            return text.count("\n", 0, match.start()) + 1

        for match in STRUCT.finditer(text):
            members = count_members(match[2])
            if members > MAX_MEMBERS:
                problems.append(f"{path}:{line_of(match)}: {match[1]} has {members} members, not at most {MAX_MEMBERS}")
        for match in FUNCTION.finditer(text):
            count = count_parameters(match[2])
            if count > MAX_PARAMETERS:
                problems.append(f"{path}:{line_of(match)}: {match[1]} has {count} parameters, not at most {MAX_PARAMETERS}")
        if path.suffix == ".c" and path.parent.name != "resources" and path.parent != root:
            room = path.relative_to(root).parts[0]
            rooms[room] = rooms.get(room, 0) + 1
    for room, modules in sorted(rooms.items()):
        if modules > MAX_MODULES:
            problems.append(f"{root}/{room}: {modules} modules, not at most {MAX_MODULES}")
    for line in problems:
        print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
