"""Run the command line as `python -m tamis`."""

from tamis.cli.main import main

main()
