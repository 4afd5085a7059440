"""The commands of the `train` extra, a file each; they import their machinery when called."""
