"""Links of the manuals, and the targets that they name: each leads somewhere, and `make help` tells of each target that says what it does."""
import os
import pathlib
import re
import subprocess

MAKEFILES = [pathlib.Path("Makefile"), *pathlib.Path("src").rglob("*.mk"), *pathlib.Path("tests").rglob("*.mk")]
MANUALS = [pathlib.Path("README.md"), *(path for top in ("sql", "src", "tests") for path in sorted(pathlib.Path(top).rglob("*.md")))]
FENCED = re.compile(r"^```.*?^```", flags=re.M | re.S)


def anchors(path):
    """What a `#` may lead to in a manual: its headings, as GitHub and others name them."""
    found = {}
    for heading in re.findall(r"^#+ (.*)$", FENCED.sub("", path.read_text(encoding="utf-8")), flags=re.M):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        name = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        found[name] = found.get(name, 0) + 1
    return {name if not number else f"{name}-{number}" for name, times in found.items() for number in range(times)}


def dead_links(manual):
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", manual.read_text(encoding="utf-8"))):
        if re.match(r"\w+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = pathlib.Path(os.path.normpath(manual.parent / name)) if name else manual
        target = target / "README.md" if target.is_dir() else target
        if not target.is_file() or (anchor and anchor not in anchors(target)):
            yield link


def named_targets(manual):
    """Those of the calls of make in a line of text, `make deps demo`, and at the beginning of a line of commands."""
    text = manual.read_text(encoding="utf-8")
    calls = re.findall(r"`make ((?:[a-z][\w-]*(?: |\b))+)", FENCED.sub("", text))
    for block in FENCED.findall(text):
        calls += re.findall(r"^(?:sudo )?make ((?:[a-z][\w-]*(?: |\b))+)", block, flags=re.M)
    return [target for call in calls for target in call.split()]


def check_links(check):
    """`check` is told of each test: what, whether it is right, details."""
    rules = "\n".join(path.read_text(encoding="utf-8") for path in MAKEFILES)
    targets = {word for names in re.findall(r"^(?:\.PHONY: *)?([a-z][\w -]*)(?::|$)", rules, flags=re.M) for word in names.split()}
    for manual in MANUALS:
        dead = list(dead_links(manual))
        check(f"{manual}: its links lead somewhere", not dead, ", ".join(dead))
        unknown = sorted(set(named_targets(manual)) - targets)
        check(f"{manual}: its targets are there", not unknown, ", ".join(unknown))
    told = re.findall(r"^([\w-]+):.*##", rules, flags=re.M)
    shown = subprocess.run(["make", "--no-print-directory", "help"], env=dict(os.environ, MAKEFLAGS=""), capture_output=True, text=True).stdout
    missing = sorted(set(told) - set(re.findall(r"^ +([\w-]+) ", shown, flags=re.M)))
    check("make help has each target that says what it does", told and not missing, ", ".join(missing))
