"""Crashes: whoever pays, gives back or issues is killed between every two steps, and nothing is lost or double."""
