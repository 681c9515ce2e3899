"""Backups that can be trusted: made while the library is in use, checked byte for byte, and restored on trial."""
