"""unspin in the shapes of other libraries: one file a library, which only that file imports."""
