"""Which packages there are; everything else is said in pyproject.toml.

Setuptools finds the packages by itself. It cannot be told in pyproject.toml to add to them one
that lies elsewhere: a list of packages there takes the place of the search. `resources/`, which
lies beside `vostool/`, is `vostool.resources` for Python, so the two are joined here.
"""

from setuptools import find_namespace_packages, find_packages, setup

RESOURCES = "vostool.resources"

folders = {RESOURCES: "resources"}
for inner in find_namespace_packages("resources", exclude=["*__pycache__*"]):
    folders[f"{RESOURCES}.{inner}"] = f"resources/{inner.replace('.', '/')}"

setup(packages=[*find_packages(include=["vostool", "vostool.*"]), *folders], package_dir=folders)
