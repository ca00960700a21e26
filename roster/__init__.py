"""Import of units, positions and people from workbooks."""
