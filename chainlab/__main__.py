"""``python -m chainlab``."""

from chainlab.cli import main

main()
