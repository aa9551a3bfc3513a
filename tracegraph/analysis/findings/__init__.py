"""The diagnostics, a file for each family; importing this package enters them all into `DIAGNOSTICS`."""

from importlib import import_module
from pkgutil import iter_modules

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")
