"""The classes of trials, and the processes in which they run."""
