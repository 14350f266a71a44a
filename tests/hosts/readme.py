"""Makes tests/hosts/README.md of the files in programs/: `make docs` writes it, `make test-docs` compares."""
import os

from host import HERE, all_hosts

PAGE = os.path.join(HERE, "README.md")
HEAD = """# At home in other programs

For each host the shortest lines that load the extension, read with a parameter, write, take the new uuid and list the tables. They are
what the test runs (`programs/`), on the sandbox, over https, and the test compares the rows, the uuid, the text of an error, the names of the
tables and each request that was sent. `chartmogul` stands for the library's path without its suffix; each program has a copy of it in its folder. What every program of
a kind has (`main`, imports, a function that prints) is in the whole program, to which the name of the test leads. Each writes a data source `By host`,
which an account takes once: the next one is refused, unless it is called otherwise.

```
make deps-hosts HOSTS='ruby gdal'    # install what these need: Debian's packages, npm's in build/hosts; HOSTS=all: all of them
make test-hosts HOSTS='ruby gdal'    # run them; what is not here is skipped, with the reason
```

Without HOSTS both take those that need a minute together; `make test` runs these.
"""
FOOT = """## To add one

A file in `programs/`, whose comments say what `host.py` lists at its top. A thing that the host cannot do is tried by the file (`cannot`);
what nobody could try is marked so (`unproved`). `make docs` writes this page.
"""


def named(words):
    return ", ".join(f"`{word}`" for word in words)


def needs(host):
    parts = [f"Debian: {named(host.words('packages'))}"] if host.words("packages") else []
    return "; ".join(parts + ([f"npm: {named(host.npm_versions())}"] if host.said["npm"] else []))


def section(host):
    limits = list(host.cannot.values()) + [f"{what} (unproved: nobody tried it here)" for what in host.said["unproved"]]
    parts = [f"### {host.title}", f"{needs(host)}. Name of the test: [`{host.name}`](programs/{host.file})."]
    if host.said["absent"]:
        parts.append(f"Skipped: {host.one('absent')}")
    parts.append(f"```{host.language}\n{host.lines}\n```")
    parts += [" ".join(host.said["note"])] if host.said["note"] else []
    parts += ["It cannot, or not so:\n\n" + "\n".join(f"- {limit}" for limit in limits)] if limits else []
    return "\n\n".join(parts)


def page():
    return "\n".join([HEAD, "## The hosts\n", "\n\n".join(map(section, all_hosts())), "", FOOT])


def check_hosts(update, check):
    """As tests/docs/docs.py checks its other documents."""
    old = open(PAGE, encoding="utf-8").read() if os.path.exists(PAGE) else ""
    new = page()
    if update and new != old:
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(new)
        print("written: tests/hosts/README.md")
    stale = [f"- {a}\n+ {b}" for a, b in zip(old.splitlines(), new.splitlines()) if a != b]
    check("tests/hosts/README.md is as the programs say (make docs writes it)", update or new == old, "\n".join(stale[:5]))
