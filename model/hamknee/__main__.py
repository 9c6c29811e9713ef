"""Run the command line with ``python -m hamknee``."""

from hamknee_command import main

if __name__ == "__main__":
    main()
