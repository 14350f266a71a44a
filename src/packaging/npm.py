#!/usr/bin/env python3
"""Makes the npm packages: one that people install, and one for each platform whose library is there.

    npm.py VERSION PACKAGES OUT     (PACKAGES/<os>-<arch>[-musl]/chartmogul.so is a library)
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
HOUSE = HERE.parent.parent
CPUS = {"x86_64": "x64", "aarch64": "arm64"}
OSES = {"linux": "linux", "windows": "win32", "macos": "darwin"}
COMMON = {"license": "MIT", "engines": {"node": ">=18"}}


def pack(folder, out):
    subprocess.run(["npm", "pack", "--silent", "--pack-destination", str(out)], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def lay_out(folder, manifest, files):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    for path in [HOUSE / "LICENSE", *files]:
        shutil.copyfile(path, folder / path.name)


def platform_package(version, library, out):
    """The package of one platform. Returns its name."""
    system, arch, *libc = library.parent.name.split("-")
    name = "-".join(["sqlite-chartmogul", "darwin" if system == "macos" else system, CPUS[arch], *libc])
    manifest = {"name": name, "version": version, **COMMON, "os": [OSES[system]], "cpu": [CPUS[arch]],
                "description": f"The library of sqlite-chartmogul for {' '.join([system, arch, *libc])}", "files": [library.name]}
    if system == "linux":
        manifest["libc"] = libc or ["glibc"]
    folder = out / "npm" / name
    lay_out(folder, manifest, [library])
    pack(folder, out)
    return name


def main():
    os.umask(0o022)
    version, packages, out = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]).resolve()
    libraries = sorted(path for path in packages.glob("*-*/chartmogul.*") if path.suffix in (".so", ".dylib", ".dll"))
    names = [platform_package(version, library, out) for library in libraries]
    files = ["index.js", "index.mjs", "index.d.ts", "README.md"]
    manifest = {"name": "sqlite-chartmogul", "version": version, **COMMON,
                "description": "A ChartMogul account as SQL tables, in SQLite",
                "main": "index.js", "types": "index.d.ts", "files": files,
                "exports": {".": {"types": "./index.d.ts", "import": "./index.mjs", "require": "./index.js"}},
                "optionalDependencies": {name: version for name in names}}
    folder = out / "npm" / "sqlite-chartmogul"
    lay_out(folder, manifest, [HERE / "npm" / name for name in files])
    pack(folder, out)
    print("\n".join(str(path) for path in sorted(out.glob("sqlite-chartmogul*.tgz"))))


if __name__ == "__main__":
    main()
