"""Codes of the API in people's words, Indonesian; catalogues translate them."""
