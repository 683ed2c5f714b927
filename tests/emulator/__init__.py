"""A provider emulator: Twilio, SendGrid and FCM in a process of its own, misbehaving as it is told to.

    python -m tests.emulator --port 24010 --log accepted.jsonl --lag 3 --seed 7 --fate close_after=0.02

Its log holds a line for every message that it accepted, fsynced before the answer goes out: that is the truth
by which lost and repeated messages are counted. It listens on 127.0.0.1 and nowhere else.
"""
