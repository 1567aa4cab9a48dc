"""The name under which this package is distributed, and its version."""

DISTRIBUTION = "baijiayun-sdk"


def version() -> str:
    """The version. It is looked up when it is needed, for that takes time."""
    from importlib import metadata

    return metadata.version(DISTRIBUTION)
