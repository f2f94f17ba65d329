"""Restricted C."""
