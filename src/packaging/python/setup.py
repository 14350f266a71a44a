"""The library is inside as a file: the wheel fits each Python 3 of one platform (CHARTMOGUL_PLATFORM)."""

import os

from setuptools import Distribution, setup
from wheel.bdist_wheel import bdist_wheel


class Wheel(bdist_wheel):
    def get_tag(self):
        return "py3", "none", os.environ["CHARTMOGUL_PLATFORM"]


class WithLibrary(Distribution):
    def has_ext_modules(self):
        return True


setup(cmdclass={"bdist_wheel": Wheel}, distclass=WithLibrary)
