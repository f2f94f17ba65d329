"""What every language derives from its grammar's tables; nothing here knows a language."""
