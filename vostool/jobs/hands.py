"""The models that jobs use: they stay loaded from one job to the next."""

from __future__ import annotations

from pathlib import Path

from vostool.finders.finder import Finder
from vostool.finders.registry import create_finder
from vostool.jobs.job import Search, Setup
from vostool.models.engine import Engine
from vostool.models.engine_options import EngineOptions
from vostool.models.registry import create_engine


class Hands:
    """The models that jobs use one after the other; not for two threads at once."""

    def __init__(self) -> None:
        self._engine: tuple[Setup, Engine] | None = None
        self._finder: tuple[tuple[str, Path | None], Finder] | None = None

    def engine(self, setup: Setup) -> Engine:
        """The engine that the setup names.

        Raises:
            ModelError: it cannot be used here.
        """
        wanted = Setup("", setup.engine, setup.device, setup.checkpoint, setup.quality)
        if self._engine is None or self._engine[0] != wanted:
            self.close()
            options = EngineOptions(quality=setup.quality)
            made = create_engine(setup.engine, setup.device, setup.checkpoint, options)
            self._engine = wanted, made
        return self._engine[1]

    def finder(self, search: Search, device: str | None) -> Finder:
        """The finder that the search names.

        Raises:
            ModelError: it cannot be used here.
        """
        wanted = search.finder, search.checkpoint
        if self._finder is None or self._finder[0] != wanted:
            if self._finder is not None:
                self._finder[1].close()
                self._finder = None
            self._finder = wanted, create_finder(search.finder, device, search.checkpoint)
        return self._finder[1]

    def close(self) -> None:
        """Let go of the models."""
        engine, self._engine = self._engine, None
        finder, self._finder = self._finder, None
        if finder is not None:
            finder[1].close()
        if engine is not None:
            engine[1].close()
