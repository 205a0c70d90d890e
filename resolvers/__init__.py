"""What may be done, and by whom. No GraphQL and no HTTP here."""
