"""Rules of events as pure functions and frozen values: dates and status, layouts, pages, calendars."""
