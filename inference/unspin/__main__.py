"""`python -m unspin`: the command line."""

from __future__ import annotations

from unspin.inference.cli import main

if __name__ == "__main__":
    main()
