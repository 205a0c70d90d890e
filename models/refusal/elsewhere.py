"""What can be wrong with a record that comes from elsewhere."""

from __future__ import annotations

from models.refusal.base import Refusal


class ImportHasChanged(Refusal):
    """What an import would do is no longer what its dry run promised."""

    code = "IMPORT_HAS_CHANGED"
    sentence = "Something has changed since the dry run. Please make another one, and look at what it says."


class FormatNotInstalled(Refusal):
    """This server can neither read nor write the Open Vet Format."""

    code = "FORMAT_NOT_INSTALLED"
    sentence = "This server does not know the Open Vet Format. Whoever runs it can install what it takes: vetdesk[ovf]."
