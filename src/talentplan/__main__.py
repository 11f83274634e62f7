"""`python -m talentplan`, for where the console script is not on the path."""

from talentplan.cli.main import main

main()
