"""Training on photographs: patches, and a seeded loop that resumes and reports its progress."""
