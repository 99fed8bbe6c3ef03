"""The HTTP service: the published folder, read-only and fast, and what needs the database; decides nothing that is published."""
