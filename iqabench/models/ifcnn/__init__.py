"""IFCNN, a general network of image fusion: cards, network and published outputs."""
