"""What each service promises: one file a service. Read these first; implementations come after."""
