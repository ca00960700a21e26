"""Every table of this room under one name, for templates."""
# ruff: noqa: F403  (every table of these files is for templates)

from web.labels.cases import *
from web.labels.forms import *
from web.labels.ledger import *
from web.labels.operation import *
from web.labels.people import *
from web.labels.rank import *
from web.labels.rules import *
