"""Rules and words of customer-service chat. Standard library only, no I/O, no clock."""
