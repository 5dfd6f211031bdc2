"""Learning from photographs: patches, and a loop that is seeded, resumes and shows how it goes."""
