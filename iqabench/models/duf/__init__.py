"""DUF, known by its outputs: card and manifests."""
