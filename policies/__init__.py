"""Policy data: each agency's offices, routes, thresholds and date windows, with citations."""
