"""The document model and its renderers; independent of surveys and statistics."""
