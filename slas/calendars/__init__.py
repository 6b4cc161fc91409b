"""When support is open: calendars with their versions, holidays, and what a feed proposes."""
