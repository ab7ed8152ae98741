"""An app that does what is due."""
