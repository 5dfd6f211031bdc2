"""The file with the weights of a card: beside the card, in the cache, or downloaded."""

import hashlib
from pathlib import Path

from iqabench.errors import FetchError, WeightsError
from iqabench.files.fetch import fetch
from iqabench.models.core.card import Card


def weights_path(card: Card, *, progress: bool | None = None) -> Path:
    """Return the path of the first file of weights of a card; see `weights_paths`."""
    return weights_paths(card, progress=progress)[0]


def weights_paths(card: Card, *, progress: bool | None = None) -> list[Path]:
    """Return the paths of all files of weights of a card; they are downloaded when they are not here.

    Raises: FetchError; WeightsError for a file beside the card with another checksum.
    """
    assert card.weights is not None
    if not card.weights.embedded:
        files = card.weights.remotes
        paths = fetch(files, progress=progress, owner=card.name)
        return [paths[file] for file in files]
    path = card.folder / card.weights.file
    if not path.is_file():
        raise FetchError(f"{path} is missing, which {card.folder / 'card.yaml'} names.")
    digest = sha256_of_file(path)
    if card.weights.sha256 and digest != card.weights.sha256:
        raise WeightsError(
            f"{path} is not the file that its card means: SHA-256 {digest}, expected "
            f"{card.weights.sha256}. Restore the file, or make the variant again."
        )
    return [path]


def missing_weights_message(card: Card, error: Exception) -> str:
    """Return a message with what the user can do when weights cannot be downloaded."""
    assert card.weights is not None
    where = card.weights.url or card.weights.page or "its authors"
    proof = card.weights.sha256 or card.weights.sha256_prefix
    known = f" (SHA-256 {proof}{'' if card.weights.sha256 else '...'})" if proof else ""
    return (
        f"{card.name} needs its weights {card.weights.file}{known}, published at {where}.\n{error}\n"
        "For measuring only cost, --allow-random-weights runs without them and marks every record."
    )


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
