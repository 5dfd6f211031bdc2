"""FBCNN: the removal of JPEG artefacts by an estimate of the quality, or by a quality that the user sets."""
