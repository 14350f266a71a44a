"""Looks at the manual page chartmogul(7), as `make man` has made it: mandoc or groff find nothing wrong, and it names what there is."""
import re
import shutil
import subprocess

SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "TABLES", "FUNCTIONS", "SETTINGS", "SEE ALSO"]
READERS = {"mandoc": ["mandoc", "-T", "lint", "-W", "warning"], "groff": ["groff", "-man", "-ww", "-Tutf8", "-z"]}


def complaints(path):
    """What the reader of manual pages that is here says of the page; "" where it, or none, says nothing."""
    for program, command in READERS.items():
        if shutil.which(program):
            done = subprocess.run([*command, path], capture_output=True, text=True)
            return done.stdout + done.stderr + ("" if done.returncode == 0 else f"{program} failed")
    return ""


def check_manual(path, names, check):
    """`names` are those of tables, functions and settings. `check` is told of each test: what, whether it is right, details."""
    with open(path, encoding="utf-8") as page:
        text = page.read()
    said = complaints(path)
    check("the manual page is well formed", not said, said)
    check("the manual page is ASCII, and has no request that a text made", text.isascii() and set(re.findall(r"^[.'](\S+)", text, flags=re.M)) <= {
        "TH", "SH", "SS", "PP", "TP", "RS", "RE", "nf", "fi", "br", "nh", "ad", "BR"}, "")
    check("the manual page begins with its title and has its sections", text.startswith(".TH CHARTMOGUL 7 ") and
          re.findall(r"^\.SH (.*)$", text, flags=re.M) == SECTIONS, re.findall(r"^\.SH (.*)$", text, flags=re.M))
    headings = re.findall(r"^\.SS (\S+)$", text, flags=re.M) + re.findall(r"^\\fB(\w+)", text, flags=re.M)
    missing = [name for name in names if name not in headings]
    check("the manual page has each table, function and setting", not missing, ", ".join(missing))
