"""The figures in time: the product beside the limit and other servers, and how long a start takes. Printed, never asserted."""
