"""The parts of a report, whatever it is printed on: a file a section or table."""
