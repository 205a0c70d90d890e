"""Histories of money, drawn at random, told twice: by the deeds, and by a bookkeeper who knows no database."""
