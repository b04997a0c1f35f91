"""From bytes to nodes: any document, parsed, bounded and walked."""
