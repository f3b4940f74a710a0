"""Settings of the site (`python3 start.py docs`). Nothing is fetched while it is built or read."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for docstrings.py and site_pages.py

from workforce_sim import __version__

project = "workforce_sim"
author = "workforce_sim contributors"
project_copyright = "workforce_sim contributors, MIT licence"
version = release = __version__
language = "en-GB"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "myst_nb",
    "docstrings",
    "site_pages",
]
exclude_patterns = ["_build"]

nitpicky = True
# Their documentation is elsewhere, and fetching its index would need a network. "array_like" is numpy's own
# word, and Floats the library's name for an array of numpy's.
_OTHERS = ("array_like", "collections", "datetime", "dt", "hypothesis", "matplotlib", "numpy", "os", "pandas")
_OTHERS += ("pathlib", "pd", "pydantic", "simpy", "typing", "xarray", "xr", "np", "Figure", "Floats", "Path")
nitpick_ignore_regex = [("py:.*", rf"({'|'.join(_OTHERS)})(\..*)?")]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_title = f"workforce_sim {release}"

autodoc_default_options = {"members": True, "exclude-members": "model_config, model_post_init"}
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_use_ivar = True
napoleon_use_rtype = False
python_use_unqualified_type_names = True

myst_heading_anchors = 4  # links to headings, as on GitHub

# The tutorial and the pages with figures are run here; the notebooks by nbmake (.ci/run).
nb_execution_mode = "force"
nb_execution_excludepatterns = ["_generated/notebooks/*"]
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 600  # seconds a cell: a slow or busy machine is no failure
