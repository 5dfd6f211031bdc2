"""IAT: a local network and a few queries over the whole image that set its colours and its gamma."""
