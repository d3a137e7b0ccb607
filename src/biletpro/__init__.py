"""BiletPro: event ticketing that never sells a place twice. Begin with ARCHITECTURE.md, then contracts/."""
