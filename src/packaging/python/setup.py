"""A wheel of a library that is there already fits each Python 3 of one platform (CHARTMOGUL_PLATFORM). From the source
distribution the library is compiled, with the system's libcurl and cJSON."""

import os
import pathlib
import shlex
import subprocess
import sys

from setuptools import Distribution, Extension, setup
from setuptools.command.build_ext import build_ext
from wheel.bdist_wheel import bdist_wheel

SOURCE = "chartmogul.c"


class Wheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", os.environ.get("CHARTMOGUL_PLATFORM") or super().get_tag()[2]


class WithLibrary(Distribution):
    def has_ext_modules(self):
        return True


class Library(build_ext):
    """No module of Python's: it has another name, and exports another function."""

    def get_ext_filename(self, fullname):
        return fullname.replace(".", "/") + (".dylib" if sys.platform == "darwin" else ".so")

    def get_export_symbols(self, ext):
        return []


def flags(option, otherwise):
    asked = subprocess.run(["pkg-config", option, "libcurl", "libcjson"], capture_output=True, text=True, check=False)
    return shlex.split(asked.stdout) if asked.returncode == 0 else otherwise


def libraries():
    if not pathlib.Path(SOURCE).exists():
        return []
    return [
        Extension(
            "sqlite_chartmogul.chartmogul",
            [SOURCE],
            define_macros=[("_POSIX_C_SOURCE", "200809L"), ("NDEBUG", None)],
            extra_compile_args=["-std=c11", "-fvisibility=hidden", *flags("--cflags", [])],
            extra_link_args=flags("--libs", ["-lcurl", "-lcjson"]),
        )
    ]


setup(cmdclass={"bdist_wheel": Wheel, "build_ext": Library}, distclass=WithLibrary, ext_modules=libraries())
