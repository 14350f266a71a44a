"""Takes a package as sqlpkg does by its sqlpkg.json: sqlpkg.py FOLDER PLATFORM INTO

The asset of the platform is compared with its checksum. Of a tarball sqlpkg writes each file whose whole name fits the pattern, and makes
no folders: a file in one ends it. The path of the library is printed. (What sqlpkg does was read in its source, assets/assets.go.)
"""
import fnmatch
import hashlib
import json
import os
import sys
import tarfile

folder, platform, into = sys.argv[1:4]
with open(os.path.join(folder, "sqlpkg.json"), encoding="utf-8") as file:
    assets = json.load(file)["assets"]
name = assets["files"][platform]
path = os.path.join(folder, name)
with open(path, "rb") as file:
    checksum = "sha256-" + hashlib.sha256(file.read()).hexdigest()
if assets["checksums"][name] != checksum:
    sys.exit(f"{name}: another checksum than {checksum}")
with tarfile.open(path) as tarball:
    for member in tarball:
        # Its pattern does not reach over a slash.
        fits = member.name.count("/") == assets["pattern"].count("/") and fnmatch.fnmatchcase(member.name, assets["pattern"])
        if member.isfile() and fits:
            with open(os.path.join(into, member.name), "wb") as file:
                file.write(tarball.extractfile(member).read())
[library] = [file for file in os.listdir(into) if file.endswith((".so", ".dll", ".dylib"))]
print(os.path.join(into, library))
