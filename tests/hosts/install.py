"""Installs what hosts need that is not here: Debian's packages by apt-get, npm's in build/hosts, nothing elsewhere.

    install.py NAME...     (`all`: every host)

What a registry does not have is told, and its hosts are skipped by hosts.py.
"""
import json
import os
import shutil
import subprocess
import sys
import time

from host import GYP, INSTALLED, NODE, chosen, compiled_mark, environment, has_new_node, is_there, npm_folder, versions

SECONDS = 900  # for one command


def run(what, command, **options):
    began = time.monotonic()
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=SECONDS, check=False, **options)
        failed, output = done.returncode, done.stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        failed, output = True, str(error)
    print(f"{what}: {'FAILED' if failed else 'installed'} ({time.monotonic() - began:.1f} s)", flush=True)
    if failed:
        print("\n".join("  " + line for line in output.splitlines()[-5:]))
    return not failed


def is_installed(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True, check=False)
    return done.stdout == "install ok installed"


def install_debian(hosts):
    missing = sorted({package for host in hosts for package in host.words("packages") if not is_installed(package)})
    if not missing:
        return
    root = [] if os.geteuid() == 0 else ["sudo"]
    run("apt-get update", root + ["apt-get", "update", "-qq"])
    install = root + ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    if not run(f"Debian's {' '.join(missing)}", install + missing):
        for package in missing:
            run(f"Debian's {package}", install + [package])


def npm_environment():
    """npm's caches lie below build/, too."""
    of_npm = {"npm_config_cache": os.path.join(INSTALLED, "cache"), "npm_config_devdir": os.path.join(INSTALLED, "cache"),
              "npm_config_nodedir": os.path.join(INSTALLED, "node_modules", NODE), "npm_config_fetch_retries": "0", "HOME": INSTALLED}
    return dict(environment(), **of_npm)


def install_npm(hosts):
    wanted = {package for host in hosts for package in host.words("npm") + ([GYP] if host.said["compile"] else [])}
    missing = {package for package in wanted - ({NODE} if has_new_node() else set()) if not is_there(package)}
    if missing and not fetch_npm(wanted, missing):
        return
    compile_npm({package for host in hosts for package in host.words("compile") if is_there(package) and not os.path.exists(compiled_mark(package))})


def fetch_npm(wanted, missing):
    if not shutil.which("npm"):
        print(f"npm's {' '.join(sorted(missing))}: not installed: there is no npm")
        return False
    os.makedirs(INSTALLED, exist_ok=True)
    kept = {package for package in versions() if is_there(package)}
    with open(os.path.join(INSTALLED, "package.json"), "w", encoding="utf-8") as file:
        json.dump({"private": True, "dependencies": {name: version for name, version in versions().items() if name in wanted | kept}}, file)
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--silent", "--prefix", INSTALLED]
    return run(f"npm's {' '.join(sorted(missing))}", command, cwd=INSTALLED, env=npm_environment())


def compile_npm(packages):
    """What has no library for this Node in its package is compiled."""
    for package in sorted(packages):
        folder = npm_folder(package)
        gyp = os.path.join(npm_folder(GYP), "bin", "node-gyp.js")
        if run(f"{package}, compiled", ["node", gyp, "rebuild", "--release", "-j", "2"], cwd=folder, env=npm_environment()):
            with open(compiled_mark(package), "w", encoding="utf-8"):
                pass
        else:
            shutil.rmtree(folder)


def main():
    hosts = [host for host in chosen(sys.argv[1:]) if not host.said["absent"]]
    install_debian(hosts)
    install_npm(hosts)


if __name__ == "__main__":
    main()
