"""The care of the database file as a whole: copies, restoring, integrity; knows no row's meaning.

Public: backup makes and verifies a copy, restore puts one in the place of the database, condition examines the file.
"""

__all__ = ("backup", "condition", "restore")
