"""What is publicly known of CA certificates: facts, encodings, and Microsoft's root program.

Knowledge, not evidence: it is joined with what was seen in the graph, and every answer says on which of the two it
rests. Data files and their provenance: ``catalog/data``, NOTICE.
"""

from chainlab.catalog.catalog import Catalog, Twins
from chainlab.catalog.root_program import ProgramEntry, RootProgram

__all__ = ["Catalog", "ProgramEntry", "RootProgram", "Twins"]
