"""How files become chunks and chunks files, who may attach, what is shown in which words. Pure."""
