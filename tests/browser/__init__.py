"""The sandbox's page in headless Chromium, before the real bot and the real engine."""
