"""Files from elsewhere: sets and weights, each with a checksum, cached by their content.

A file is looked for in the cache, then in the mirrors, then at its url (`fetch.fetch`), or found
among files that the user already has (`adopt.adopt`). This module stays cheap to import: what needs
the network or a progress bar is imported from its own submodule.
"""

from iqabench.files.home import home, mirrors, offline
from iqabench.files.remote import RemoteFile

__all__ = ["RemoteFile", "home", "mirrors", "offline"]
