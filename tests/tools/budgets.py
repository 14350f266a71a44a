#!/usr/bin/env python3
"""Checks the sizes that keep src readable: members of a struct, parameters of a function, modules of a room.

A member is one declared name, those of anonymous structs inside counted with the struct around them. A module is a .c
file with its headers. What is over its budget today stands in budgets.txt with its size: none may grow or be added, and
what has come within its budget, or has shrunk, is taken out or corrected there.
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


def sizes(root):
    """Everything that is over its budget: name -> (size, most, where)."""
    found, rooms = {}, {}
    for path in sorted(root.rglob("*.[ch]")):
        text = bare(path.read_text(encoding="utf-8"))

        def line_of(match):
            return f"{path}:{text.count(chr(10), 0, match.start()) + 1}"

        for match in STRUCT.finditer(text):
            if (members := count_members(match[2])) > MAX_MEMBERS:
                found[f"struct {match[1]}"] = (members, MAX_MEMBERS, line_of(match))
        for match in FUNCTION.finditer(text):
            if (count := count_parameters(match[2])) > MAX_PARAMETERS:
                found[f"function {match[1]}"] = (count, MAX_PARAMETERS, line_of(match))
        if path.suffix == ".c" and path.parent.name != "resources" and path.parent != root:
            room = path.relative_to(root).parts[0]
            rooms[room] = rooms.get(room, 0) + 1
    for room, modules in rooms.items():
        if modules > MAX_MODULES:
            found[f"room {room}"] = (modules, MAX_MODULES, f"{root}/{room}")
    return found


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "src")
    list_path = pathlib.Path(__file__).with_name("budgets.txt")
    known = {}
    for line in list_path.read_text(encoding="utf-8").splitlines() if list_path.exists() else []:
        if line and not line.startswith("#"):
            name, _, size = line.rpartition(" ")
            known[name] = int(size)
    found, problems = sizes(root), []
    for name, (size, most, where) in sorted(found.items()):
        if size > known.get(name, 0):
            problems.append(f"{where}: {name} has {size}, not at most {known.get(name, most)}")
        elif size < known[name]:
            problems.append(f"{list_path}: {name} has {size} now: say so")
    for name in sorted(set(known) - set(found)):
        problems.append(f"{list_path}: {name} is within its budget: take it out")
    for line in problems:
        print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
