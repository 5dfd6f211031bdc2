"""CRNN-MRI, recurrent over slices or time and over iterations: card and network."""
