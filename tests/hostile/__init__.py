"""Files and answers made to do harm: what the bot does with each is measured, not believed."""
