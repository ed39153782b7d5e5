"""What everything in the window looks like: one file of sizes and colours, and who asks it."""
