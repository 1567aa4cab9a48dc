"""The half of the package that waits. `_sync` is written from it by `dev sync`: change this one alone."""
