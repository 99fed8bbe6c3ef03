"""What the feeds have said so far, and the files that say it: the memory behind publishing; renders nothing."""
