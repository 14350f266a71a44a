"""Whether what an interrupted `make deps-hosts` leaves is told from what is installed: a package that npm unpacked and nobody compiled.

    installed.py     (makes a folder of its own)
"""
import os
import sys
import tempfile


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BUILD"] = folder
        import host  # pylint: disable=import-outside-toplevel # it reads BUILD
        import install  # pylint: disable=import-outside-toplevel

        (one,) = host.chosen(["npm_sqlite3"])
        for package in one.words("npm") + [host.GYP]:
            os.makedirs(os.path.join(host.INSTALLED, "node_modules", package))
        (package,) = one.words("compile")
        commands = []
        install.run = lambda what, *_, **__: not commands.append(what)
        before = one.why_absent()
        install.install_npm([one])
        install.install_npm([one])
        seen = (before, commands, one.why_absent())
        expected = (f"npm's package {package} is not compiled (make deps-hosts HOSTS={one.name})", [f"{package}, compiled"], None)
        if seen != expected:
            print(f"FAILED hosts: a package that is not compiled\n  expected: {expected}\n  got:      {seen}")
            sys.exit(1)


if __name__ == "__main__":
    main()
