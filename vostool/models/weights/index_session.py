"""Run in a process of its own: let pip find one source archive and save it, executing nothing.

``pip download`` of a source archive runs that archive's build to learn its metadata. Asking pip's
own finder for the address and its own session for the bytes runs nothing, and keeps to the index,
proxy, certificates and sign-in that pip was configured with. pip has no public Python interface:
the three names used here stood unchanged from pip 20 to 26, and a pip that lacks them is reported.

Prints a line ``done total`` now and then, bytes of the archive.
"""

from __future__ import annotations

import sys
from pathlib import Path

CHUNK = 2**18
FAILED = 3
NOT_THERE = 4


def main(package: str, version: str, target: Path) -> int:
    """Save ``package==version``'s source archive as ``target``; 0 when all of it is there."""
    from pip._internal.commands.download import DownloadCommand
    from pip._vendor.packaging.specifiers import SpecifierSet

    command = DownloadCommand("download", "Find a source archive.")
    options, _ = command.parse_args(["--no-deps", "--no-binary", ":all:", "--quiet"])
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options=options, session=session)
        best = finder.find_best_candidate(package, SpecifierSet(f"=={version}")).best_candidate
        if best is None:
            return NOT_THERE
        address = best.link.url_without_fragment
        # As pip itself asks: an archive that is compressed once more on the way has another size.
        response = session.get(address, headers={"Accept-Encoding": "identity"}, stream=True)
        response.raise_for_status()
        total = int(response.headers.get("Content-Length", 0))
        done = 0
        with target.open("wb") as file:
            for chunk in response.iter_content(CHUNK):
                file.write(chunk)
                done += len(chunk)
                print(done, total, flush=True)
    return 0 if not total or done == total else FAILED


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
    except Exception as error:  # whatever pip raises becomes one line for the caller
        print((str(error).splitlines() or [type(error).__name__])[0], file=sys.stderr)
        sys.exit(FAILED)
