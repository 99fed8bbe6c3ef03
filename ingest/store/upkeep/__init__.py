"""The care of the database as a whole: copies, restoring, its condition, erasure; reads no item's words.

Public: backup makes and verifies a copy, restore puts one in the place of the database, condition examines it, erasure erases.
"""

__all__ = ("backup", "condition", "erasure", "restore")
