"""The protocols that are known by name: data in YAML, of this package, of others, and of the user.

A file is a list of protocols, as `protocols.yaml` here is one. More are found through the entry points
`iqabench.protocols` of other packages and the environment variable `IQABENCH_PROTOCOLS`; each names a file or
a folder of files.
"""

from iqabench.protocols.catalogue import protocol, protocol_file, protocols

__all__ = ["protocol", "protocol_file", "protocols"]
