"""PEPSI: inpainting with one encoder and one decoder, which training uses twice."""
