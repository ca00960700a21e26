"""The decree as a file: a city's words, its pages in PDF/A, its signature."""
