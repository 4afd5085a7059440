"""The commands that need no extra, a file each; they import their machinery when called."""
