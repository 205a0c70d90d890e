"""The demo: a practice made up for trying things out, built through the deeds alone."""
