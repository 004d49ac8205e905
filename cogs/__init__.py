"""What members and moderators can type and press; each module is one discord.py extension."""
