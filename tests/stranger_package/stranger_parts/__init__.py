"""A package from outside that adds one part of each kind: something to copy from."""

from pathlib import Path

HERE = Path(__file__).parent
MODELS = HERE / "models"
"""The folder with families of models, which the entry point `iqabench.models` names."""
BOARDS = HERE / "boards"
"""The folder with boards."""
SETS = HERE / "sets" / "sets.yaml"
"""The catalogue of sets."""
PROTOCOLS = HERE / "protocols.yaml"
"""The file of protocols."""
