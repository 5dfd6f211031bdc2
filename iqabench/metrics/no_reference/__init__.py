"""No-reference metrics, one file each; the folder is scanned."""
