"""How fast unspin is on this machine, beside others that read the same text in the same run."""
