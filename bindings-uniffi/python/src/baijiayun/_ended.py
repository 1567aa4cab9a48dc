"""Why a wait ended without what it waited for."""


class Late(Exception):
    """What was waited for did not end in time."""


class Closed(Exception):
    """The client was closed meanwhile."""
