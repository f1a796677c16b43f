"""``python -m surgecore.training PLAN.toml``: the same as ``surge sweep PLAN.toml``."""

import sys

from surgecore.training.cli import main

sys.exit(main())
