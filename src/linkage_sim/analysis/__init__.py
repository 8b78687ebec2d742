"""What a sweep says: sensitivity, flips, the worth of information, robust choice; see docs/analysis.md."""
