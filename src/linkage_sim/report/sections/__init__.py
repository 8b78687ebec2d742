"""The parts of the report, one file each; a part that has nothing to show is left out."""
