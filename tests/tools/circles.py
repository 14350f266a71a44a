#!/usr/bin/env python3
"""Checks that no module of src, or of the sandbox, needs itself again by way of others.

Two graphs, each without a circle:
- link: an object file needs another whose symbol it uses, as `nm` tells of the built objects;
- include: a source and its headers (its own, and the `_state.h` that files of its module share) taken as one module need
  another whose header one of them includes.

  circles.py ROOT OBJECTS [--built]      with --built the objects may lack some modules: what is built is checked
"""
import os
import pathlib
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)\.h"', re.MULTILINE)
# SQLite's header makes each extension define it in one place and use it in all.
SQLITE_POINTER = "sqlite3_api"


def link_graph(objects, modules):
    """Needs between object files: name -> {other name: one symbol that shows it}."""
    home, wanted = {}, {}
    for module in modules:
        path = objects / (module + ".o")
        if not path.exists():
            continue
        wanted[module] = set()
        for line in subprocess.run(["nm", "-g", path], capture_output=True, text=True, check=True).stdout.splitlines():
            kind, symbol = line.split()[-2:]
            if kind == "U":
                wanted[module].add(symbol)
            else:
                home[symbol] = module
    home.pop(SQLITE_POINTER, None)
    return {module: {home[symbol]: symbol for symbol in sorted(symbols) if home.get(symbol, module) != module}
            for module, symbols in wanted.items()}


def include_graph(root):
    """Needs between modules, a module being a name with its .c, its .h and its _state.h."""
    graph = {}
    for path in sorted(root.rglob("*.[ch]")):
        module = path.relative_to(root).with_suffix("").as_posix().removesuffix("_state")
        needs = graph.setdefault(module, {})
        for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if not (root / (name + ".h")).exists():
                name = os.path.relpath(os.path.normpath(path.parent / name), root)
            name = name.removesuffix("_state")
            if name != module:
                needs[name] = path.name
    return graph


def circles(graph):
    """The strongly connected parts of more than one node (Tarjan)."""
    order, low, stack, found = {}, {}, [], []

    def walk(node):
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in graph.get(node, ()):
            if other not in order:
                walk(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], order[other])
        if low[node] == order[node]:
            part = set()
            while node not in part:
                part.add(stack.pop())
            if len(part) > 1:
                found.append(part)

    for node in sorted(graph):
        if node not in order:
            walk(node)
    return found


def check(kind, graph, problems):
    for circle in circles(graph):
        problems.append(f"{kind}: a circle of {len(circle)} modules: {' '.join(sorted(circle))}")
        for module in sorted(circle):
            for other in sorted(set(graph[module]) & circle):
                problems.append(f"{kind}:   {module} needs {other} ({graph[module][other]})")


def main():
    root, objects = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    modules = [path.relative_to(root).with_suffix("").as_posix() for path in sorted(root.rglob("*.c")) if "packaging" not in path.parts]
    problems = []
    links = link_graph(objects, modules)
    missing = [module for module in modules if module not in links]
    if missing and "--built" not in sys.argv:
        problems.append(f"link: not built in {objects}: {' '.join(missing)}: make all")
    check("link", links, problems)
    check("include", include_graph(root), problems)
    for line in problems:
        print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
