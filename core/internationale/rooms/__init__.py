"""What belongs to everyone: the shared documents, the roster of sections, the grants. Built like plugins, always on."""
