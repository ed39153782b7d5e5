"""Every test that makes a finder's model is marked: `make check` leaves those out."""

from __future__ import annotations

from tests.conftest import NETWORKS, REPOSITORY


def test_what_makes_tiny_models_is_listed_among_the_networks() -> None:
    tests = REPOSITORY / "tests"
    making = [
        path.relative_to(tests).as_posix()
        for path in tests.rglob("test_*.py")
        if "\nimport tiny_finders" in path.read_text(encoding="utf-8")
    ]
    assert len(making) > 4
    missing = [p for p in making if not p.startswith(("gui/", *NETWORKS))]
    assert not missing, "add these to NETWORKS in tests/conftest.py"
