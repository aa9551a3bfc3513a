"""What a drawing says: all wording and number formatting, once; nothing is placed here."""
