"""Full-reference metrics of images of many bands, one file each; the folder is scanned."""
