"""`python -m vostool`."""

import sys

from vostool.cli import main

sys.exit(main())
