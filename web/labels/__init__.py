"""Codes of the API in people's words, by what they are about; templates find all of them here.

The texts are Indonesian; catalogues translate them.
"""
# ruff: noqa: F403  (every table of these files is for templates)

from web.labels.cases import *
from web.labels.forms import *
from web.labels.ledger import *
from web.labels.people import *
from web.labels.rank import *
from web.labels.rules import *
