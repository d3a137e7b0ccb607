"""Words that every part shares: refusals, ids, money, time, events, permissions. No input or output."""
