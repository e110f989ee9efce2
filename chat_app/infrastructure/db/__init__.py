"""SQL: the schema on one page, the mapping of the domain onto it, and the repositories."""
