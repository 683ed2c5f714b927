"""The answer page in real Chromium."""
