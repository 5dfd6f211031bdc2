"""The safe loading of YAML: every mistake has a line, nothing is doubled, and nothing grows without bound."""

from collections.abc import Hashable
from typing import Any, Final

import yaml

_Base: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MOST_NODES = 200_000
"""The most values that a file may hold, with every alias counted as what it stands for."""


class FactsLoader(_Base):  # type: ignore[misc,valid-type]
    """A safe loader, in C where it is built, that refuses doubled keys."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return the value of a node; a value that Python refuses, as 2020-13-45, is an error with its line.

        Raises: yaml.MarkedYAMLError.
        """
        try:
            return super().construct_object(node, deep)
        except yaml.YAMLError:
            raise
        except Exception as error:
            raise _mistake(f"this value cannot be read: {error}", node) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return a mapping.

        Raises: yaml.MarkedYAMLError for a key that stands there twice.
        """
        known: set[tuple[str, str]] = set()
        for key, _ in getattr(node, "value", []):
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in known:
                    raise _mistake(f"the key '{key.value}' stands here twice", key)
                known.add((key.tag, key.value))
        values: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return values


def load(data: bytes) -> tuple[Any, yaml.Node | None]:
    """Return the content of a YAML document and its tree of nodes, which knows the lines.

    Raises: yaml.YAMLError when it is not YAML, is too large, or an alias contains itself.
    """
    loader = FactsLoader(data)
    try:
        root = loader.get_single_node()
        if root is None:
            return None, None
        _check_size(root)
        return loader.construct_document(root), root
    finally:
        loader.dispose()


def _check_size(root: yaml.Node) -> None:
    """Raise an error when the document has too many values: a few aliases of aliases stand for billions."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: yaml.Node) -> int:
        if isinstance(node, yaml.ScalarNode):
            return 1
        if id(node) in open_nodes:
            raise _mistake("this alias contains itself", node)
        if id(node) not in sizes:
            open_nodes.add(id(node))
            pairs = isinstance(node, yaml.MappingNode)
            inner = [n for pair in node.value for n in pair] if pairs else node.value
            sizes[id(node)] = 1 + sum(size(n) for n in inner)
            open_nodes.discard(id(node))
        return sizes[id(node)]

    try:
        count = size(root)
    except RecursionError as error:
        raise _mistake("the values are nested too deeply", root) from error
    if count > MOST_NODES:
        raise _mistake(f"it holds {count} values; expected at most {MOST_NODES}", root)


def _mistake(problem: str, node: yaml.Node) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
