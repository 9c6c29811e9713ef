"""Run the command line with ``python -m hamknee``."""

from hamknee.cli import main

if __name__ == "__main__":
    main()
