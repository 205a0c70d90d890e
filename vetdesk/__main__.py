"""`python -m vetdesk` is `vetdesk`."""

from vetdesk.cli import main

if __name__ == "__main__":
    main()
