"""An app that fails when something is due."""
