#!/usr/bin/env python3
"""Writes the library as one source file.

    amalgamate.py SRC OUT.c

Each header stands where the first file includes it. A name that is private to a file (static, a type, a macro) and that
another file uses too gets the file's name in front; nothing else is changed, so that a line of the one file is found by
search in the other.
"""

import pathlib
import re
import sys

TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|"""
    r"""(?P<member>(?:->|\.)\s*[A-Za-z_]\w*)|(?P<name>[A-Za-z_]\w*)|(?P<other>\d[\w.]*|\s+|.)""",
    re.S,
)
SYSTEM_INCLUDE = re.compile(r"^#include (<(?!linux/)[^>]+>)[^\n]*\n", re.M)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"[^\n]*$', re.M)

HEAD = """/*
** sqlite-chartmogul {version}, all of its source in one file, written by `make amalgamation`.
**
** A loadable extension:  cc -O2 -fPIC -shared -o chartmogul.so chartmogul.c -lcurl -lcjson
** A part of a program that links SQLite:  cc -O2 -DSQLITE_CORE -c chartmogul.c, and chartmogul.h
*/
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#ifdef SQLITE_CORE
#include <sqlite3.h>
#else
#include <sqlite3ext.h>
#endif
{includes}
#ifdef __GNUC__
#pragma GCC visibility push(hidden)
#endif
"""
TAIL = """
#ifdef __GNUC__
#pragma GCC visibility pop
#endif
"""


def tokens(text):
    return [(match.lastgroup, match.group()) for match in TOKEN.finditer(text)]


def code_of(text):
    """The text without comments and strings, for the search for definitions."""
    return "".join(" " if kind in ("comment", "text") else token for kind, token in tokens(text))


def outermost(code):
    """What stands outside of braces; a body of braces is `{}`, but that of an enum, which defines names."""
    out, depth, is_enum = [], 0, False
    for token in re.findall(r"[A-Za-z_]\w*|\s+|.", code, re.S):
        if token == "{":
            if depth == 0:
                is_enum = re.search(r"\benum\s*\w*\s*$", "".join(out[-6:])) is not None
                out.append("{")
            depth += 1
        elif token == "}":
            depth -= 1
            if depth == 0:
                out.append("}")
        elif depth == 0 or (depth == 1 and is_enum):
            out.append(token)
    return "".join(out)


class Private:
    """The names that a file keeps to itself."""

    def __init__(self, text):
        code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", "", code_of(text), flags=re.M | re.S)
        outer = outermost(code)
        self.macros = set(re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", text, re.M))
        self.types = set(re.findall(r"\b(?:struct|union|enum)\s+(\w+)\s*\{", outer))
        self.types |= set(re.findall(r"\btypedef\b[^;]*?(\w+)\s*;", outer))
        self.names = set(re.findall(r"\bstatic\b[^;={(]*?(\w+)\s*(?:\[[^;={]*)?[(=;]", outer))
        for more in re.findall(r"\bstatic\b[^;{(]*?=([^;{(]*);", outer):
            self.names |= set(re.findall(r",\s*(\w+)\s*=", more))
        self.constants = set()
        for body in re.findall(r"\benum\s*\w*\s*\{([^}]*)\}", outer):
            self.constants |= set(re.findall(r"(?:^|,)\s*(\w+)", body))

    def all(self):
        """Names that begin with cm_ are declared in a header: they are not private."""
        return {name for name in self.types | self.constants | self.names if not name.startswith("cm_")}


class Amalgamation:
    def __init__(self, src):
        self.src = src
        self.files = [path for path in sorted(src.rglob("*.c")) if "packaging" not in path.parts]
        self.private = {path: Private(path.read_text()) for path in self.files}
        self.included = set()
        users = {}
        for path in [*self.files, *src.rglob("*.h")]:
            for name in {token for kind, token in tokens(path.read_text()) if kind == "name"}:
                users.setdefault(name, set()).add(path)
        self.shared = {name for name, paths in users.items() if len(paths) > 1}
        self.taken = set(users)

    def new_name(self, path, name):
        stem = re.sub(r"\W", "_", path.stem)
        for candidate in (f"{stem}_{name}", f"{path.parent.name}_{stem}_{name}"):
            if candidate not in self.taken:
                self.taken.add(candidate)
                return candidate
        raise SystemExit(f"{path}: no name is free for {name}")

    def header(self, name, place):
        path = self.src / name
        if not path.exists():
            raise SystemExit(f"{place}: includes {name}, which is not there")
        if path in self.included:
            return ""
        self.included.add(path)
        return f"/* ---- {name} */\n{self.inlined(path)}\n"

    def inlined(self, path):
        return INCLUDE.sub(lambda match: self.header(match.group(1), path), path.read_text())

    def renamed(self, path):
        """The file with its private names in their new form."""
        private = self.private[path]
        names = {name: self.new_name(path, name) for name in sorted(self.shared & private.all())}
        out, depth, struct_depth, before = [], 0, None, ""
        for kind, token in tokens(path.read_text()):
            if token == "{":
                depth += 1
                if struct_depth is None and re.search(r"\b(struct|union)(\s+\w+)?\s*$", before):
                    struct_depth = depth
            elif token == "}":
                if struct_depth == depth:
                    struct_depth = None
                depth -= 1
            is_member = struct_depth is not None and token in private.names
            is_new = kind == "name" and token in names and not is_member
            out.append(names[token] if is_new else token)
            if kind != "comment":
                before = (before + token)[-80:]
        return "".join(out)

    def text(self):
        version = re.search(r'CM_VERSION "([^"]*)"', (self.src / "base/base.h").read_text()).group(1)
        parts = []
        for path in self.files:
            text = self.renamed(path)
            text = INCLUDE.sub(lambda match, path=path: self.header(match.group(1), path), text)
            undone = "".join(f"#undef {macro}\n" for macro in sorted(self.private[path].macros))
            parts.append(f"/* ==== {path.relative_to(self.src)} */\n{text}{undone}")
        text = "\n".join(parts)
        # A header of the system that is included where names are hidden would hide the system's.
        headers = set(SYSTEM_INCLUDE.findall(text)) - {"<sqlite3.h>", "<sqlite3ext.h>"}
        includes = "".join(f"#include {name}\n" for name in sorted(headers))
        return HEAD.format(version=version, includes=includes) + SYSTEM_INCLUDE.sub("", text) + TAIL


def main():
    src, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    out.write_text(Amalgamation(src).text())


if __name__ == "__main__":
    main()
